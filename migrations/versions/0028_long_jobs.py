"""Jobs that take long have runners of their own.

Revision 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was asked for before is done as short work was until now.
    op.add_column("job", sa.Column("is_long", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_job_due", "job")
    op.create_index("ix_job_due", "job", ["state", "is_long", "run_at"])


def downgrade() -> None:
    op.drop_index("ix_job_due", "job")
    op.create_index("ix_job_due", "job", ["state", "run_at"])
    op.drop_column("job", "is_long")
