"""Scorecards are found by their assignments alone: an index of their two states only led astray.

Revision 0053, after 0052.
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_scorecard_state", "scorecard")


def downgrade() -> None:
    op.create_index("ix_scorecard_state", "scorecard", ["state"])
