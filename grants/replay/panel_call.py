"""What no recording has of meetings: the panel of the autumn intake is on a call, and the winter one is invited.

That they meet, when, and what they say is illustrative.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.meetings.ballots import Ballot, Choice
from grants.meetings.models import Meeting
from grants.meetings.motion_models import Motion
from grants.people.models import Person, RoleGrant
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.replay import pitch_day, pitch_hour
from grants.review.models import PanelMember

SAID = "The idea is clear and small enough to try. Ask how the second classroom would get the books."
ASKED = "Ask how the second classroom would get the books."
MOVED = "Recommend an award, if the second classroom gets the books."


def meet(present: datetime) -> None:
    """A meeting that was held a week ago, one that is under way at this moment, one planned, and two pitches."""
    with clock_at(present - timedelta(days=12)):
        held = _planned("Autumn intake", "First panel call", present - timedelta(days=7), 15, 3)
        running = _planned("Autumn intake", "Panel call before the decision", present - timedelta(minutes=20), 10)
        _planned("Winter intake", "Panel meeting", present + timedelta(days=20), 20)
    pitch_day.invite(_officer(), present)
    _hold(held, present - timedelta(days=7))
    _begin(running, present - timedelta(minutes=18))
    with clock_at(present - timedelta(minutes=15)):
        first = _moves_on(running, "")
        with unit_of_work():
            services.write_notes(_officer(), queries.item_for(_officer(), _meeting(running), first), SAID, 0)
    with clock_at(present - timedelta(minutes=8)):
        second = _moves_on(running, first)
        _move(running, second, Ballot.SECRET)
    _hear(pitch_hour.plan(_officer(), present), present)


def _hear(meeting_id: str, present: datetime) -> None:
    """The first has pitched and is scored; the second has begun, one member has given theirs, and one is at it."""
    _begin(meeting_id, present - timedelta(minutes=24))
    with clock_at(present - timedelta(minutes=22)):
        first = _moves_on(meeting_id, "")
    with clock_at(present - timedelta(minutes=10)):
        pitch_hour.score(meeting_id, first, _in_the_room(meeting_id, first))
    with clock_at(present - timedelta(minutes=9)):
        second = _moves_on(meeting_id, first)
    with clock_at(present - timedelta(minutes=2)):
        pitch_hour.score(meeting_id, second, _in_the_room(meeting_id, second), submitted=1)


def _hold(meeting_id: str, starts_at: datetime) -> None:
    """The first application is discussed and voted on, the others are deferred; the minutes are asked for."""
    _begin(meeting_id, starts_at)
    officer = _officer()
    with clock_at(starts_at + timedelta(minutes=2)):
        first = _moves_on(meeting_id, "")
        with unit_of_work():
            item = queries.item_for(officer, _meeting(meeting_id), first)
            services.write_notes(officer, item, SAID, 0)
            owner = _in_the_room(meeting_id, first)[0]
            services.agree_on(officer, item, ASKED, owner.public_id, (starts_at + timedelta(days=10)).date())
        motion = _move(meeting_id, first, Ballot.OPEN)
        voters = _in_the_room(meeting_id, first)
        for place, voter in enumerate(voters):
            with unit_of_work():
                services.vote(voter, _motion(meeting_id, motion), Choice.NO if place == 1 else Choice.YES)
    with clock_at(starts_at + timedelta(minutes=17)), unit_of_work():
        services.count(officer, _motion(meeting_id, motion))
        services.close_item(officer, queries.item_for(officer, _meeting(meeting_id), first))
        for line in queries.lines_of(_meeting(meeting_id))[1:]:
            services.defer(officer, line)
        services.close(officer, _meeting(meeting_id))
    with clock_at(starts_at + timedelta(minutes=20)), unit_of_work():
        for reader in (officer, voters[0]):
            services.ask_for_minutes(reader, _meeting(meeting_id))


def _begin(meeting_id: str, at: datetime) -> None:
    with clock_at(at), unit_of_work():
        services.start(_officer(), _meeting(meeting_id))
        for somebody in [*(actor_of(one) for one in _members(meeting_id)), _officer()]:
            services.join(somebody, _meeting(meeting_id))


def _members(meeting_id: str) -> list[Person]:
    stage_id = _meeting(meeting_id).stage_id
    members = select(PanelMember).where(PanelMember.stage_id == stage_id).order_by(PanelMember.id)
    return [one.person for one in db.session.scalars(members)]


def _in_the_room(meeting_id: str, item_id: str) -> list[Actor]:
    """The members of the panel who are not out of the room for what is up."""
    item = queries.item_for(_officer(), _meeting(meeting_id), item_id)
    return [one for one in map(actor_of, _members(meeting_id)) if queries.takes_part(one, item)]


def _move(meeting_id: str, item_id: str, ballot: Ballot) -> str:
    """One member moves it, another seconds it."""
    mover, seconder, *_ = _in_the_room(meeting_id, item_id)
    with unit_of_work():
        item = queries.item_for(mover, _meeting(meeting_id), item_id)
        motion = services.propose(mover, item, MOVED, ballot)
        services.second(seconder, motion)
        return motion.public_id


def _motion(meeting_id: str, motion_id: str) -> Motion:
    return queries.motion_for(_officer(), _meeting(meeting_id), motion_id)


def _moves_on(meeting_id: str, after: str) -> str:
    with unit_of_work():
        services.move_on(_officer(), _meeting(meeting_id), after)
        up = queries.item_up(_meeting(meeting_id))
        return up.public_id if up else ""


def _planned(stage_title: str, title: str, starts_at: datetime, minutes: int, most: int | None = None) -> str:
    officer = _officer()
    with unit_of_work():
        stage = db.session.scalars(select(CycleStage).where(CycleStage.title == stage_title)).one()
        chair = db.session.get_one(Person, officer.person_id)
        plan = services.Plan(title, starts_at, chair, 2, "On the telephone", "")
        lines = services.Lines(queries.to_discuss(officer, stage, "all")[:most], minutes, 4, 5)
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
