"""What one award amounts to, by the program's rule. Money is whole cents, scores are 0 to 100."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from grants.kernel.money import dollars


@dataclass(frozen=True)
class Flat:
    """The same amount for everyone."""

    amount: int


@dataclass(frozen=True)
class Band:
    """From this score, up to the next higher band, an award is this amount."""

    from_score: Decimal
    amount: int


@dataclass(frozen=True)
class ByScore:
    """An amount by score; below the lowest band nothing is awarded. One band or more, in any order."""

    bands: Sequence[Band]

    def __post_init__(self) -> None:
        if not self.bands:
            raise ValueError("Amounts by score need at least one band.")

    @property
    def begins_at(self) -> Decimal:
        return min(band.from_score for band in self.bands)


@dataclass(frozen=True)
class WithinRange:
    """What was asked for, held between two limits (which may differ from applicant to applicant)."""

    at_least: int
    at_most: int


AmountRule = Flat | ByScore | WithinRange


@dataclass(frozen=True)
class Amount:
    """What an award would be. `cents` is None when there can be none, and `reason` says why in a sentence.

    tier   the amount of the rule before the limit of what was asked, in cents
    """

    cents: int | None
    tier: int | None = None
    reason: str | None = None


def award_amount(
    rule: AmountRule, score: Decimal | None, asked: int | None, *, never_above_asked: bool = False
) -> Amount:
    """The amount of an award to an application with this score that asked for so many cents (None: it did not say).

    >>> tiers = ByScore([Band(Decimal(75), 80_000_00), Band(Decimal(60), 60_000_00)])
    >>> award_amount(tiers, Decimal("76.3"), 70_000_00, never_above_asked=True).cents
    7000000
    >>> award_amount(tiers, Decimal("58"), 70_000_00).reason
    'A score of 58 is below 60, where awards begin.'
    """
    if score is None:
        return Amount(None, reason="It has no score.")
    if asked is None and (never_above_asked or isinstance(rule, WithinRange)):
        return Amount(None, reason="It does not say how much it asks for.")
    if isinstance(rule, ByScore) and score < rule.begins_at:
        floor = rule.begins_at.normalize()
        # Rounded down: a score just below the floor must not read as if it reached it.
        shown = score.quantize(Decimal("0.01"), ROUND_DOWN).normalize()
        return Amount(None, reason=f"A score of {shown:f} is below {floor:f}, where awards begin.")
    tier = _tier(rule, score, asked)
    cents = min(tier, asked) if never_above_asked and asked is not None else tier
    if cents <= 0:
        return Amount(None, tier, f"It asks for {dollars(cents)}.")
    if isinstance(rule, WithinRange) and cents < rule.at_least:
        return Amount(None, tier, f"It asks for {dollars(cents)}; awards begin at {dollars(rule.at_least)}.")
    return Amount(cents, tier)


def _tier(rule: AmountRule, score: Decimal, asked: int | None) -> int:
    match rule:
        case Flat(amount):
            return amount
        case ByScore(bands):
            return max((band.from_score, band.amount) for band in bands if score >= band.from_score)[1]
        case WithinRange(at_least, at_most):
            return max(at_least, min(at_most, asked or 0))
