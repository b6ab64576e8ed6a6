"""A document says whether it weighs its case against others, such as a letter that names a place on a waitlist.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("compares", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        sa.text(
            "UPDATE document SET compares = :yes WHERE kind = 'letter' AND id IN "
            "(SELECT letter_id FROM slate_line WHERE outcome = 'waitlist')"
        ).bindparams(yes=True)
    )


def downgrade() -> None:
    op.drop_column("document", "compares")
