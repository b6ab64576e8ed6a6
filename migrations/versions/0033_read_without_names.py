"""Files for blind panels without their makers, and notes that a reviewer keeps alone.

Revision 0033, after 0032.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "veiled_file",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(copy_id IS NULL) <> (refused IS NULL)", name=op.f("ck_veiled_file_refused")),
        sa.ForeignKeyConstraint(["copy_id"], ["stored_file.id"], name=op.f("fk_veiled_file_copy_id_stored_file")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_veiled_file_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_veiled_file")),
        sa.UniqueConstraint("copy_id", name=op.f("uq_veiled_file_copy_id")),
        sa.UniqueConstraint("file_id", name=op.f("uq_veiled_file_file_id")),
    )
    op.create_table(
        "private_notes",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("texts", types.JsonValue, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_private_notes_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_notes")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_private_notes_assignment_id")),
    )


def downgrade() -> None:
    op.drop_table("private_notes")
    op.drop_table("veiled_file")
