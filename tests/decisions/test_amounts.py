from decimal import Decimal

import pytest

from grants.decisions.amounts import Amount, AmountRule, Band, ByScore, Flat, WithinRange, award_amount

TIERS = ByScore([Band(Decimal(60), 60_000_00), Band(Decimal(85), 100_000_00), Band(Decimal(75), 80_000_00)])


@pytest.mark.parametrize(
    ("score", "cents"),
    [("100", 100_000_00), ("85", 100_000_00), ("84.9999", 80_000_00), ("75", 80_000_00), ("60.0000", 60_000_00)],
)
def test_the_band_a_score_falls_in_sets_the_amount(score: str, cents: int) -> None:
    assert award_amount(TIERS, Decimal(score), None) == Amount(cents, cents)


def test_below_the_lowest_band_there_is_no_award() -> None:
    found = award_amount(TIERS, Decimal("59.9999"), 100_000_00)
    assert found == Amount(None, reason="A score of 59.99 is below 60, where awards begin.")


def test_never_above_what_was_asked() -> None:
    capped = award_amount(TIERS, Decimal(90), 70_000_00, never_above_asked=True)
    assert (capped.cents, capped.tier) == (70_000_00, 100_000_00)
    assert award_amount(TIERS, Decimal(90), 70_000_00).cents == 100_000_00
    assert award_amount(Flat(350_000_00), Decimal(1), 400_000_00, never_above_asked=True).cents == 350_000_00


@pytest.mark.parametrize(("asked", "cents"), [(4_000_00, 5_000_00), (7_000_00, 7_000_00), (12_000_00, 10_000_00)])
def test_a_range_holds_what_was_asked_between_its_limits(asked: int, cents: int) -> None:
    assert award_amount(WithinRange(5_000_00, 10_000_00), Decimal(80), asked).cents == cents


@pytest.mark.parametrize(
    ("rule", "score", "asked", "reason"),
    [
        (Flat(1), None, 1, "It has no score."),
        (Flat(1), Decimal(80), None, "It does not say how much it asks for."),
        (WithinRange(1, 2), Decimal(80), None, "It does not say how much it asks for."),
        (TIERS, Decimal(80), 0, "It asks for $0."),
        (WithinRange(5_000_00, 9_000_00), Decimal(80), 4_000_00, "It asks for $4,000; awards begin at $5,000."),
    ],
)
def test_no_amount_has_a_reason(rule: AmountRule, score: Decimal | None, asked: int | None, reason: str) -> None:
    found = award_amount(rule, score, asked, never_above_asked=True)
    assert (found.cents, found.reason) == (None, reason)


def test_bands_are_needed() -> None:
    with pytest.raises(ValueError, match="at least one band"):
        ByScore([])
