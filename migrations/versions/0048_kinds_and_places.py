"""Kinds of conflict are the program's own; a place that a conflict has emptied is filled, or left for a reason; a member
of a panel may leave it.

Revision 0048, after 0047.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KINDS = "kind IN ('works_there', 'same_network', 'close', 'money', 'worked_together', 'other')"


def upgrade() -> None:
    with op.batch_alter_table("conflict") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_conflict_kind"), type_="check")
        batch_op.alter_column("kind", existing_type=sa.String(length=20), type_=sa.String(length=60))
    op.add_column("panel_member", sa.Column("left_at", types.UtcDateTime(), nullable=True))
    op.create_table(
        "vacancy",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", types.UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("state IN ('open', 'filled', 'left')", name=op.f("ck_vacancy_state")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_vacancy_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_vacancy_reviewer_id_person")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_vacancy_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vacancy")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_vacancy_assignment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_vacancy_public_id")),
    )
    op.create_index(op.f("ix_vacancy_state"), "vacancy", ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("vacancy")
    op.drop_column("panel_member", "left_at")
    op.execute(
        "UPDATE conflict SET kind = 'other' WHERE kind NOT IN"
        " ('works_there', 'same_network', 'close', 'money', 'worked_together', 'other')"
    )
    with op.batch_alter_table("conflict") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=60), type_=sa.String(length=20))
        batch_op.create_check_constraint(batch_op.f("ck_conflict_kind"), KINDS)
