"""What meetings contribute to a person's calendar: when those are to which they are invited, or which they chair."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.kernel.dates import in_words
from grants.kernel.policy import Actor
from grants.meetings.models import Attendance, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.queries.pitches import own_slots
from grants.meetings.queries.scope import visible_meetings
from grants.meetings.queries.slides import slides_deadline
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.persistence.session import db


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
    """Calendar entries of an applicant's own slots, as they were told; no statement."""
    return [_pitch(one, one.starts_at) for one in slots if one.starts_at is not None]


def _pitch(slot: PitchSlot, starts_at: datetime) -> Entry:
    meeting, school = slot.meeting, slot.application.case.organization.name
    due = in_words(slides_deadline(slot).at, meeting.stage.cycle.time_zone)
    return Entry(
        key=f"pitch:{slot.public_id}",
        title=f"Pitch for {meeting.stage.title}: {school}",
        starts=starts_at,
        ends=starts_at + timedelta(minutes=slot.minutes or 0),
        changed_at=slot.rescheduled_at or slot.invited_at or starts_at,
        changes=slot.sequence,
        detail=f"Slides are due {due}.",
        place=" · ".join(where for where in (meeting.place, meeting.link) if where),
        url=address_of("meetings.own_pitch", application_id=slot.application.public_id),
        cancelled=slot.state in ("cancelled", "declined"),
        tentative=slot.state in ("invited", "asked"),
        busy=True,
    )


def entries_of(meetings: Sequence[Meeting]) -> list[Entry]:
    """Calendar entries of meetings, which are read with their stages; they say when and where, and name no
    application; no statement.
    """
    return [
        Entry(
            key=f"meeting:{one.public_id}",
            title=f"{one.title}: {one.stage.title}",
            starts=one.starts_at,
            ends=one.ends_at,
            changed_at=one.rescheduled_at or one.made_at,
            changes=one.sequence,
            place=" · ".join(where for where in (one.place, one.link) if where),
            url=address_of("meetings.meeting", meeting_id=one.public_id),
            cancelled=one.state == "cancelled",
            busy=True,
        )
        for one in meetings
    ]
