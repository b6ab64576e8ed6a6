"""A reviewer's own work: what is asked of them, in which order, and how far they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, false, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.base import ExecutableOption

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import PAGE_SIZE, Page, within
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.queries.history import is_reopened
from grants.review.queries.scope import (
    REVIEWABLE,
    as_reviewer,
    joined,
    members_of,
    on_panels,
    own_assignments,
    own_in_general,
    sits,
    standing_of,
    with_program,
)
from grants.review.states import ScorecardState
from grants.review.steps import StepsTaken

_NONE = "There is no such application in your pile."
_BEFORE_ANY = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Work:
    """What one reviewer has to do on one panel: of `total` applications `done` are submitted."""

    stage: CycleStage
    total: int
    done: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.stage.cycle.time_zone)

    @property
    def is_closed(self) -> bool:
        return self.stage.released_at is not None

    @property
    def open(self) -> int:
        return self.total - self.done

    @property
    def due_at(self) -> datetime | None:
        return self.stage.reviews_due_at

    @property
    def is_late(self) -> bool:
        return self.open > 0 and not self.is_closed and is_past(self.due_at)


@dataclass(frozen=True)
class Pile(Work):
    """The same as a whole; its applications are in the order in which they were assigned.

    first       public id of the first assignment that is open; None when none is
    newcomers   applicants about whom the reviewer has not been asked yet: all of them before the first declaration
    reopened    of the open ones, those that were submitted before
    """

    member: PanelMember
    first: str | None
    newcomers: int
    reopened: int

    @property
    def standing(self) -> StepsTaken:
        """What the reviewer has done before their pile opens."""
        return standing_of(self.member)

    @property
    def must_declare(self) -> bool:
        return self.member.declared_at is None or self.newcomers > 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do on it for now."""
        return self.total > 0 and not self.open and not self.must_declare and not self.standing.left


@dataclass(frozen=True)
class Place(Work):
    """The same as it looks from one of its assignments.

    place      from 1
    previous   public id of the assignment before; None for the first
    following  public id of the one after, submitted or not; None for the last
    next       public id of the open one that comes next, round the end of the pile; None when no other is open
    """

    place: int
    previous: str | None
    following: str | None
    next: str | None


class PileRow(NamedTuple):
    """One application of a pile, and its place in it from 1."""

    assignment: Assignment
    place: int


def is_submitted(assignment: Assignment) -> bool:
    card = assignment.scorecard
    return card is not None and card.state == ScorecardState.SUBMITTED


def is_past(due_at: datetime | None) -> bool:
    return due_at is not None and due_at < now()


def piles_of(actor: Actor) -> list[Pile]:
    """The reviewer's panels, the first due first, the done after those with something to do, the closed last;
    four statements however many there are."""
    if actor.person_id is None or not actor.may("review.score"):
        return []
    members = members_of(actor)
    newcomers, counted = _newcomers(actor, members), _counted(actor)
    named = _named([first for _, _, first, _ in counted.values()])
    piles = []
    for member in members:
        total, done, first, reopened = counted.get(member.stage_id, (0, 0, None, 0))
        new = newcomers.get(member.stage_id, 0)
        piles.append(Pile(member.stage, total, done, member, named.get(first), new, reopened))
    return sorted(piles, key=_what_to_do_first)


def _what_to_do_first(pile: Pile) -> tuple[object, ...]:
    return (pile.is_closed, pile.is_done, pile.due_at is None, pile.due_at or now(), pile.stage.id)


def place_of(actor: Actor, assignment: Assignment) -> Place:
    """Where an assignment that the actor may read stands in their pile: two statements at most, that read numbers."""
    # The panel is one on which they took every step, or they would not have the assignment.
    asked = on_panels(actor, [assignment.stage_id])
    here = {"stage_id": assignment.stage_id, "here": assignment.id}
    total, done, place, previous, following, after, before = db.session.execute(_place(), asked | here).one()
    beside = (previous, following, after or before)
    return Place(assignment.stage, total, done, place, *map(_named(beside).get, beside))


@cache
def _place() -> Select[int, int, int, int, int, int, int]:
    is_open, here = ~_submitted(), bindparam("here", type_=Integer)
    return (
        own_in_general()
        .where(Assignment.stage_id == bindparam("stage_id"))
        .order_by(None)
        .outerjoin(Scorecard, Scorecard.assignment_id == Assignment.id)
        .with_only_columns(
            func.count(),
            func.count(case((_submitted(), 1))),
            func.count(case((Assignment.id <= here, 1))),
            func.max(case((Assignment.id < here, Assignment.id))),
            func.min(case((Assignment.id > here, Assignment.id))),
            func.min(case((and_(is_open, Assignment.id > here), Assignment.id))),
            func.min(case((and_(is_open, Assignment.id < here), Assignment.id))),
        )
    )


