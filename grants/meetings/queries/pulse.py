"""Whether somebody's page of a meeting has changed: asked every two seconds by every page that is open."""

from functools import cache

from sqlalchemy import Select, bindparam, func, select

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.queries.meetings import frame_of
from grants.meetings.queries.scope import out_for, up_in, visible_meetings
from grants.persistence.session import db


def pulse(actor: Actor, public_id: str) -> tuple[object, ...]:
    """What changes exactly when the actor's page of the meeting does, in three small statements.

    Who is out of the room learns nothing from it: while they are out it rests on the agenda's plan alone, and later on
    what is open to them.
    raises   Missing
    """
    row = db.session.execute(
        select(Meeting.id, Meeting.version, Meeting.state).where(
            Meeting.public_id == public_id, visible_meetings(actor)
        )
    ).one_or_none()
    if row is None:
        raise Missing("There is no such meeting, or you are not invited to it.")
    lines = db.session.execute(frame_of(actor, row.id)).all()
    up = next((line for line in lines if line.state == "open"), None)
    if up is not None and not up.is_open_to_them:
        return ("out", row.state == "paused", up.id)
    seen = tuple((line.id, line.version) if line.is_open_to_them else (line.id,) for line in lines)
    return (row.version, row.state, up.id if up else 0, seen, _out_now(row.id) if up else 0)


def _out_now(meeting_id: int) -> int:
    """How many are out of the room for what is up: a conflict declared now changes the page of those who stay."""
    return db.session.scalar(_out_of(), {"meeting_id": meeting_id}) or 0


@cache
def _out_of() -> Select[int]:
    """The statement, put together once: that takes longer than running it."""
    return (
        select(func.count())
        .select_from(AgendaItem)
        .join(AgendaItem.application)
        .join(Attendance, Attendance.meeting_id == AgendaItem.meeting_id)
        .where(up_in(bindparam("meeting_id")), out_for())
    )
