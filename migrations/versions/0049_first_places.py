"""Whoever stands first in a stage is found by an index.

Revision 0049, after 0048.
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tally_by_mean", "tally", ["stage_id", "mean"])
    op.create_index("ix_tally_by_both", "tally", ["stage_id", "together"])


def downgrade() -> None:
    op.drop_index("ix_tally_by_both", "tally")
    op.drop_index("ix_tally_by_mean", "tally")
