"""What no recording has of pitches: two schools that cannot come in three weeks are heard today, before the others.

That they pitch, when, and what they are given is illustrative.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from grants.applications.models import Application
from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.meetings import queries, services
from grants.people.models import Organization, Person
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage

HEARD: Final = ("Meridian Arts Charter", "Open Water Charter School")
WHY: Final = "Their teachers are away on the afternoon of the pitch, so they are heard by telephone before it."
GIVEN: Final[Sequence[tuple[Mapping[str, Any], Mapping[str, str]]]] = (
    ({"told": 4, "asked": 3}, {"told": "A student’s whole week, with the proof that they tear apart on Thursday."}),
    ({"told": 3, "asked": 3}, {"asked": "Both classes will be ready: the second teacher said what she still needs."}),
)


def plan(officer: Actor, present: datetime) -> str:
    """The pitch, to which schools and panel were invited three days ago; returns its public id."""
    with clock_at(present - timedelta(days=3)), unit_of_work():
        stage = db.session.scalars(select(CycleStage).where(CycleStage.title == "Winter intake")).one()
        chair, pitch = db.session.get_one(Person, officer.person_id), queries.the_pitch(stage)
        starts_at = present - timedelta(minutes=25)
        held = services.Plan("Early pitches", starts_at, chair, 2, "On the telephone", "")
        chosen = [_application(stage, name) for name in HEARD]
        meeting_id = services.plan_pitch(officer, stage, held, chosen, pitch.minutes + 5, reason=WHY).public_id
    with clock_at(present - timedelta(days=3, minutes=-5)), unit_of_work():
        meeting = queries.meeting_for(officer, meeting_id)
        services.invite_applicants(officer, meeting)
        services.invite(officer, meeting)
    return meeting_id


def score(meeting_id: str, item_id: str, members: Sequence[Actor], submitted: int = len(GIVEN)) -> None:
    """These members score what is up; so many of them, from the last, have submitted."""
    for left, (member, (marks, why)) in enumerate(zip(members, GIVEN, strict=False), start=1 - len(GIVEN)):
        with unit_of_work():
            item = queries.item_for(member, queries.meeting_for(member, meeting_id), item_id)
            services.score_pitch(member, item, marks, why)
            if -left < submitted:
                services.submit_pitch(member, item)


def _application(stage: CycleStage, school: str) -> str:
    of = select(Application.public_id).join(Application.case).join(Case.organization)
    return db.session.scalars(of.where(Application.stage_id == stage.id, Organization.name == school)).one()
