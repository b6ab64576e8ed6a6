"""Planning a meeting: when, where and how, and who is asked to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select
from sqlalchemy.orm import joinedload

from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.policy import Actor, require, require_permission
from grants.meetings import queries
from grants.meetings.ballots import Ballot, Majority
from grants.meetings.dates import entries_of
from grants.meetings.models import Attendance, Meeting
from grants.meetings.ordering import best_order
from grants.meetings.queries.scope import has_left
from grants.meetings.services import slots
from grants.meetings.services.lines import append, changing, check_minutes, check_room, retime, touch
from grants.meetings.states import MEETING, MeetingFacts, MeetingState
from grants.messages.addresses import address_of
from grants.messages.calendars import attached
from grants.messages.services import post
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.base import new_public_id
from grants.persistence.moves import move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.queries.scope import sits

Kind = Literal["panel", "pitch"]


@dataclass(frozen=True)
class Plan:
    """What a meeting is to be.

    quorum     voting members, at least 1
    """

    title: str
    starts_at: datetime
    chair: Person
    quorum: int
    place: str = ""
    link: str = ""
    ballot: Ballot = Ballot.OPEN
    majority: Majority = Majority.SIMPLE


@dataclass(frozen=True)
class Lines:
    """How an agenda is laid out at first.

    applications   ids, in the order to begin with
    minutes        for each
    break_after    so many applications a break; none when it is 0
    """

    applications: Sequence[int]
    minutes: int
    break_after: int = 0
    break_minutes: int = 15

    @property
    def breaks(self) -> dict[int, int]:
        """Number of applications before a break -> its minutes."""
        places = range(self.break_after, len(self.applications), self.break_after) if self.break_after else ()
        return dict.fromkeys(places, self.break_minutes)


def make_meeting(actor: Actor, stage: CycleStage, plan: Plan, lines: Lines, kind: Kind = "panel") -> Meeting:
    """Plan a meeting of a stage's panel; its agenda begins in the best order. Nobody is told yet.

    kind     at a pitch each application on the agenda has a slot; `plan_pitch` asks who may have one
    raises   Refused; Invalid
    """
    require(queries.may_plan(actor, stage))
    _check(plan, lines)
    breaks = lines.breaks
    check_room(len(lines.applications) + len(breaks), "who" if kind == "pitch" else "which")
    meeting = Meeting(
        stage=stage,
        kind=kind,
        state=MeetingState.PLANNED,
        made_at=now(),
        changed_at=now(),
        made_by_id=actor.person_id,
        version=1,
        **_columns(plan),
    )
    db.session.add(meeting)
    db.session.flush()
    ties = queries.ties_of(meeting, plan.chair.id, lines.applications)
    topics = [ties.topic(str(one), one, lines.minutes) for one in lines.applications]
    order = best_order(topics, plan.starts_at, breaks)
    for place, key in enumerate(order.keys):
        if place in breaks:
            append(meeting, breaks[place], title="Break")
        append(meeting, lines.minutes, application_id=int(key))
    retime(meeting)
    meeting.sequence = 0  # in nobody's calendar yet
    audit.record(actor, "meeting.make", meeting, after={"title": plan.title, "starts_at": plan.starts_at.isoformat()})
    return meeting


def change_meeting(actor: Actor, meeting: Meeting, plan: Plan) -> None:
    """Change when, where and how; whoever was invited is told of another time or place.

    raises   Refused; Invalid; Clash once it has begun
    """
    changing(actor, meeting)
    if meeting.state != MeetingState.PLANNED:
        raise Clash("The meeting has begun; its time and place stand.")
    _check(plan)
    title, before = meeting.title, (meeting.starts_at, meeting.place, meeting.link)
    for name, value in _columns(plan).items():
        setattr(meeting, name, value)
    if (title, *before) != (meeting.title, meeting.starts_at, meeting.place, meeting.link):
        meeting.reschedule()
    db.session.flush()
    touch(meeting)
    retime(meeting)
    audit.record(actor, "meeting.change", meeting, after={"starts_at": plan.starts_at.isoformat()})
    if meeting.invited_at is not None and before != (meeting.starts_at, meeting.place, meeting.link):
        tell_panel(meeting, "meetings.changed")
    if before[0] != meeting.starts_at:
        slots.renew(actor, [meeting])
    elif before != (meeting.starts_at, meeting.place, meeting.link):
        slots.tell_place(actor, queries.slots_in(meeting))


def invite(actor: Actor, meeting: Meeting) -> int:
    """Ask the panel to the meeting; whoever was asked already is not asked again. The agenda shows to them from now on.

    Who came onto the panel since they were asked, or came to sit in, votes from now on.
    returns  how many were asked now
    raises   Refused; Clash when it is over, or the agenda is empty
    """
    changing(actor, meeting)
    if not queries.lines_of(meeting):
        raise Clash("The agenda is empty. Put applications on it first.")
    members = db.session.scalars(
        select(PanelMember.person_id)
        .join(PanelMember.person)
        .where(PanelMember.stage_id == meeting.stage_id, sits(), Person.is_active)
        .order_by(PanelMember.id)
    ).all()
    asked = 0
    for seat in seats_for(meeting, [*members, meeting.chair_id]):
        seat.votes = seat.person_id in members
        if seat.invited_at is None:
            seat.invited_at = now()
            asked += 1
    meeting.invited_at = now()
    touch(meeting)
    audit.record(actor, "meeting.invite", meeting, after={"asked": asked})
    tell_panel(meeting, "meetings.invited")
    return asked


def cancel(actor: Actor, meeting: Meeting) -> None:
    """Call a planned meeting off, and tell those who were invited: the panel, and at a pitch the applicants."""
    changing(actor, meeting)
    for slot in queries.slots_in(meeting):
        slots.call_off(actor, slot)
    meeting.reschedule()
    effects = {"tell_the_panel": lambda: tell_panel(meeting, "meetings.cancelled") if meeting.invited_at else None}
    move(actor, meeting, "cancel", MEETING, MeetingFacts, effects)
    touch(meeting)


def tell_absence(actor: Actor, meeting: Meeting, since: datetime | None, until: datetime | None) -> None:
    """Somebody who is invited says when they cannot be there; both None for at no time.

    raises   Missing for who is not invited; Invalid
    """
    require_permission(actor, "meeting.attend")
    seat = queries.seat_of(actor, meeting)
    if seat is None:
        raise Missing("You are not invited to this meeting.")
    if (since is None) != (until is None):
        raise Invalid("Say from when until when.", {"until" if until is None else "since": "Say from when until when."})
    if since and until and since >= until:
        raise Invalid("It ends before it begins.", {"until": "It ends before it begins."})
    seat.away_from, seat.away_until = since, until


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title.strip(),
        "starts_at": plan.starts_at,
        "place": plan.place.strip(),
        "link": plan.link.strip(),
        "chair_id": plan.chair.id,
        "quorum": plan.quorum,
        "ballot": plan.ballot,
        "majority": plan.majority,
    }


def _check(plan: Plan, lines: Lines | None = None) -> None:
    wrong = {}
    if not plan.title.strip():
        wrong["title"] = "Give the meeting a name."
    if plan.quorum < 1:
        wrong["quorum"] = "A quorum is at least 1."
    if plan.link.strip() and not plan.link.strip().startswith(("https://", "http://")):
        wrong["link"] = "A link begins with https://."
    if wrong:
        raise Invalid("The plan of the meeting does not hold.", wrong)
    if lines is not None:
        check_minutes(lines.minutes)
        check_minutes(lines.break_minutes)


def seats_for(meeting: Meeting, people: Sequence[int]) -> Sequence[Attendance]:
    """The places of these people at the meeting, new ones for who has none; members of the panel vote.

    In four statements at most, however many they are.
    """
    places = select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.person_id.in_(people))
    places = places.order_by(Attendance.id)
    seats = db.session.scalars(places).all()
    known = {one.person_id for one in seats}
    if new := [one for one in dict.fromkeys(people) if one not in known]:
        on_panel = select(PanelMember.person_id).where(
            PanelMember.stage_id == meeting.stage_id, PanelMember.person_id.in_(new), sits()
        )
        voting = set(db.session.scalars(on_panel))
        rows = [
            {"public_id": new_public_id(), "meeting_id": meeting.id, "person_id": one, "votes": one in voting}
            for one in new
        ]
        db.session.execute(insert(Attendance), rows)
        seats = db.session.scalars(places).all()
    return seats


def tell_panel(meeting: Meeting, template: str) -> None:
    """Write to everybody invited who has not left the panel; each change of the plan once, also back to what it was."""
    seats = db.session.scalars(
        select(Attendance)
        .join(Attendance.meeting)
        .where(Attendance.meeting_id == meeting.id, Attendance.invited_at.is_not(None), ~has_left(Attendance.person_id))
        .options(joinedload(Attendance.person))
        .order_by(Attendance.id)
    ).all()
    facts = {
        "meeting": meeting.title,
        "stage": meeting.stage.title,
        "cycle": meeting.stage.cycle.title,
        "when": in_words(meeting.starts_at, meeting.stage.cycle.time_zone),
        "where": " · ".join(one for one in (meeting.place, meeting.link) if one) or "to be announced",
        "link": address_of("meetings.meeting", meeting_id=meeting.public_id),
    }
    calendar = attached(entries_of([meeting]))
    for seat in seats:
        key = f"{template}:{meeting.public_id}:{seat.public_id}"
        key = f"{key}:{meeting.version}" if template == "meetings.changed" else key
        post(key, template, seat.person, facts, calendar=calendar)