def pile_pages(actor: Actor, wanted: Mapping[Pile, int], size: int = PAGE_SIZE) -> dict[int, Page[PileRow]]:
    """Stage id -> the page that is wanted of each pile, in one statement."""
    numbers = {pile.stage.id: within(number, size, pile.total) for pile, number in wanted.items()}
    place = func.row_number().over(partition_by=Assignment.stage_id, order_by=Assignment.id).label("place")
    places = own_assignments(actor).order_by(None).with_only_columns(Assignment.id.label("id"), place).subquery()
    shown = [
        and_(Assignment.stage_id == stage, places.c.place.between((number - 1) * size + 1, number * size))
        for stage, number in numbers.items()
    ]
    rows = db.session.execute(
        joined(select(Assignment, places.c.place))
        .join(places, places.c.id == Assignment.id)
        .where(or_(false(), *shown))
        .order_by(Assignment.id)
        .options(*_as_listed())
    )
    found: dict[int, list[PileRow]] = {stage: [] for stage in numbers}
    for row in rows:
        found[row[0].stage_id].append(PileRow(*row))
    return {pile.stage.id: Page(found[pile.stage.id], numbers[pile.stage.id], size, pile.total) for pile in wanted}


def _submitted() -> ColumnElement[bool]:
    """Holds for assignments whose scorecard is submitted; needs `Scorecard`, joined from outside."""
    return func.coalesce(Scorecard.state == ScorecardState.SUBMITTED, false())


def _counted(actor: Actor) -> Mapping[int, tuple[int, int, int | None, int]]:
    """Stage id -> the actor's assignments, those submitted, the id of the first open one, and those opened again."""
    rows = db.session.execute(
        own_assignments(actor)
        .order_by(None)
        .outerjoin(Scorecard, Scorecard.assignment_id == Assignment.id)
        .with_only_columns(
            Assignment.stage_id,
            func.count(),
            func.count(case((_submitted(), 1))),
            func.min(case((~_submitted(), Assignment.id))),
            func.count(case((is_reopened(), 1))),
        )
        .group_by(Assignment.stage_id)
    )
    return {stage_id: (total, done, first, again) for stage_id, total, done, first, again in rows}


def _named(ids: Sequence[int | None]) -> Mapping[int | None, str]:
    """Assignment's id -> public id; nothing is asked where there is none."""
    wanted = list(filter(None, ids))
    return dict(db.session.execute(_public_ids(), {"ids": wanted}).all()) if wanted else {}


@cache
def _public_ids() -> Select[int, str]:
    return select(Assignment.id, Assignment.public_id).where(Assignment.id.in_(bindparam("ids", expanding=True)))


def assignments_for(actor: Actor) -> Sequence[Assignment]:
    """Every assignment the reviewer may know of, with what a list shows; not the submissions' contents."""
    return db.session.scalars(own_assignments(actor).options(*_as_listed())).all()


def _as_listed() -> tuple[ExecutableOption, ...]:
    return (
        contains_eager(Assignment.submission)
        .defer(Submission.content)
        .contains_eager(Submission.application)
        .joinedload(Application.case)
        .joinedload(Case.organization),
        joinedload(Assignment.scorecard),
    )


def assignment_for(actor: Actor, public_id: str) -> Assignment:
    """One of the reviewer's assignments, with submission and marks.

    raises   Missing when there is none, it is another's, revoked, in conflict, or they have not declared yet
    """
    members = members_of(actor)
    asked = as_reviewer(actor, members) | {"public_id": public_id}
    assignment = db.session.scalar(_to_read(), asked)
    if assignment is None:
        raise Missing(_NONE)
    # It is of a stage of these, which need not be read a second time.
    stages = {member.stage_id: member.stage for member in members}
    set_committed_value(assignment, "stage", stages[assignment.stage_id])
    return assignment


def assignment_to_mark(actor: Actor, public_id: str) -> Assignment:
    """An assignment that the reviewer has or had, with its stage alone, for who writes on its scorecard: whether they
    may at this moment is asked by the service once the scorecard is taken, and need not be asked twice.

    raises   Missing when there is none, or it is another's
    """
    assignment = db.session.scalar(_to_mark(), {"me": actor.person_id, "public_id": public_id})
    if assignment is None:
        raise Missing(_NONE)
    return assignment


@cache
def _to_mark() -> Select[Assignment]:
    own = and_(Assignment.public_id == bindparam("public_id"), Assignment.reviewer_id == bindparam("me"))
    return select(Assignment).where(own).options(with_program(Assignment.stage))


@cache
def _to_read() -> Select[Assignment]:
    return (
        own_in_general()
        .where(Assignment.public_id == bindparam("public_id"))
        .options(
            contains_eager(Assignment.submission)
            .contains_eager(Submission.application)
            .joinedload(Application.case)
            .joinedload(Case.organization),
            joinedload(Assignment.scorecard).selectinload(Scorecard.marks),
        )
    )


def member_for(actor: Actor, stage: CycleStage) -> PanelMember | None:
    """The actor's own place on a panel."""
    return db.session.scalar(
        select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.person_id == actor.person_id, sits())
    )


def _newcomers(actor: Actor, members: Sequence[PanelMember]) -> Mapping[int, int]:
    """Stage id -> applicants that came after the member's declaration."""
    first = aliased(Submission)
    rows = db.session.execute(
        select(PanelMember.stage_id, func.count())
        .join(Application, Application.stage_id == PanelMember.stage_id)
        .join(first, (first.application_id == Application.id) & (first.number == 1))
        .where(
            PanelMember.id.in_([member.id for member in members]),
            Application.state.in_(REVIEWABLE),
            # As one comparison, so that an index answers it: the rows hold all that was submitted.
            first.submitted_at > func.coalesce(PanelMember.declared_at, _BEFORE_ANY),
            not_conflicted(actor, Application.case_id),
        )
        .group_by(PanelMember.stage_id)
    )
    return dict(rows.all())
