"""Motions, who may vote on them and who has, and what was agreed to be done. Of what the actor may know, alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from grants.applications.models import Application
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.ballots import Ballot, Choice, Count
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.motion_models import ActionItem, Motion, Vote
from grants.meetings.queries.scope import has_vote, open_to, out_for
from grants.people.models import Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.pitch_models import PitchCard
from grants.review.revision_models import ScorecardRevision


@dataclass(frozen=True)
class Tallied:
    """A motion as the room sees it.

    voted      how many of those who may vote have
    own        the actor has voted; `own_choice` is what, in an open ballot
    """

    motion: Motion
    voted: int
    own: bool
    own_choice: str | None


def motions_on(actor: Actor, item: AgendaItem) -> list[Tallied]:
    """The motions on a line, in the order in which they were moved; three statements. Who is out was asked before."""
    motions = db.session.scalars(
        select(Motion)
        .where(Motion.item_id == item.id)
        .options(
            joinedload(Motion.moved_by),
            joinedload(Motion.seconded_by),
            selectinload(Motion.votes).joinedload(Vote.person),
        )
        .order_by(Motion.id)
    ).all()
    found = []
    for one in motions:
        own = next((vote for vote in one.votes if vote.person_id == actor.person_id), None)
        found.append(Tallied(one, len(one.votes), own is not None, own.choice if own else None))
    return found


def motion_for(actor: Actor, meeting: Meeting, public_id: str) -> Motion:
    """One motion.

    raises   Missing when there is none, or the actor is out of the room for what it is about
    """
    motion = db.session.scalar(
        select(Motion)
        .join(AgendaItem, AgendaItem.id == Motion.item_id)
        .outerjoin(AgendaItem.application)
        .where(Motion.public_id == public_id, AgendaItem.meeting_id == meeting.id, open_to(actor))
    )
    if motion is None:
        raise Missing("There is no such motion.")
    return motion


def open_motion(item: AgendaItem) -> Motion | None:
    """What is being voted on at a line, whoever may know of it."""
    return db.session.scalar(select(Motion).where(Motion.item_id == item.id, Motion.state == "open"))


def was_used(item: AgendaItem) -> bool:
    """Whether anything was noted, moved, agreed on, scored or revised at a line."""
    traces = (
        select(Motion.id).where(Motion.item_id == item.id),
        select(ActionItem.id).where(ActionItem.item_id == item.id),
        select(PitchCard.id).where(PitchCard.pitched_in == item.public_id),
        select(ScorecardRevision.id).where(ScorecardRevision.discussed_in == item.public_id),
    )
    return bool(item.notes) or any(db.session.scalar(one.limit(1)) is not None for one in traces)


def voters_present(item: AgendaItem) -> int:
    """How many voting members are in the room, and not out for this line."""
    present = (
        select(func.count())
        .select_from(Attendance)
        .join(Attendance.meeting)
        .where(
            Attendance.meeting_id == item.meeting_id,
            has_vote(),
            Attendance.joined_at.is_not(None),
            Attendance.left_at.is_(None),
        )
    )
    if item.application_id is not None:
        present = present.join(Application, Application.id == item.application_id).where(~out_for())
    return db.session.scalar(present) or 0


def count_of(motion: Motion) -> Count:
    """How the votes stand: of a secret ballot as they were counted up, of an open one by those who are not out now."""
    if motion.ballot == Ballot.SECRET or motion.state != "open":
        return Count(motion.yes, motion.no, motion.abstain)
    out = out_among(motion)
    counted = [Choice(one.choice) for one in motion.votes if one.choice and one.person_id not in out]
    return Count(*(counted.count(choice) for choice in (Choice.YES, Choice.NO, Choice.ABSTAIN)))


def out_among(motion: Motion) -> frozenset[int]:
    """Ids of the people who have voted and are out of the room for the application now: a conflict came up since."""
    voted = select(Vote.person_id).where(Vote.motion_id == motion.id)
    found = (
        select(Attendance.person_id)
        .join(AgendaItem, AgendaItem.meeting_id == Attendance.meeting_id)
        .join(Application, Application.id == AgendaItem.application_id)
        .where(AgendaItem.id == motion.item_id, Attendance.person_id.in_(voted), out_for())
    )
    return frozenset(db.session.scalars(found))


def actions_on(items: Collection[int]) -> Mapping[int, Sequence[ActionItem]]:
    """Line's id -> what was agreed to be done about it. Whether one may know of the lines is asked before."""
    found: dict[int, list[ActionItem]] = {}
    for one in db.session.scalars(
        select(ActionItem)
        .where(ActionItem.item_id.in_(items))
        .options(joinedload(ActionItem.owner))
        .order_by(ActionItem.id)
    ):
        found.setdefault(one.item_id, []).append(one)
    return found


def action_for(actor: Actor, public_id: str) -> ActionItem:
    """One thing that was agreed to be done.

    raises   Missing
    """
    action = db.session.scalar(
        select(ActionItem)
        .join(ActionItem.item)
        .outerjoin(AgendaItem.application)
        .where(ActionItem.public_id == public_id, open_to(actor))
        .options(joinedload(ActionItem.item).joinedload(AgendaItem.meeting))
    )
    if action is None:
        raise Missing("There is nothing like that to be done.")
    return action


def own_actions(actor: Actor, page: int = 1) -> Page[ActionItem]:
    """What the actor has agreed to do and has not done, the first due first."""
    return paginate(_own_actions(actor), page)


def first_actions(actor: Actor, most: int) -> Sequence[ActionItem]:
    """The first of them, in one statement."""
    return db.session.scalars(_own_actions(actor).limit(most)).all()


def _own_actions(actor: Actor) -> Select[ActionItem]:
    return (
        select(ActionItem)
        .join(ActionItem.item)
        .outerjoin(AgendaItem.application)
        .where(ActionItem.owner_id == actor.person_id, ActionItem.done_at.is_(None), open_to(actor))
        .options(
            joinedload(ActionItem.item)
            .joinedload(AgendaItem.meeting)
            .joinedload(Meeting.stage)
            .joinedload(CycleStage.cycle)
        )
        .order_by(ActionItem.due_on.is_(None), ActionItem.due_on, ActionItem.id)
    )


def owners_for(item: AgendaItem) -> Sequence[Person]:
    """Who may take something on about a line: whoever is invited or came, and is not out for it; by name."""
    seat = select(Attendance.person_id).where(Attendance.meeting_id == item.meeting_id)
    if item.application_id is not None:
        seat = seat.join(Application, Application.id == item.application_id).where(~out_for())
    return db.session.scalars(
        select(Person).where(Person.id.in_(seat), Person.is_active).order_by(Person.name, Person.id)
    ).all()
