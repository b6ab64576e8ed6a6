"""An organization that turned out to be another leads there, and so does its case.

Revision 0021, after 0020.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

REFERENCES = (
    ("organization", "merged_into_id", "organization"),
    ("organization", "merged_by_id", "person"),
    ("case", "merged_into_id", "case"),
)


def upgrade() -> None:
    for table, column, to in REFERENCES:
        # Written out, for both engines: a batch would copy a table that others lean on.
        op.execute(
            f'ALTER TABLE "{table}" ADD COLUMN {column} INTEGER '
            f'CONSTRAINT fk_{table}_{column}_{to} REFERENCES "{to}" (id)'
        )
    op.add_column("organization", sa.Column("merged_at", types.UtcDateTime(), nullable=True))
    op.create_index("ix_organization_merged_into_id", "organization", ["merged_into_id"])
    op.create_index("ix_case_merged_into_id", "case", ["merged_into_id"])


def downgrade() -> None:
    op.drop_index("ix_case_merged_into_id", "case")
    op.drop_index("ix_organization_merged_into_id", "organization")
    op.drop_column("organization", "merged_at")
    for table, column, _ in reversed(REFERENCES):
        op.drop_column(table, column)
