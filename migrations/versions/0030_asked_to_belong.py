"""Whoever is asked to belong to an organization says yes before it counts. Those who belong to one belong to it as before.

Revision 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLE = "membership_invitation"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("ended", sa.String(length=12), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("role IN ('lead', 'editor', 'viewer', 'signatory')", name=op.f(f"ck_{TABLE}_role")),
        sa.CheckConstraint(
            "ended IS NULL OR ended IN ('accepted', 'declined', 'taken_back', 'run_out', 'merged')",
            name=op.f(f"ck_{TABLE}_ended"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended IS NULL)", name=op.f(f"ck_{TABLE}_ended_at")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{column}_{table}"))
            for column, table in (
                ("invited_by_id", "person"),
                ("organization_id", "organization"),
                ("person_id", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{TABLE}_public_id")),
    )
    for column in ("organization_id", "person_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        f"uq_{TABLE}_open",
        TABLE,
        ["organization_id", "person_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    # In words of its own, since SQLite adds a column with its reference in no other way.
    op.execute(
        "ALTER TABLE organization_request ADD COLUMN vouched_by_id INTEGER "
        "CONSTRAINT fk_organization_request_vouched_by_id_person REFERENCES person (id)"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_column("organization_request", "vouched_by_id")
