"""What was checked of an application before it went on to review.

Revision 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence.types import JsonValue

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("screening_checks", JsonValue, nullable=True))


def downgrade() -> None:
    op.drop_column("application", "screening_checks")
