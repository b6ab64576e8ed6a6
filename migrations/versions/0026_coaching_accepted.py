"""Whoever is asked to coach says yes before it counts. Those who were let in without being asked coach as before.

Revision 0026, after 0025.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("coach_invitation", sa.Column("accepted_at", types.UtcDateTime(), nullable=True))
    op.add_column("coached_section", sa.Column("opened_at", types.UtcDateTime(), nullable=True))
    op.execute("UPDATE coach_invitation SET accepted_at = since")
    op.execute("UPDATE coached_section SET opened_at = named_at")


def downgrade() -> None:
    # Without the columns an asking would count as a tie: only who coached once is known any more.
    op.execute("DELETE FROM coached_section WHERE opened_at IS NULL")
    op.execute(
        "DELETE FROM coach_invitation WHERE accepted_at IS NULL AND id NOT IN (SELECT invitation_id FROM coached_section)"
    )
    op.execute("UPDATE coach_invitation SET ended_at = since WHERE accepted_at IS NULL AND ended_at IS NULL")
    op.drop_column("coached_section", "opened_at")
    op.drop_column("coach_invitation", "accepted_at")
