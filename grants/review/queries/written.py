"""What was written: the submitted scorecards that count, with their marks and reasons.

One application's come whole, for its page; a stage's as bare rows, for files, which hold many. What reviewers keep for
themselves is read by neither.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import Integer, Row, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, selectinload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.review.models import Assignment, Mark, Scorecard
from grants.review.pitch_models import PitchMark
from grants.review.queries.scope import counts, joined

Selected = TypeVarTuple("Selected")


@dataclass(frozen=True)
class Written:
    """One reviewer's submitted scorecard; `total` is None where they abstained from everything that counts."""

    reviewer: str
    total: Decimal | None
    scorecard: Scorecard


class WrittenCard(NamedTuple):
    """One scorecard as a file holds it: who gave what to whom, and why.

    marks   in the order of the rubric's criteria: points, passed, abstained, and the reason; None where none was given
    """

    applicant: str
    reviewer: str
    submitted_at: datetime | None
    total: Decimal | None
    comment: str | None
    marks: Sequence[tuple[int | None, bool | None, bool | None, str | None]]


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


def written_cards(
    actor: Actor, criteria: Iterable[str]
) -> Callable[[Sequence[int]], Iterator[tuple[int, WrittenCard]]]:
    """Reads the scorecards of applications by the ids of these, in their order and then by reviewer's name, each with
    its own id; none that no longer counts, or that the actor may not see any more. What is asked is put together once
    for all the parts of a file.

    criteria   keys of those whose marks are wanted
    """
    said = (Organization.name, Person.name, Scorecard.submitted_at, Scorecard.total, Scorecard.comment)
    statement = (
        joined(select(Application.id, Scorecard.id, *said).select_from(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .join(Application.case)
        .join(Case.organization)
        .where(counts(), not_conflicted(actor, Application.case_id))
    )
    return reading(statement, Scorecard.marks, criteria)


def reading(
    statement: Select[*Selected],
    marks: InstrumentedAttribute[list[Mark]] | InstrumentedAttribute[list[PitchMark]],
    criteria: Iterable[str],
) -> Callable[[Sequence[int]], Iterator[tuple[int, WrittenCard]]]:
    """Reads what a statement selects, of some applications: their ids, the ids of cards, what these say, their marks.

    marks   of a card, the relationship
    """
    # Sorted here: the database would carry every text along to sort by a name.
    by_name = itemgetter(3, 1)
    asked = _beside_marks(statement, marks, criteria)
    asked = asked.where(Application.id.in_(bindparam("ids", expanding=True, type_=Integer)))

    def read(ids: Sequence[int]) -> Iterator[tuple[int, WrittenCard]]:
        of: dict[int, list[Row[*tuple[Any, ...]]]] = {}
        # Of the connection itself: the session would look for objects in every row, of which there are none.
        for row in db.session.connection().execute(asked, {"ids": ids}).all():
            of.setdefault(row[0], []).append(row)
        for application_id in ids:
            cards = sorted(of.get(application_id, ()), key=by_name)
            for _, number, applicant, reviewer, at, total, comment, *given in cards:
                each = zip(given[::4], given[1::4], given[2::4], given[3::4], strict=True)
                yield number, WrittenCard(applicant, reviewer, at, total, comment, tuple(each))

    return read


def _beside_marks(
    statement: Select[*Selected],
    marks: InstrumentedAttribute[list[Mark]] | InstrumentedAttribute[list[PitchMark]],
    criteria: Iterable[str],
) -> Select[Any]:
    """The statement, which selects from cards, with each criterion's mark beside its card: points, passed, abstained
    and reason. A row for each mark would be several times as many.
    """
    wide: Select[Any] = statement  # type: ignore[assignment]
    for criterion in criteria:
        mark = aliased(marks.property.mapper.class_)
        of_card = marks.of_type(mark).and_(mark.criterion == criterion)
        wide = wide.outerjoin(of_card).add_columns(mark.value, mark.passed, mark.abstained, mark.comment)
    return wide


def names_of(reviewer_ids: Collection[int]) -> Mapping[int, str]:
    """Person's id -> name, of reviewers whose scorecards somebody reads."""
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(reviewer_ids))).all())
