"""A slate keeps the day its letters bear, and a line what bars it apart from what compares it.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("slate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("letters_on", sa.Date(), nullable=True))
    with op.batch_alter_table("slate_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("barred", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("slate_line", schema=None) as batch_op:
        batch_op.drop_column("barred")
    with op.batch_alter_table("slate", schema=None) as batch_op:
        batch_op.drop_column("letters_on")
