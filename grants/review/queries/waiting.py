"""Reviewers whose scorecards, or declarations on later applicants, are waited for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.paging import Page, cut
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.queries.later import left_to_declare
from grants.review.queries.scope import joined, sits, stands, with_program
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class Waiting:
    """One reviewer of a stage with what is open, as far as whoever looks may know.

    started   of the open ones, those with something on the scorecard
    last_at   when they last saved one
    later     applicants that came after their declaration, and are left to declare on
    is_silent whether they have declared on none at all, though the applicants are known
    """

    member: PanelMember
    assigned: int
    submitted: int
    started: int
    last_at: datetime | None
    later: int
    is_silent: bool

    @property
    def open(self) -> int:
        return self.assigned - self.submitted

    @property
    def is_waited_for(self) -> bool:
        return self.open > 0 or self.later > 0 or self.is_silent


def waiting_members(actor: Actor, stage: CycleStage, page: int = 1) -> Page[Waiting]:
    """Those who have not submitted all, or not declared on all, by name; counted without cases the actor has a conflict
    with.
    """
    counted = _counted(stage, not_conflicted(actor, Application.case_id)).subquery()
    later = left_to_declare(actor, Application.stage_id == stage.id).subquery()
    numbers = [func.coalesce(one, 0) for one in (counted.c.assigned, counted.c.submitted, counted.c.begun)]
    silent = PanelMember.declared_at.is_(None) if _is_closed(stage) else false()
    is_waited_for = or_(counted.c.submitted < counted.c.assigned, later.c.later > 0, silent)
    # Of a panel, so few that all are read: to count them is as long as to find them.
    waited_for = db.session.execute(
        select(PanelMember.id, *numbers, counted.c.last_at, func.coalesce(later.c.later, 0))
        .join(PanelMember.person)
        .outerjoin(counted, counted.c.reviewer_id == PanelMember.person_id)
        .outerjoin(later, later.c.id == PanelMember.id)
        .where(PanelMember.stage_id == stage.id, sits(), Person.is_active, is_waited_for)
        .order_by(func.lower(Person.name), PanelMember.id)
    ).all()
    found = cut(waited_for, page)
    members = {one.id: one for one in db.session.scalars(_members(stage, [row[0] for row in found.items]))}
    lines = [_waiting(members[row[0]], *row[1:]) for row in found.items]
    return Page(lines, found.number, found.size, found.total)


def _members(stage: CycleStage, member_ids: Collection[int]) -> Select[PanelMember]:
    """These of the stage's panel, in the order of their ids."""
    whole = (with_program(PanelMember.stage), joinedload(PanelMember.person))
    named = select(PanelMember).where(PanelMember.id.in_(member_ids), PanelMember.stage_id == stage.id)
    return named.options(*whole).order_by(PanelMember.id)


def own_waiting(stage: CycleStage, member_ids: Collection[int]) -> list[Waiting]:
    """The same of some members of the stage's panel, each counted as they know of them themselves, in the order of the
    ids; in a constant number of statements.
    """
    members = db.session.scalars(_members(stage, member_ids)).all()
    # Assignments that stand are free of their reviewer's conflicts: nothing else is kept from them.
    theirs = Assignment.reviewer_id.in_([one.person_id for one in members])
    counted = {row[0]: row[1:] for row in db.session.execute(_counted(stage, theirs))}
    late = left_to_declare(None, Application.stage_id == stage.id).where(PanelMember.id.in_(member_ids))
    later = dict(db.session.execute(late).all())
    nothing = (0, 0, 0, None)
    return [_waiting(one, *(*counted.get(one.person_id, nothing), later.get(one.id, 0))) for one in members]


def _counted(stage: CycleStage, known: ColumnElement[bool]) -> Select[int, int, int, int, datetime]:
    """For each reviewer of the stage: assignments, submitted scorecards, begun ones, and when one was last saved; of
    assignments that are known to whoever counts.
    """
    submitted = func.count().filter(Scorecard.state == ScorecardState.SUBMITTED)
    return (
        joined(
            select(
                Assignment.reviewer_id.label("reviewer_id"),
                func.count().label("assigned"),
                submitted.label("submitted"),
                func.count(Scorecard.id).label("begun"),
                func.max(Scorecard.saved_at).label("last_at"),
            ).select_from(Assignment)
        )
        .outerjoin(Scorecard, Scorecard.assignment_id == Assignment.id)
        .where(Assignment.stage_id == stage.id, stands(), known)
        .group_by(Assignment.reviewer_id)
    )


def _waiting(
    member: PanelMember, assigned: int, submitted: int, begun: int, last_at: datetime | None, later: int
) -> Waiting:
    is_silent = member.declared_at is None and _is_closed(member.stage)
    return Waiting(member, assigned, submitted, begun - submitted, last_at, later, is_silent)


def _is_closed(stage: CycleStage) -> bool:
    """Whether the list of applicants is complete, on which members declare."""
    return stage.closes_at <= now()
