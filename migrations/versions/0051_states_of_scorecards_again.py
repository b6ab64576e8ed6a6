"""The index of scorecards' states again: without it a file went through the whole stage for each of its parts.

Revision 0051, after 0050.
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_scorecard_state", "scorecard", ["state"])


def downgrade() -> None:
    op.drop_index("ix_scorecard_state", "scorecard")
