"""Which of their organizations a person looks at.

Revision 0020, after 0019.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("looks_at_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "looks_at_id")
