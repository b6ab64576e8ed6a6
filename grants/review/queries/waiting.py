"""Reviewers whose scorecards are waited for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import contains_eager

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.queries.scope import joined, stands, with_program
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class Waiting:
    """One reviewer of a stage with what is open, as far as whoever looks may know.

    started   of the open ones, those with something on the scorecard
    last_at   when they last saved one
    """

    member: PanelMember
    assigned: int
    submitted: int
    started: int
    last_at: datetime | None

    @property
    def open(self) -> int:
        return self.assigned - self.submitted


def waiting_members(actor: Actor, stage: CycleStage, page: int = 1) -> Page[Waiting]:
    """Those who have not submitted all, by name; counted without cases the actor has a conflict with."""
    counted = _counted(actor, stage).subquery()
    found = paginate_rows(
        select(PanelMember, counted.c.assigned, counted.c.submitted, counted.c.begun, counted.c.last_at)
        .join(PanelMember.person)
        .join(counted, counted.c.reviewer_id == PanelMember.person_id)
        .where(PanelMember.stage_id == stage.id, Person.is_active, counted.c.submitted < counted.c.assigned)
        .options(contains_eager(PanelMember.person), with_program(PanelMember.stage))
        .order_by(func.lower(Person.name), PanelMember.id),
        page,
    )
    return Page([_waiting(*row) for row in found.items], found.number, found.size, found.total)


def own_waiting(reviewer: Actor, stage: CycleStage) -> Waiting:
    """A member's own scorecards on a stage, as they know of them."""
    member = db.session.scalars(
        select(PanelMember)
        .where(PanelMember.stage_id == stage.id, PanelMember.person_id == reviewer.person_id)
        .options(with_program(PanelMember.stage))
    ).one()
    counted = _counted(reviewer, stage).where(Assignment.reviewer_id == reviewer.person_id)
    row = db.session.execute(counted).one_or_none()
    return _waiting(member, *row[1:]) if row else Waiting(member, 0, 0, 0, None)


def _counted(actor: Actor, stage: CycleStage) -> Select[int, int, int, int, datetime]:
    """For each reviewer of the stage: assignments, submitted scorecards, begun ones, and when one was last saved."""
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
        .where(and_(Assignment.stage_id == stage.id, stands(), not_conflicted(actor, Application.case_id)))
        .group_by(Assignment.reviewer_id)
    )


def _waiting(member: PanelMember, assigned: int, submitted: int, begun: int, last_at: datetime | None) -> Waiting:
    return Waiting(member, assigned, submitted, begun - submitted, last_at)
