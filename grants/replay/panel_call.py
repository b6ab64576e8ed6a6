"""What no recording has of meetings: the panel of the autumn intake is on a call, and the winter one is invited.

That they meet, when, and what they say is illustrative.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.meetings.models import Meeting
from grants.people.models import Person, RoleGrant
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review.models import PanelMember

SAID = "The idea is clear and small enough to try. Ask how the second classroom would get the books."


def meet(present: datetime) -> None:
    """One meeting that is under way at this moment, and one planned."""
    with clock_at(present - timedelta(days=6)):
        running = _planned("Autumn intake", "Panel call before the decision", present - timedelta(minutes=20), 10)
        _planned("Winter intake", "Panel meeting", present + timedelta(days=20), 20)
    officer = _officer()
    with clock_at(present - timedelta(minutes=18)), unit_of_work():
        services.start(officer, _meeting(running))
        members = select(PanelMember).where(PanelMember.stage_id == _meeting(running).stage_id)
        people = [one.person for one in db.session.scalars(members.order_by(PanelMember.id))]
        for somebody in [actor_of(one) for one in people] + [officer]:
            services.join(somebody, _meeting(running))
    first = _moves_on(officer, running, "")
    with clock_at(present - timedelta(minutes=15)), unit_of_work():
        item = queries.item_for(officer, _meeting(running), first)
        services.write_notes(officer, item, SAID, 0)
    _moves_on(officer, running, first)


def _moves_on(officer: Actor, meeting_id: str, after: str) -> str:
    with unit_of_work():
        services.move_on(officer, _meeting(meeting_id), after)
        up = queries.item_up(_meeting(meeting_id))
        return up.public_id if up else ""


def _planned(stage_title: str, title: str, starts_at: datetime, minutes: int) -> str:
    officer = _officer()
    with unit_of_work():
        stage = db.session.scalars(select(CycleStage).where(CycleStage.title == stage_title)).one()
        chair = db.session.get_one(Person, officer.person_id)
        plan = services.Plan(title, starts_at, chair, 3, "On the telephone", "")
        lines = services.Lines(queries.to_discuss(officer, stage, "all"), minutes, 4, 5)
        meeting = services.make_meeting(officer, stage, plan, lines)
        services.invite(officer, meeting)
        return meeting.public_id


def _meeting(public_id: str) -> Meeting:
    return queries.meeting_for(_officer(), public_id)


def _officer() -> Actor:
    """An officer who has no conflict of interest with any applicant of the fund."""
    officers = select(Person).join(RoleGrant, RoleGrant.person_id == Person.id)
    officers = officers.where(RoleGrant.role == Role.PROGRAM_OFFICER, Person.is_active).order_by(Person.id)
    stage = db.session.scalars(select(CycleStage).where(CycleStage.title == "Autumn intake")).one()
    return next(actor for one in db.session.scalars(officers) if queries.may_plan(actor := actor_of(one), stage))
