"""What the cards on a pitch add up to, beside the written scorecards: the part of a tally that pitches are in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from grants.programs.models import CycleStage
from grants.review.combining import together
from grants.review.marking import rules_of
from grants.review.pitch_models import PitchCard, PitchMark
from grants.review.queries.cards import pitch_of, pitch_rubric_of, rubric_of
from grants.review.queries.pitched import counts_at_pitch
from grants.review.queries.results import votes_of
from grants.review.scoring import SubmissionScore, exact_mean, summarize

Cards = Sequence[Sequence[Any]]
"""As a tally keeps them: [reviewer's id, total as text or None, {criterion: mark}] a card."""


def score_of(cards: Cards) -> SubmissionScore | None:
    """Mean and spread of the totals; None without one."""
    return summarize(Decimal(total) for _, total, _ in cards if total is not None)


def pitch_figures(stage: CycleStage, cards: Cards, pitch: Cards) -> dict[str, Any]:
    """The columns of a tally that the pitch is in: all empty where the stage has none."""
    rules, pitched = pitch_of(stage), score_of(pitch)
    return {
        "pitch_given": list(pitch),
        "pitch_mean": pitched.mean if pitched else None,
        "pitch_spread": pitched.spread if pitched else None,
        "together": _together(stage, cards, pitch, rules.counts) if rules else None,
    }


def _together(stage: CycleStage, cards: Cards, pitch: Cards, counts: Decimal) -> Decimal | None:
    written, pitched = (
        exact_mean((votes_of(marks) for *_, marks in each), rules_of(rubric))
        for each, rubric in ((cards, rubric_of(stage)), (pitch, pitch_rubric_of(stage)))
    )
    return together(written, pitched, counts)


def pitches_given(session: Session, ids: Sequence[int]) -> dict[int, list[list[Any]]]:
    """Application id -> the submitted cards on its pitch that count, by reviewer's id; in two statements."""
    if not ids:
        return {}
    counted = and_(PitchCard.application_id.in_(ids), counts_at_pitch())
    marks: dict[int, dict[str, int | bool | None]] = {}
    of_cards = select(PitchMark.card_id, PitchMark.criterion, PitchMark.value, PitchMark.passed)
    of_cards = of_cards.join(PitchMark.card).join(PitchCard.application).where(counted)
    for card, criterion, value, passed in session.execute(of_cards.order_by(PitchMark.criterion, PitchMark.id)):
        marks.setdefault(card, {})[criterion] = value if passed is None else passed
    cards = select(PitchCard.application_id, PitchCard.reviewer_id, PitchCard.id, PitchCard.total)
    cards = cards.join(PitchCard.application).where(counted)
    found: dict[int, list[list[Any]]] = {}
    for number, reviewer, card, total in session.execute(
        cards.order_by(PitchCard.application_id, PitchCard.reviewer_id)
    ):
        said = None if total is None else str(total)
        found.setdefault(number, []).append([reviewer, said, marks.get(card, {})])
    return found
