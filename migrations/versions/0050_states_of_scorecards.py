"""No index of two states: it led through every submitted scorecard to find those of one application.

Revision 0050, after 0049.
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_scorecard_state", "scorecard")


def downgrade() -> None:
    op.create_index("ix_scorecard_state", "scorecard", ["state"])
