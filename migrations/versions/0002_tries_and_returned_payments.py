"""Failed tries are counted in the database; a payment that the bank returned keeps when, by whom noted and why.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tries")),
        sa.UniqueConstraint("key", name=op.f("uq_tries_key")),
    )
    op.create_index(op.f("ix_tries_until"), "tries", ["until"])
    op.add_column("payment", sa.Column("returned_at", types.UtcDateTime(), nullable=True))
    # Written out, for both engines: a batch would copy the table on SQLite and leave its checks behind.
    op.execute(
        "ALTER TABLE payment ADD COLUMN returned_by_id INTEGER "
        "CONSTRAINT fk_payment_returned_by_id_person REFERENCES person (id)"
    )
    op.add_column("payment", sa.Column("return_reason", sa.Text(), nullable=True))
    # An error's own words may name an applicant; from now on a sentence is kept that does not.
    op.execute("UPDATE job SET error = 'Its error was kept in other words then.' WHERE error IS NOT NULL")


def downgrade() -> None:
    for column in ("return_reason", "returned_by_id", "returned_at"):
        op.drop_column("payment", column)
    op.drop_index(op.f("ix_tries_until"), table_name="tries")
    op.drop_table("tries")
