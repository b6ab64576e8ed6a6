"""Conflicts of interest have a kind and a state: found or declared, then confirmed or cleared by an officer.

Those that were lifted are cleared. More rules find conflicts.

Revision 0044, after 0043.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

BY = "fk_conflict_confirmed_by_id_person"
BEFORE = "source IN ('declared', 'same_organization', 'same_email_domain', 'coach', 'staff')"
AFTER = (
    "source IN ('declared', 'staff', 'same_organization', 'same_network', 'same_email_domain', 'former_employer',"
    " 'stated_ties', 'coach')"
)
KINDS = "kind IN ('works_there', 'same_network', 'close', 'money', 'worked_together', 'other')"
STATES = "state IN ('found', 'declared', 'confirmed', 'cleared')"


def upgrade() -> None:
    with op.batch_alter_table("conflict") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", types.UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_reason", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f(BY), "person", ["confirmed_by_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("ck_conflict_source"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_conflict_source"), AFTER)
    op.execute(
        "UPDATE conflict SET"
        " kind = CASE WHEN source IN ('same_organization', 'same_email_domain') THEN 'works_there'"
        " WHEN source = 'coach' THEN 'worked_together' ELSE 'other' END,"
        " state = CASE WHEN lifted_at IS NOT NULL THEN 'cleared' WHEN source = 'coach' THEN 'confirmed'"
        " WHEN source IN ('declared', 'staff') THEN 'declared' ELSE 'found' END"
    )
    with op.batch_alter_table("conflict") as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(length=20), nullable=False)
        batch_op.alter_column("state", existing_type=sa.String(length=24), nullable=False)
        batch_op.create_index(batch_op.f("ix_conflict_state"), ["state"], unique=False)
        batch_op.create_check_constraint(batch_op.f("ck_conflict_kind"), KINDS)
        batch_op.create_check_constraint(batch_op.f("ck_conflict_state"), STATES)


def downgrade() -> None:
    op.execute(
        "DELETE FROM conflict WHERE source IN ('same_network', 'former_employer', 'stated_ties')"
        " AND EXISTS (SELECT 1 FROM conflict AS other WHERE other.case_id = conflict.case_id"
        " AND other.person_id = conflict.person_id AND other.source = 'staff')"
    )
    op.execute(
        "UPDATE conflict SET source = 'staff' WHERE id IN (SELECT min(id) FROM conflict"
        " WHERE source IN ('same_network', 'former_employer', 'stated_ties') GROUP BY case_id, person_id)"
    )
    op.execute("DELETE FROM conflict WHERE source IN ('same_network', 'former_employer', 'stated_ties')")
    with op.batch_alter_table("conflict") as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_state"))
        batch_op.drop_constraint(batch_op.f("ck_conflict_kind"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_conflict_state"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_conflict_source"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_conflict_source"), BEFORE)
        batch_op.drop_constraint(batch_op.f(BY), type_="foreignkey")
        for name in ("confirmed_reason", "confirmed_by_id", "confirmed_at", "state", "kind"):
            batch_op.drop_column(name)
