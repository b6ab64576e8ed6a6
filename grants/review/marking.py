"""What a rubric asks of a scorecard: its criteria as scoring rules, and what is still missing on a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Protocol

from grants.programs.schema import Criterion, Rubric
from grants.review.scoring import CriterionRule, Mark, scorecard_total

ABSTAIN: Final = "abstain"
MarkValue = int | bool | Literal["abstain"]
"""A mark on the criterion's scale, yes or no for an essential one, or an abstention."""

MOST_CHARACTERS: Final = 20_000


@dataclass(frozen=True)
class Card:
    """What stands on one scorecard.

    marks      by criterion key; a criterion that is missing has no answer yet
    comments   by criterion key, without blank ones
    """

    marks: Mapping[str, MarkValue]
    comments: Mapping[str, str]


class Stored(Protocol):
    """What a stored card says beside its marks; `state` is draft or submitted."""

    @property
    def state(self) -> str: ...
    @property
    def version(self) -> int: ...


@dataclass(frozen=True)
class SavedLine:
    """What the line that says what is kept of a card is drawn from, as it was when that was read.

    id        names the card among others of its page
    state     None for a card not begun; its `version` is 0 then
    total     so far, or of the submitted card, 0 to 100; `missing` is what it still lacks, see `gaps`
    saved_at  when it was last saved or submitted, in words
    """

    id: str
    state: str | None
    version: int
    total: Decimal | None
    missing: Mapping[str, str]
    saved_at: str
    rubric: Rubric

    @classmethod
    def of(cls, name: str, rubric: Rubric, stands: Card, stored: Stored | None, saved_at: str) -> "SavedLine":
        """The line of a card on which this stands; `stored` is None where it is not begun."""
        state, version = (stored.state, stored.version) if stored else (None, 0)
        return cls(name, state, version, total_of(rubric, stands), gaps(rubric, stands), saved_at, rubric)


def rules_of(rubric: Rubric) -> tuple[CriterionRule, ...]:
    """The rubric's criteria as rules for `scoring`, in the rubric's order."""
    return tuple(_rule(rubric, criterion) for criterion in rubric.criteria.values())


def _rule(rubric: Rubric, criterion: Criterion) -> CriterionRule:
    if criterion.essential:
        return CriterionRule.essential(criterion.key, criterion.title)
    if criterion.points is not None:
        return CriterionRule.points(criterion.key, criterion.title, criterion.points, criterion.essential_at_least)
    scale = (rubric.scale.from_, rubric.scale.to)
    weight = Decimal(1) if criterion.weight is None else criterion.weight
    return CriterionRule.weighted(criterion.key, criterion.title, weight, scale, criterion.essential_at_least)


def scoring_marks(card: Card) -> tuple[Mark, ...]:
    """The card's answers as `scoring` reads them; an unanswered criterion counts like an abstention."""
    return tuple(
        Mark(key, passed=value) if isinstance(value, bool) else Mark(key, value=value)
        for key, value in card.marks.items()
        if value != ABSTAIN
    )


def total_of(rubric: Rubric, card: Card) -> Decimal | None:
    """The card's total so far, 0 to 100 to 4 places; None while no scored criterion has a mark.

    raises   ValueError for a mark off its scale or of the wrong kind
    """
    return scorecard_total(scoring_marks(card), rules_of(rubric))


def wrong_marks(rubric: Rubric, card: Card) -> dict[str, str]:
    """Criterion key -> what is wrong with its answer, whether or not the card is complete."""
    wrong = {key: "This rubric has no such criterion." for key in card.marks if key not in rubric.criteria}
    for criterion in rubric.criteria.values():
        value = card.marks.get(criterion.key, ABSTAIN)
        if value != ABSTAIN and isinstance(value, bool) != criterion.essential:
            wrong[criterion.key] = "Answer yes or no." if criterion.essential else "Choose a mark on the scale."
        elif value != ABSTAIN and not criterion.essential and value not in rubric.marks_of(criterion):
            marks = rubric.marks_of(criterion)
            wrong[criterion.key] = f"Choose a mark from {marks[0]} to {marks[-1]}."
    return wrong


def gaps(rubric: Rubric, card: Card) -> dict[str, str]:
    """What is missing before the card can be submitted.

    returns  criterion key -> sentence for a missing answer; `<key>.comment` -> sentence for a missing comment
    """
    missing: dict[str, str] = {}
    for criterion in rubric.criteria.values():
        value = card.marks.get(criterion.key)
        if value is None:
            missing[criterion.key] = f"“{criterion.title}” has no answer yet. Mark it, or abstain."
        elif criterion.comment.needs_comment(_level(value)) and not card.comments.get(criterion.key, "").strip():
            missing[f"{criterion.key}.comment"] = f"Say why, for “{criterion.title}”."
    return missing


def needs_comment(criterion: Criterion, value: MarkValue | None) -> bool:
    """Whether this answer has to be explained."""
    return criterion.comment.needs_comment(None if value is None else _level(value))


def _level(value: MarkValue) -> int | None:
    """The mark that a rule such as `below 2` asks of: a no to an essential criterion is below all of them."""
    if value is True or value == ABSTAIN:
        return None
    return int(value)
