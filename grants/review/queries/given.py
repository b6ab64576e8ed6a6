"""What was given: the submitted scorecards that count, with their marks."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager, selectinload

from grants.applications.models import Application, Submission
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import SYSTEM, Actor
from grants.persistence.session import db
from grants.review.models import Assignment, Scorecard
from grants.review.queries.scope import counts, joined


@dataclass(frozen=True)
class Given:
    """One reviewer's submitted scorecard; `total` is None where they abstained from everything that counts."""

    reviewer_id: int
    reviewer: str
    total: Decimal | None
    scorecard: Scorecard


def given_on(only: ColumnElement[bool], actor: Actor = SYSTEM) -> dict[int, list[Given]]:
    """Application id -> its scorecards that count, by reviewer's name; without cases the actor has a conflict with.

    only   which of them; `Application` and `Assignment` are in the statement
    """
    cards = db.session.scalars(
        joined(select(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .where(only, counts(), not_conflicted(actor, Application.case_id))
        .options(
            contains_eager(Scorecard.assignment).options(
                contains_eager(Assignment.reviewer),
                contains_eager(Assignment.submission).defer(Submission.content),
            ),
            selectinload(Scorecard.marks),
        )
        .order_by(Assignment.id)
    ).all()
    found: dict[int, list[Given]] = {}
    for card in cards:
        one = card.assignment
        found.setdefault(one.submission.application_id, []).append(
            Given(one.reviewer_id, one.reviewer.name, card.total, card)
        )
    for several in found.values():
        several.sort(key=lambda one: (one.reviewer, one.reviewer_id))
    return found
