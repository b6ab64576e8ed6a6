"""Money is whole cents, and parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.money import apportion, dollars, parse_dollars, split


@pytest.mark.parametrize(
    ("text", "cents"),
    [("60000", 6_000_000), ("$60,000", 6_000_000), (" $ 60,000.50 ", 6_000_050), ("0", 0), ("0.07", 7)],
)
def test_amounts_are_read_as_people_write_them(text: str, cents: int) -> None:
    assert parse_dollars(text) == cents


@pytest.mark.parametrize("text", ["", "-5", "6,00", "60.000", "1.5", "60 000", "1e5", "sixty", "$", "1,0000", "١٢"])
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount. Write dollars, such as 60,000 or 60,000.50."):
        parse_dollars(text)


@given(st.integers(0, 10**14))
def test_written_amounts_read_back(cents: int) -> None:
    assert parse_dollars(dollars(cents)) == cents


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_parts_sum_to_the_whole_and_stay_within_a_cent(total: int, weights: list[int]) -> None:
    # Fractions of a power of ten sum to exactly one, as a program's percentages do.
    shares = [Decimal(weight) / 10_000 for weight in weights]
    shares.append(1 - sum(shares))
    if shares[-1] <= 0:
        shares = [Decimal(1)]
    parts = split(total, shares)
    assert sum(parts) == total
    assert all(abs(part - total * share) < 1 for part, share in zip(parts, shares, strict=True))


@pytest.mark.parametrize("shares", [[], ["0.5"], ["0.5", "0.6"], ["1", "0"], ["1.5", "-0.5"]])
def test_shares_that_are_no_whole_are_refused(shares: list[str]) -> None:
    with pytest.raises(ValueError, match="sum to exactly 100%"):
        split(100, [Decimal(share) for share in shares])


def test_equal_remainders_favor_the_earlier_part() -> None:
    assert split(100, [Decimal("0.125")] * 8) == [13, 13, 13, 13, 12, 12, 12, 12]


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any))
def test_apportioned_parts_sum_to_the_whole_and_stay_within_their_weight(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )
    if total <= sum(weights):
        assert all(part <= weight for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize(("total", "weights"), [(1, []), (1, [0, 0]), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_apportioned_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot be negative, and one weight must be above 0"):
        apportion(total, weights)
