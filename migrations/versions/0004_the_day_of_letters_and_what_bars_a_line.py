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
    # Without a batch, which would copy the tables on SQLite and leave their checks behind.
    op.add_column("slate", sa.Column("letters_on", sa.Date(), nullable=True))
    op.add_column("slate_line", sa.Column("barred", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("slate_line", "barred")
    op.drop_column("slate", "letters_on")
