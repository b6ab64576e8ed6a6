"""When staff last reminded a reviewer.

Revision 0040, after 0039.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("panel_member", sa.Column("nudged_at", types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("panel_member", "nudged_at")
