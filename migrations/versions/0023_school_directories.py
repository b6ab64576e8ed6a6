"""School directories that are brought in, and each of their lines.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_import",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("titles", types.JsonValue, nullable=False),
        sa.Column("columns", types.JsonValue, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("adds_only", sa.Boolean(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("applied_by_id", sa.Integer(), nullable=True),
        sa.Column("applied_at", types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "state IN ('examining', 'ready', 'applying', 'done')", name=op.f("ck_directory_import_state")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_directory_import_made_by_id_person")),
        sa.ForeignKeyConstraint(
            ["applied_by_id"], ["person.id"], name=op.f("fk_directory_import_applied_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_directory_import_public_id")),
    )
    op.create_table(
        "directory_line",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", types.JsonValue, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nces_id", sa.String(length=40), nullable=True),
        sa.Column("cds_id", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("changes", types.JsonValue, nullable=True),
        sa.Column("faults", types.JsonValue, nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('add', 'change', 'alike', 'wrong', 'same')", name=op.f("ck_directory_line_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["directory_import.id"], name=op.f("fk_directory_line_import_id_directory_import")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_directory_line_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_line")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_directory_line_import_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_directory_line_public_id")),
    )
    op.create_index("ix_directory_line_organization_id", "directory_line", ["organization_id"])
    for columns in (["import_id", "outcome", "number"], ["import_id", "nces_id"], ["import_id", "cds_id"]):
        op.create_index(f"ix_directory_line_{'_'.join(columns)}", "directory_line", columns)


def downgrade() -> None:
    op.drop_table("directory_line")
    op.drop_table("directory_import")
