"""What meetings contribute to a person's calendar: when those are to which they are invited, or which they chair."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.queries.scope import visible_meetings
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.persistence.changes import changes_of
from grants.persistence.session import db


def dates(actor: Actor) -> list[Entry]:
    """The meetings the actor is invited to; one that was called off says so."""
    if not actor.may("meeting.attend"):
        return []
    own = select(Attendance.meeting_id).where(
        Attendance.person_id == actor.person_id, Attendance.invited_at.is_not(None)
    )
    return entries_of(
        db.session.scalars(
            select(Meeting)
            .where(Meeting.id.in_(own), visible_meetings(actor))
            .options(joinedload(Meeting.stage))
            .order_by(Meeting.starts_at, Meeting.id)
        ).all()
    )


def entries_of(meetings: Sequence[Meeting]) -> list[Entry]:
    """Calendar entries of meetings, in two more statements; they say when and where, and name no application."""
    lengths = dict(
        db.session.execute(
            select(AgendaItem.meeting_id, func.sum(AgendaItem.minutes))
            .where(AgendaItem.meeting_id.in_([one.id for one in meetings]))
            .group_by(AgendaItem.meeting_id)
        ).all()
    )
    changed = changes_of("meeting", [one.public_id for one in meetings], ["meeting.change", "meeting.cancel"])
    return [
        Entry(
            key=f"meeting:{one.public_id}",
            title=f"{one.title}: {one.stage.title}",
            starts=one.starts_at,
            ends=one.starts_at + timedelta(minutes=lengths[one.id]) if lengths.get(one.id) else None,
            changed_at=changed[one.public_id].last_at if one.public_id in changed else one.made_at,
            changes=changed[one.public_id].times if one.public_id in changed else 0,
            place=" · ".join(where for where in (one.place, one.link) if where),
            url=address_of("meetings.meeting", meeting_id=one.public_id),
            cancelled=one.state == "cancelled",
            busy=True,
        )
        for one in meetings
    ]
