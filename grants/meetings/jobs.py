"""What meetings do in the background: minutes become a PDF, and applicants are reminded of their pitch."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from grants.background import job, periodic
from grants.casework import files
from grants.documents.rendering import render
from grants.kernel.clock import now
from grants.meetings import queries, services
from grants.meetings.models import Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.services.minutes import MAKE
from grants.meetings.states import EXPECTED
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work

PDF = "application/pdf"
AHEAD: Final = timedelta(days=120)
BATCH: Final = 100


@job(MAKE, "Make the minutes of a meeting")
def make_minutes(meeting_id: str, person_id: str) -> None:
    """Render the minutes as the person who asked may read them now; what is made already is left as it is."""
    actor = actor_of(db.session.scalars(select(Person).where(Person.public_id == person_id)).one())
    meeting = queries.meeting_for(actor, meeting_id)
    facts, name = queries.minutes_facts(actor, meeting), f"{meeting.title}, minutes.pdf"
    if queries.minutes_made(meeting, queries.minutes_name(facts)) is not None:
        return
    db.session.rollback()  # no transaction stays open while the PDF is made
    kept = files.put(render("minutes", facts), name, PDF)
    with unit_of_work():
        found: Meeting = queries.meeting_for(actor, meeting_id)
        made = services.keep_minutes(actor, found, facts, kept)
        is_ours = made.file.storage_key == kept.storage_key
    if not is_ours:  # another runner was faster, and these bytes are nobody's
        files.remove(kept.storage_key)


@periodic("meetings.remind_of_pitches", "20 * * * *", "Remind applicants of their pitch, and of its slides", long=True)
def remind_of_pitches() -> None:
    """Write the reminders whose time has come. Each is written once, so running again writes what is missing."""
    soon = select(PitchSlot.id).where(PitchSlot.state.in_(EXPECTED), PitchSlot.starts_at.between(now(), now() + AHEAD))
    ids = db.session.scalars(soon.order_by(PitchSlot.id)).all()
    for start in range(0, len(ids), BATCH):
        with unit_of_work():
            slots = queries.slots_by_id(ids[start : start + BATCH])
            slides = queries.slides_on(slots)
            for slot in slots:
                services.remind_of_pitch(slot, slot.id in slides)
