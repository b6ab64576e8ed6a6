"""Resources of a cycle: files and links for those who apply, with what each was before.

Revision 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resource",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.CheckConstraint("audience IN ('everyone', 'schools')", name=op.f("ck_resource_audience")),
        sa.CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name=op.f("ck_resource_state")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_resource_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_resource_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("public_id", name=op.f("uq_resource_public_id")),
    )
    op.create_index("ix_resource_cycle_id_position", "resource", ["cycle_id", "position"])
    op.create_index("ix_resource_state", "resource", ["state"])
    op.create_table(
        "resource_version",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("put_by_id", sa.Integer(), nullable=True),
        sa.Column("put_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("(file_id IS NULL) <> (link IS NULL)", name=op.f("ck_resource_version_file_or_link")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_resource_version_file_id_stored_file")),
        sa.ForeignKeyConstraint(["put_by_id"], ["person.id"], name=op.f("fk_resource_version_put_by_id_person")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_version_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_resource_version_public_id")),
        sa.UniqueConstraint("resource_id", "number", name=op.f("uq_resource_version_resource_id_number")),
        info={"append_only": True},
    )
    for statement in append_only_statements("resource_version", op.get_context().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("resource_version")
    op.drop_table("resource")
