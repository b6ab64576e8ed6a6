"""What no recording has of pitches: four schools of the winter intake are invited to pitch, and each answers otherwise.

That they pitch, when, and what they say is illustrative.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from grants.applications.models import Application
from grants.casework import files
from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.meetings import queries, services
from grants.meetings.pitch_models import PitchSlot
from grants.people.models import Organization, Person
from grants.people.queries import actor_of
from grants.people.requests import leads_of
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.replay.recording.loading import RECORDINGS

COMES, WITHOUT_SLIDES = "Compass Rose Charter", "Redtail Prep"
ASKS, SILENT = "Ferry Point Elementary", "Tidewater Collegiate"
"""One confirms and has its slides in, one confirms, one asks for another time, and one has not answered yet."""
SLIDES: Final = RECORDINGS / "pilot_fund" / "files" / "compass_rose" / "An hour for the middle.pdf"
PRESENTERS: Final = ("Miriam Castell", "Andre Fuller")
WISH: Final = "Our whole staff meets that afternoon, and two of the three who teach the idea lead the meeting."
UNFIT: Final = "Nothing before four fits. Half past four does, and any time on the next day."


def invite(officer: Actor, present: datetime) -> None:
    """A pitch in three weeks to which the applicants were invited yesterday, and the panel too."""
    with clock_at(present - timedelta(hours=20)), unit_of_work():
        stage = db.session.scalars(select(CycleStage).where(CycleStage.title == "Winter intake")).one()
        chair, pitch = db.session.get_one(Person, officer.person_id), queries.the_pitch(stage)
        starts_at = present + timedelta(days=22, hours=6)
        place, link = "The foundation’s library", "https://meet.example/pitch"
        plan = services.Plan("Pitch afternoon", starts_at, chair, 2, place, link)
        chosen = [_application(stage, name).public_id for name in (COMES, WITHOUT_SLIDES, ASKS, SILENT)]
        meeting_id = services.plan_pitch(officer, stage, plan, chosen, pitch.minutes, 2, 10).public_id
    with clock_at(present - timedelta(hours=19)), unit_of_work():
        meeting = queries.meeting_for(officer, meeting_id)
        services.invite_applicants(officer, meeting)
        services.invite(officer, meeting)
    _answer(present)


def _answer(present: datetime) -> None:
    kept = files.put(SLIDES.read_bytes(), SLIDES.name, "application/pdf")
    with clock_at(present - timedelta(hours=3)), unit_of_work():
        for name, presenters in ((COMES, PRESENTERS), (WITHOUT_SLIDES, ())):
            slot, writer = _slot(name)
            services.confirm(writer, slot, presenters, slot.starts_at)
    with clock_at(present - timedelta(hours=2)), unit_of_work():
        slot, writer = _slot(COMES)
        services.keep_slides(writer, slot, kept)
        slot, writer = _slot(ASKS)
        services.ask_another_time(writer, slot, WISH, UNFIT, slot.starts_at)


def _slot(school: str) -> tuple[PitchSlot, Actor]:
    """A school's slot, and the lead who answers for it."""
    organization = db.session.scalars(select(Organization).where(Organization.name == school)).one()
    stage = db.session.scalars(select(CycleStage).where(CycleStage.title == "Winter intake")).one()
    lead = actor_of(leads_of(organization)[0])
    return queries.own_slot(lead, _application(stage, school).public_id), lead


def _application(stage: CycleStage, school: str) -> Application:
    of = select(Application).join(Application.case).join(Case.organization)
    return db.session.scalars(of.where(Application.stage_id == stage.id, Organization.name == school)).one()
