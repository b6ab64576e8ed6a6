"""Where schools say they stand.

Revision 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readiness_check",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("answers", types.JsonValue, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_readiness_check_case_id_case")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_readiness_check_stage_id_cycle_stage")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_readiness_check_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness_check")),
        sa.UniqueConstraint("case_id", "stage_id", name=op.f("uq_readiness_check_case_id_stage_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_readiness_check_public_id")),
    )
    with op.batch_alter_table("readiness_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readiness_check_stage_id"), ["stage_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("readiness_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_readiness_check_stage_id"))

    op.drop_table("readiness_check")
