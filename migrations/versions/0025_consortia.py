"""Who is, was, and was asked to be in a consortium; and through which of its members a person belongs to it.

Revision 0025, after 0024.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLE = "consortium_member"
PRESENT = sa.text("until IS NULL")
LEADS = sa.text("until IS NULL AND role = 'lead'")


def upgrade() -> None:
    # In words of its own, since SQLite adds a column with its reference in no other way.
    op.execute(
        "ALTER TABLE organization_membership ADD COLUMN through_id INTEGER "
        "CONSTRAINT fk_organization_membership_through_id_organization REFERENCES organization (id)"
    )
    op.create_index("ix_organization_membership_through_id", "organization_membership", ["through_id"])
    op.create_table(
        TABLE,
        sa.Column("consortium_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("writes", sa.Boolean(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("since", types.UtcDateTime(), nullable=True),
        sa.Column("until", types.UtcDateTime(), nullable=True),
        sa.Column("ended", sa.String(length=12), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("role IN ('lead', 'member')", name=op.f("ck_consortium_member_role")),
        sa.CheckConstraint(
            "ended IS NULL OR ended IN ('declined', 'taken_back', 'left', 'removed', 'new_role')",
            name=op.f("ck_consortium_member_ended"),
        ),
        sa.CheckConstraint("(until IS NULL) = (ended IS NULL)", name=op.f("ck_consortium_member_until")),
        sa.CheckConstraint("role = 'member' OR since IS NOT NULL", name=op.f("ck_consortium_member_lead")),
        sa.CheckConstraint("consortium_id <> organization_id", name=op.f("ck_consortium_member_itself")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{column}_{table}"))
            for column, table in (
                ("asked_by_id", "person"),
                ("consortium_id", "organization"),
                ("organization_id", "organization"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consortium_member")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consortium_member_public_id")),
    )
    for column in ("consortium_id", "organization_id"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    for name, columns, where in (
        ("present", ["consortium_id", "organization_id"], PRESENT),
        ("lead", ["consortium_id"], LEADS),
    ):
        op.create_index(f"uq_{TABLE}_{name}", TABLE, columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table(TABLE)
    # Whoever is there through a member organization alone has no place without it.
    op.execute("DELETE FROM organization_membership WHERE through_id IS NOT NULL")
    op.drop_index("ix_organization_membership_through_id", "organization_membership")
    op.drop_column("organization_membership", "through_id")
