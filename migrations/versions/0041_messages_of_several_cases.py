"""A message that counts several cases says of which cycle they are: who is kept from one of them does not read it.

What reviewers were sent before says nothing of it, and is told by the panel they sit on.

Revision 0041, after 0040.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KEY = "fk_message_cycle_id_cycle"


def upgrade() -> None:
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("cycle_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f(KEY), "cycle", ["cycle_id"], ["id"])
    # Their keys name the stage, or the assignment: `review-assigned:<public id>:…`.
    op.execute(
        "UPDATE message SET cycle_id = (SELECT stage.cycle_id FROM cycle_stage AS stage"
        " WHERE message.key LIKE 'review-assigned:' || stage.public_id || ':%')"
        " WHERE template = 'review.assigned'"
    )
    op.execute(
        "UPDATE message SET case_id = (SELECT application.case_id FROM assignment"
        " JOIN submission ON submission.id = assignment.submission_id"
        " JOIN application ON application.id = submission.application_id"
        " WHERE message.key LIKE 'review-assigned:' || assignment.public_id || ':%')"
        " WHERE template = 'review.assigned' AND cycle_id IS NULL"
    )


def downgrade() -> None:
    op.execute("UPDATE message SET case_id = NULL WHERE template = 'review.assigned'")
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_constraint(batch_op.f(KEY), type_="foreignkey")
        batch_op.drop_column("cycle_id")
