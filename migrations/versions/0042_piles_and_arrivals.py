"""A reviewer's pile, and when applications came, are found without reading what was submitted.

Revision 0042, after 0041.
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_assignment_pile", "assignment", ["reviewer_id", "stage_id"])
    op.create_index("ix_submission_came", "submission", ["application_id", "number", "submitted_at"])


def downgrade() -> None:
    op.drop_index("ix_submission_came", "submission")
    op.drop_index("ix_assignment_pile", "assignment")
