"""Long lists as files, made in the background and kept for a day.

Revision 0027, after 0026.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("wanted", types.JsonValue, nullable=False),
        sa.Column("said", types.JsonValue, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("roles", types.JsonValue, nullable=False),
        sa.Column("hidden", types.JsonValue, nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("storage_key", sa.String(length=100), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=True),
        sa.Column("expires_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("form IN ('csv', 'xlsx')", name=op.f("ck_export_form")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_export_asked_by_id_person")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_export_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("key", name=op.f("uq_export_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_export_public_id")),
    )
    op.create_index(op.f("ix_export_asked_by_id"), "export", ["asked_by_id"])
    op.create_index(op.f("ix_export_expires_at"), "export", ["expires_at"])


def downgrade() -> None:
    op.drop_table("export")
