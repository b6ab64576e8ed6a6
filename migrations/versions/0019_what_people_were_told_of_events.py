"""What those who come to an event were told of its time and place, while a change of it is not told yet.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("untold_since", types.UtcDateTime(), nullable=True))
    op.add_column("event", sa.Column("told_as", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "told_as")
    op.drop_column("event", "untold_since")
