"""How the schools of a directory are run, where no column says it.

Revision 0031, after 0030.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("directory_import", sa.Column("sector", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("directory_import", "sector")
