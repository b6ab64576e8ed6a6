"""What a pitch and the written scorecards give together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.review.combining import NOT_PITCHED, NOT_READ, together, unfinished

means = st.decimals(0, 100, places=4)
parts = st.decimals(0, 1, places=4)
UNIT = Decimal("0.0001")


def test_each_part_counts_as_the_program_says() -> None:
    # 0.6 · 73.75 + 0.4 · 62.5 = 44.25 + 25 = 69.25
    assert together(Decimal("73.75"), Decimal("62.5"), Decimal("0.4")) == Decimal("69.2500")
    # 1/3 of 100 and 2/3 of 50, as far as four places of the percentage go: 66.67 · 50 + 33.33 · 100 = 66.665
    assert together(Decimal(100), Decimal(50), Decimal("0.6667")) == Decimal("66.6650")
    # Half to even, from the exact figure: 0.00005 is 0.0000, 0.00015 is 0.0002.
    assert together(Decimal("0.0001"), Decimal(0), Decimal("0.5")) == Decimal("0.0000")
    assert together(Decimal("0.0003"), Decimal(0), Decimal("0.5")) == Decimal("0.0002")


@pytest.mark.parametrize(
    ("written", "pitch", "counts", "expected"),
    [
        (Decimal(80), None, Decimal("0.5"), None),
        (None, Decimal(80), Decimal("0.5"), None),
        (None, None, Decimal("0.5"), None),
        (Decimal(80), None, Decimal(0), Decimal(80)),
        (None, Decimal(80), Decimal(1), Decimal(80)),
        (None, Decimal(80), Decimal(0), None),
        (Decimal(80), None, Decimal(1), None),
    ],
)
def test_a_part_that_counts_is_never_made_up(
    written: Decimal | None, pitch: Decimal | None, counts: Decimal, expected: Decimal | None
) -> None:
    assert together(written, pitch, counts) == expected


@pytest.mark.parametrize(
    ("written", "pitch", "final", "said"),
    [
        (Decimal(80), Decimal(70), Decimal(74), None),
        (Decimal(80), None, Decimal(80), None),
        (None, Decimal(70), Decimal(70), None),
        (Decimal(80), None, None, NOT_PITCHED),
        (None, Decimal(70), None, NOT_READ),
        (None, None, None, None),
    ],
)
def test_why_there_is_no_final_score_is_said_of_what_was_scored_and_has_none(
    written: Decimal | None, pitch: Decimal | None, final: Decimal | None, said: str | None
) -> None:
    assert unfinished(written, pitch, final) == said


@pytest.mark.parametrize(
    ("written", "pitch", "counts"),
    [
        (Decimal("-0.0001"), Decimal(1), Decimal("0.5")),
        (Decimal(1), Decimal("100.0001"), Decimal("0.5")),
        (Decimal(1), Decimal(1), Decimal("1.01")),
        (Decimal(1), Decimal(1), Decimal("-0.01")),
    ],
)
def test_what_is_off_its_range_is_refused(written: Decimal, pitch: Decimal, counts: Decimal) -> None:
    with pytest.raises(ValueError, match="from 0 to"):
        together(written, pitch, counts)


@given(means, means, parts)
def test_it_lies_between_the_two(written: Decimal, pitch: Decimal, counts: Decimal) -> None:
    found = together(written, pitch, counts)
    assert found is not None
    assert min(written, pitch) <= found <= max(written, pitch)
    assert abs(found - ((1 - counts) * written + counts * pitch)) <= UNIT / 2


@given(means, means)
def test_what_counts_nothing_and_what_counts_all(written: Decimal, pitch: Decimal) -> None:
    assert together(written, pitch, Decimal(0)) == written
    assert together(written, pitch, Decimal(1)) == pitch


@given(means, means, means, parts)
def test_more_of_either_is_never_less_together(one: Decimal, other: Decimal, same: Decimal, counts: Decimal) -> None:
    low, high = sorted((one, other))
    assert (together(low, same, counts) or 0) <= (together(high, same, counts) or 0)
    assert (together(same, low, counts) or 0) <= (together(same, high, counts) or 0)
