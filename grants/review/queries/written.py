"""What was written: the submitted scorecards that count, with their marks and reasons.

One application's come whole, for its page; a stage's as bare rows, for files, which hold many. What reviewers keep for
themselves is read by neither.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeVarTuple

from sqlalchemy import Integer, Select, bindparam, select
from sqlalchemy.orm import contains_eager, selectinload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, Mark, Scorecard, Tally
from grants.review.queries.scope import counts, joined
from grants.review.queries.sorting import ScoreFilters, named_like, order_of
from grants.review.queries.whole import StageScores

Selected = TypeVarTuple("Selected")


@dataclass(frozen=True)
class Written:
    """One reviewer's submitted scorecard; `total` is None where they abstained from everything that counts."""

    reviewer: str
    total: Decimal | None
    scorecard: Scorecard


class WrittenCard(NamedTuple):
    """One scorecard as a file holds it: who gave what to whom, and why.

    marks   by criterion key, a mark, yes or no, and its reason; None is an abstention
    """

    applicant: str
    reviewer: str
    submitted_at: datetime | None
    total: Decimal | None
    comment: str | None
    marks: dict[str, tuple[int | bool | None, str | None]]


def written_on(actor: Actor, application_id: int) -> list[Written]:
    """The scorecards of an application that count, by reviewer's name; none of a case the actor has a conflict with."""
    cards = db.session.scalars(
        joined(select(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .where(Application.id == application_id, counts(), not_conflicted(actor, Application.case_id))
        .options(
            contains_eager(Scorecard.assignment).options(
                contains_eager(Assignment.reviewer),
                contains_eager(Assignment.submission).defer(Submission.content),
            ),
            selectinload(Scorecard.marks),
        )
        .order_by(Assignment.id)
    ).all()
    found = [Written(card.assignment.reviewer.name, card.total, card) for card in cards]
    return sorted(found, key=lambda one: (one.reviewer, one.scorecard.assignment_id))


def written_ids(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Sequence[int]:
    """Ids of the scorecards that count, in the order of their applications' means, then of their reviewers' names."""
    statement = (
        _counted(actor, scores.stage, select(Scorecard.id))
        .outerjoin(Tally, Tally.application_id == Application.id)
        .where(named_like(filters))
        .order_by(*order_of(scores, ""), Person.name, Scorecard.id)
    )
    return db.session.scalars(statement).all()


def written_cards(actor: Actor, stage: CycleStage) -> Callable[[Sequence[int]], Iterator[tuple[int, WrittenCard]]]:
    """Reads scorecards by their ids, in this order, without those that no longer count, or that the actor may not see
    any more. What is asked is put together once for all the parts of a file.
    """
    columns = (Scorecard.id, Organization.name, Person.name, Scorecard.submitted_at, Scorecard.total, Scorecard.comment)
    wanted = bindparam("ids", expanding=True, type_=Integer)
    of_cards = _counted(actor, stage, select(*columns)).where(Scorecard.id.in_(wanted))
    of_marks = select(Mark.scorecard_id, Mark.criterion, Mark.value, Mark.passed, Mark.comment)
    of_marks = of_marks.where(Mark.scorecard_id.in_(wanted))

    def read(ids: Sequence[int]) -> Iterator[tuple[int, WrittenCard]]:
        # Of the connection itself: the session would look for objects in every row, of which there are none.
        ask, asked = db.session.connection().execute, {"ids": ids}
        cards = {
            number: WrittenCard(applicant, reviewer, at, total, comment, {})
            for number, applicant, reviewer, at, total, comment in ask(of_cards, asked).all()
        }
        marks = {number: card.marks for number, card in cards.items()}
        for number, criterion, value, passed, why in ask(of_marks, asked).all():
            if number in marks:
                marks[number][criterion] = (value if passed is None else passed, why)
        return ((number, cards[number]) for number in ids if number in cards)

    return read


def names_of(reviewer_ids: Collection[int]) -> Mapping[int, str]:
    """Person's id -> name, of reviewers whose scorecards somebody reads."""
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(reviewer_ids))).all())


def _counted(actor: Actor, stage: CycleStage, statement: Select[*Selected]) -> Select[*Selected]:
    """The statement, which selects from scorecards, with reviewer and applicant in it: of those that count."""
    return (
        joined(statement.select_from(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .join(Application.case)
        .join(Case.organization)
        .where(Assignment.stage_id == stage.id, counts(), not_conflicted(actor, Application.case_id))
    )
