"""What meetings contribute to a person's calendar: when those are to which they are invited, or which they chair."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.kernel.dates import in_words
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.queries.pitches import own_slots
from grants.meetings.queries.scope import visible_meetings
from grants.meetings.queries.slides import slides_deadline
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.persistence.changes import Changes, changes_of
from grants.persistence.session import db

_SLOT_CHANGES = [
    f"pitch slot.{act}" for act in ("move", "elsewhere", "call off", "ask", "decline", "confirm", "more_time")
]


def dates(actor: Actor) -> list[Entry]:
    """The meetings the actor is invited to, and the slots of their own applications; what is called off says so."""
    pitches = pitch_entries(own_slots(actor))
    if not actor.may("meeting.attend"):
        return pitches
    own = select(Attendance.meeting_id).where(
        Attendance.person_id == actor.person_id, Attendance.invited_at.is_not(None)
    )
    return pitches + entries_of(
        db.session.scalars(
            select(Meeting)
            .where(Meeting.id.in_(own), visible_meetings(actor))
            .options(joinedload(Meeting.stage))
            .order_by(Meeting.starts_at, Meeting.id)
        ).all()
    )


def pitch_entries(slots: Sequence[PitchSlot]) -> list[Entry]:
    """Calendar entries of an applicant's own slots, as they were told, in one more statement."""
    changed = changes_of("pitch_slot", [one.public_id for one in slots], _SLOT_CHANGES)
    return [_pitch(one, changed.get(one.public_id)) for one in slots if one.starts_at is not None]


def _pitch(slot: PitchSlot, changes: Changes | None) -> Entry:
    meeting, school = slot.meeting, slot.application.case.organization.name
    starts_at = slot.starts_at or meeting.starts_at
    due = in_words(slides_deadline(slot).at, meeting.stage.cycle.time_zone)
    return Entry(
        key=f"pitch:{slot.public_id}",
        title=f"Pitch for {meeting.stage.title}: {school}",
        starts=starts_at,
        ends=starts_at + timedelta(minutes=slot.minutes or 0),
        changed_at=changes.last_at if changes else slot.invited_at or starts_at,
        changes=changes.times if changes else 0,
        detail=f"Slides are due {due}.",
        place=" · ".join(where for where in (meeting.place, meeting.link) if where),
        url=address_of("meetings.own_pitch", application_id=slot.application.public_id),
        cancelled=slot.state in ("cancelled", "declined"),
        tentative=slot.state in ("invited", "asked"),
        busy=True,
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
