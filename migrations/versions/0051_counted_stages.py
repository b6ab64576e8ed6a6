"""A stage's applications are counted, and its tallies added up, by an index.

Revision 0051, after 0050.
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

ADDED_UP = ["stage_id", "application_id", "assigned", "scorecards", "mean", "pitch_mean", "together", "fingerprint"]


def upgrade() -> None:
    op.create_index("ix_application_of_stage", "application", ["stage_id", "case_id", "state"])
    op.drop_index("ix_application_stage_id", "application")
    op.create_index("ix_tally_of_stage", "tally", ADDED_UP)
    op.drop_index("ix_tally_stage_id", "tally")


def downgrade() -> None:
    op.create_index("ix_tally_stage_id", "tally", ["stage_id"])
    op.drop_index("ix_tally_of_stage", "tally")
    op.create_index("ix_application_stage_id", "application", ["stage_id"])
    op.drop_index("ix_application_of_stage", "application")
