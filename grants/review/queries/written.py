"""Every scorecard of a stage that counts, as bare rows: for files, which hold many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import Select, select

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, Mark, Scorecard, Tally
from grants.review.queries.ranking import ScoreFilters, StageScores, named_like, order_of
from grants.review.queries.scope import counts, joined

Selected = TypeVarTuple("Selected")


class Said(NamedTuple):
    """One mark with its reason."""

    value: int | None
    passed: bool | None
    abstained: bool
    why: str | None


@dataclass(frozen=True)
class WrittenCard:
    """One scorecard: who gave what to whom, and why; `marks` by criterion key."""

    applicant: str
    reviewer: str
    submitted_at: datetime | None
    total: Decimal | None
    comment: str | None
    marks: dict[str, Said]


def written_ids(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Sequence[int]:
    """Ids of the scorecards that count, in the order of their applications, then of their reviewers' names."""
    statement = (
        _counted(actor, scores.stage, select(Scorecard.id))
        .outerjoin(Tally, Tally.application_id == Application.id)
        .where(named_like(filters))
        .order_by(*order_of("-mean"), Person.name, Scorecard.id)
    )
    return db.session.scalars(statement).all()


def scorecards_of(actor: Actor, stage: CycleStage, ids: Sequence[int]) -> Iterator[WrittenCard]:
    """These scorecards in this order; those that no longer count, or that the actor may not see any more, left out."""
    shown = select(
        *(Scorecard.id, Organization.name, Person.name, Scorecard.submitted_at, Scorecard.total, Scorecard.comment)
    )
    rows = db.session.execute(_counted(actor, stage, shown).where(Scorecard.id.in_(ids)))
    cards = {
        number: WrittenCard(applicant, reviewer, at, total, comment, {})
        for number, applicant, reviewer, at, total, comment in rows
    }
    marks = select(Mark.scorecard_id, Mark.criterion, Mark.value, Mark.passed, Mark.abstained, Mark.comment)
    for number, criterion, value, passed, abstained, why in db.session.execute(marks.where(Mark.scorecard_id.in_(ids))):
        if number in cards:
            cards[number].marks[criterion] = Said(value, passed, abstained, why)
    return (cards[number] for number in ids if number in cards)


def _counted(actor: Actor, stage: CycleStage, statement: Select[*Selected]) -> Select[*Selected]:
    """The statement, which selects from scorecards, with reviewer and applicant in it: of those that count."""
    return (
        joined(statement.select_from(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .join(Application.case)
        .join(Case.organization)
        .where(Assignment.stage_id == stage.id, counts(), not_conflicted(actor, Application.case_id))
    )
