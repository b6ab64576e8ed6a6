"""Who fills an emptied place best is worked out in the background and kept; a conflict keeps what its rule found.

Revision 0052, after 0051.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conflict", sa.Column("finding", sa.String(length=20), nullable=True))
    op.create_table(
        "succession",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("reasons", types.JsonValue, nullable=False),
        sa.Column("elsewhere", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("bound", sa.Text(), nullable=False),
        sa.Column("has", sa.Integer(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("silent", types.JsonValue, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_succession_application_id_application")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_succession_reviewer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.UniqueConstraint("application_id", "hidden", name=op.f("uq_succession_application_id_hidden")),
    )


def downgrade() -> None:
    op.drop_table("succession")
    op.drop_column("conflict", "finding")
