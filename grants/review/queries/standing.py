"""How far the scorecards are that a reviewer has begun."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from grants.persistence.session import db
from grants.review.marking import total_of
from grants.review.models import Assignment, Scorecard
from grants.review.queries.cards import card_of, rubric_of
from grants.review.queries.history import is_reopened
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class Standing:
    """A scorecard that is begun: how many of its criteria are answered, and the total so far, 0 to 100.

    reopened   it was submitted once, and staff opened it again
    """

    answered: int
    of: int
    total: Decimal | None
    reopened: bool


def standings(assignments: Iterable[Assignment]) -> Mapping[int, Standing]:
    """Assignment id -> how far its scorecard is, of those begun and not submitted; three statements however many."""
    begun = {
        one.id: one for one in assignments if one.scorecard is not None and one.scorecard.state == ScorecardState.DRAFT
    }
    found = {}
    cards = cards_on(begun.values())
    ids = [card.id for card in cards.values()]
    again = set(db.session.scalars(select(Scorecard.id).where(Scorecard.id.in_(ids), is_reopened()))) if ids else set()
    for assignment_id, scorecard in cards.items():
        rubric, card = rubric_of(begun[assignment_id].stage), card_of(scorecard)
        answered, reopened = len(card.marks), scorecard.id in again
        found[assignment_id] = Standing(answered, len(rubric.criteria), total_of(rubric, card), reopened)
    return found


def cards_on(assignments: Iterable[Assignment]) -> Mapping[int, Scorecard]:
    """Assignment id -> its scorecard with its marks, where one is begun; two statements however many."""
    ids = [one.scorecard.id for one in assignments if one.scorecard is not None]
    if not ids:
        return {}
    cards = db.session.scalars(
        select(Scorecard)
        .where(Scorecard.id.in_(ids))
        .options(selectinload(Scorecard.marks))
        .order_by(Scorecard.id)
        .execution_options(populate_existing=True)
    )
    return {card.assignment_id: card for card in cards}
