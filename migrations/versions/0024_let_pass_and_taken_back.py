"""That an eligibility question was let pass can be taken back, and given again; nothing of it is overwritten.

Revision 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence.append_only import append_only_statements
from grants.persistence.types import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "override_change",
        sa.Column("override_id", sa.Integer(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["override_id"],
            ["eligibility_override.id"],
            name=op.f("fk_override_change_override_id_eligibility_override"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_override_change_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override_change")),
    )
    op.create_index(op.f("ix_override_change_override_id"), "override_change", ["override_id"])
    for statement in append_only_statements("override_change", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("override_change")
