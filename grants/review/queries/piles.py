"""A reviewer's own work: what is asked of them, in which order, and how far they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.queries.scope import REVIEWABLE, has_conflict, own_assignments, with_program
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class Pile:
    """One reviewer's work on one panel.

    newcomers     applicants about whom the reviewer has not been asked yet: all of them before the first declaration
    assignments   in the order in which they are opened: as assigned
    """

    member: PanelMember
    newcomers: int
    assignments: tuple[Assignment, ...]

    @property
    def stage(self) -> CycleStage:
        return self.member.stage

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.stage.cycle.time_zone)

    @property
    def must_declare(self) -> bool:
        return self.member.declared_at is None or self.newcomers > 0

    @property
    def is_closed(self) -> bool:
        return self.stage.released_at is not None

    @property
    def open(self) -> tuple[Assignment, ...]:
        """Those whose scorecard is not submitted."""
        return tuple(one for one in self.assignments if not is_submitted(one))

    @property
    def done(self) -> int:
        return len(self.assignments) - len(self.open)

    @property
    def due_at(self) -> datetime | None:
        return self.stage.reviews_due_at

    @property
    def is_late(self) -> bool:
        return bool(self.open) and not self.is_closed and is_past(self.due_at)

    def place(self, assignment: Assignment) -> int:
        """The assignment's place in the pile, from 1."""
        return [one.id for one in self.assignments].index(assignment.id) + 1

    def next_after(self, assignment: Assignment | None = None) -> Assignment | None:
        """The open assignment that comes next, round the end of the pile; nothing when no other is open."""
        start = 0 if assignment is None else self.place(assignment)
        turned = self.assignments[start:] + self.assignments[:start]
        others = (one for one in turned if assignment is None or one.id != assignment.id)
        return next((one for one in others if not is_submitted(one)), None)


def is_submitted(assignment: Assignment) -> bool:
    card = assignment.scorecard
    return card is not None and card.state == ScorecardState.SUBMITTED


def is_past(due_at: datetime | None) -> bool:
    return due_at is not None and due_at < now()


def piles_of(actor: Actor) -> list[Pile]:
    """The reviewer's panels, the first due first and the closed ones last; three statements however many there are."""
    if actor.person_id is None or not actor.may("review.score"):
        return []
    members = db.session.scalars(
        select(PanelMember).where(PanelMember.person_id == actor.person_id).options(with_program(PanelMember.stage))
    ).all()
    newcomers = _newcomers(members)
    mine: dict[int, list[Assignment]] = {}
    for assignment in assignments_for(actor):
        mine.setdefault(assignment.stage_id, []).append(assignment)
    piles = [
        Pile(member, newcomers.get(member.stage_id, 0), tuple(mine.get(member.stage_id, ()))) for member in members
    ]
    return sorted(piles, key=lambda pile: (pile.is_closed, pile.due_at is None, pile.due_at or now(), pile.stage.id))


def pile_of(actor: Actor, stage: CycleStage) -> Pile:
    """The reviewer's pile on one panel.

    raises   Missing when they are not on it
    """
    pile = next((pile for pile in piles_of(actor) if pile.member.stage_id == stage.id), None)
    if pile is None:
        raise Missing("You are not on this panel.")
    return pile


def assignments_for(actor: Actor) -> Sequence[Assignment]:
    """Every assignment the reviewer may know of, with what a list shows; not the submissions' contents."""
    return db.session.scalars(
        own_assignments(actor).options(
            contains_eager(Assignment.submission)
            .defer(Submission.content)
            .contains_eager(Submission.application)
            .joinedload(Application.case)
            .joinedload(Case.organization),
            joinedload(Assignment.scorecard),
        )
    ).all()


def assignment_for(actor: Actor, public_id: str) -> Assignment:
    """One of the reviewer's assignments, with submission and marks.

    raises   Missing when there is none, it is another's, revoked, in conflict, or they have not declared yet
    """
    assignment = db.session.scalar(
        own_assignments(actor)
        .where(Assignment.public_id == public_id)
        .options(
            contains_eager(Assignment.submission)
            .contains_eager(Submission.application)
            .joinedload(Application.case)
            .joinedload(Case.organization),
            with_program(Assignment.stage),
            joinedload(Assignment.scorecard).selectinload(Scorecard.marks),
        )
    )
    if assignment is None:
        raise Missing("There is no such application in your pile.")
    return assignment


def member_for(actor: Actor, stage: CycleStage) -> PanelMember | None:
    """The actor's own place on a panel."""
    return db.session.scalar(
        select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.person_id == actor.person_id)
    )


def _newcomers(members: Sequence[PanelMember]) -> Mapping[int, int]:
    """Stage id -> applicants that came after the member's declaration."""
    first = aliased(Submission)
    rows = db.session.execute(
        select(PanelMember.stage_id, func.count())
        .join(Application, Application.stage_id == PanelMember.stage_id)
        .join(first, (first.application_id == Application.id) & (first.number == 1))
        .where(
            PanelMember.id.in_([member.id for member in members]),
            Application.state.in_(REVIEWABLE),
            PanelMember.declared_at.is_(None) | (PanelMember.declared_at < first.submitted_at),
            ~has_conflict(PanelMember.person_id, Application.case_id),
        )
        .group_by(PanelMember.stage_id)
    )
    return dict(rows.all())
