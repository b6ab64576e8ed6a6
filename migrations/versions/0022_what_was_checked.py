"""What was checked of an application before it went on to review.

Revision 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("screening_checks", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("application", "screening_checks")
