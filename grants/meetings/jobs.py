"""The minutes of a meeting become a PDF."""

from sqlalchemy import select

from grants.background import job
from grants.casework import files
from grants.documents.rendering import render
from grants.meetings import queries, services
from grants.meetings.models import Meeting
from grants.meetings.services.minutes import MAKE
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work

PDF = "application/pdf"


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
        services.keep_minutes(actor, found, facts, kept)
