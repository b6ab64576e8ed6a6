"""What stands in people's calendars says itself how often it changed, and mail brings it.

A meeting and a slot of a pitch begin with as many changes as the record has of them: calendars keep the greater number.

Revision 0050, after 0049.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from grants.persistence.types import UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

SLOT_CHANGES = tuple(
    f"pitch slot.{act}" for act in ("move", "elsewhere", "call off", "ask", "decline", "confirm", "more_time")
)
TABLES = {"meeting": ("meeting.change", "meeting.cancel"), "pitch_slot": SLOT_CHANGES}


def upgrade() -> None:
    op.add_column("message", sa.Column("calendar", sa.Text(), nullable=True))
    op.add_column("meeting", sa.Column("ends_at", UtcDateTime(), nullable=True))
    for table in TABLES:
        op.add_column(table, sa.Column("sequence", sa.Integer(), server_default="0", nullable=False))
        op.add_column(table, sa.Column("rescheduled_at", UtcDateTime(), nullable=True))
    for table, acts in TABLES.items():
        _count(table, acts)
    _end()


def _count(table: str, acts: tuple[str, ...]) -> None:
    kept = sa.table(table, sa.column("public_id"), sa.column("sequence"), sa.column("rescheduled_at"))
    record = sa.table(
        "audit_record", sa.column("subject_type"), sa.column("subject_id"), sa.column("action"), sa.column("at")
    )
    same = (record.c.subject_type == table, record.c.subject_id == kept.c.public_id, record.c.action.in_(acts))
    times = sa.select(sa.func.count()).select_from(record).where(*same).scalar_subquery()
    last_at = sa.select(sa.func.max(record.c.at)).where(*same).scalar_subquery()
    op.execute(kept.update().values(sequence=times, rescheduled_at=last_at))


def _end() -> None:
    """The end of an agenda is that of its last line: lines follow one another."""
    meeting = sa.table("meeting", sa.column("id"), sa.column("ends_at", UtcDateTime()))
    line = sa.table(
        "agenda_item",
        sa.column("meeting_id"),
        sa.column("starts_at", UtcDateTime()),
        sa.column("minutes", sa.Integer()),
    )
    ends = {}
    for meeting_id, starts_at, minutes in op.get_bind().execute(sa.select(*line.c)):
        ends_at = starts_at + timedelta(minutes=minutes)
        ends[meeting_id] = max(ends.get(meeting_id, ends_at), ends_at)
    for meeting_id, ends_at in ends.items():
        op.execute(meeting.update().where(meeting.c.id == meeting_id).values(ends_at=ends_at))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "rescheduled_at")
        op.drop_column(table, "sequence")
    op.drop_column("meeting", "ends_at")
    op.drop_column("message", "calendar")
