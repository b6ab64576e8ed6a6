from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.policy import YES
from grants.payments.schedule import Condition, PaymentFacts, Waits, due_on, installment_amounts, payable
from grants.programs.schema.values import DueRule

JULY_15 = date(2017, 7, 15)
AGREEMENT = Condition(Waits.AGREEMENT_SIGNED)
REPORT = Condition(Waits.ACCEPTED, "yearly_report.1", "Yearly report 1")
READING = Condition(Waits.REACHED, "sri.year2", "SRI in year 2")
MATCH = Condition(Waits.MATCHED, "educause", "Educause")
SUMMER = Condition(Waits.ON_OR_AFTER, on=JULY_15)


def test_shares_split_the_award_to_the_cent() -> None:
    assert installment_amounts(350_000_00, [Decimal("0.5"), Decimal("0.3"), Decimal("0.2")]) == [
        175_000_00,
        105_000_00,
        70_000_00,
    ]
    assert installment_amounts(100, [Decimal("0.335"), Decimal("0.335"), Decimal("0.33")]) == [34, 33, 33]


@pytest.mark.parametrize("shares", [["0.5", "0.4"], ["0.6", "0.6"], ["1.2", "-0.2"], []])
def test_shares_that_are_not_a_whole_are_refused(shares: list[str]) -> None:
    with pytest.raises(ValueError, match="sum to exactly 100%"):
        installment_amounts(100_00, [Decimal(share) for share in shares])


@pytest.mark.parametrize("award", [0, 1])
def test_an_award_too_small_to_split_is_refused(award: int) -> None:
    with pytest.raises(ValueError, match="too small for 2 installments"):
        installment_amounts(award, [Decimal("0.5"), Decimal("0.5")])


@given(st.integers(1, 10**12), st.sets(st.integers(1, 9_999), max_size=9))
def test_parts_sum_to_the_whole_and_lie_within_a_cent_of_their_share(award: int, cuts: set[int]) -> None:
    shares = [Decimal(after - before) / 10_000 for before, after in pairwise([0, *sorted(cuts), 10_000])]
    try:
        amounts = installment_amounts(award, shares)
    except ValueError:
        assert award < 10_000
        return
    assert sum(amounts) == award
    assert all(abs(amount - award * share) < 1 for amount, share in zip(amounts, shares, strict=True))
    assert min(amounts) > 0


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("2017-07-15", JULY_15),
        ("30 days after agreement_signed", date(2016, 7, 30)),
        ("1 month after award_released", date(2016, 6, 30)),
        ("agreement_signed", date(2016, 6, 30)),
    ],
)
def test_due_dates_follow_the_rule_of_the_schedule(rule: str, expected: date) -> None:
    events = {"agreement_signed": date(2016, 6, 30), "award_released": date(2016, 5, 31)}
    assert due_on(DueRule.parse(rule), events) == expected


def test_nothing_is_due_before_the_event_it_counts_from() -> None:
    assert due_on(DueRule.parse("30 days after agreement_signed"), {"award_released": JULY_15}, closed=()) is None


@dataclass(frozen=True)
class OnDay:
    day: date

    def date_for(self, events: Mapping[str, date]) -> date | None:
        return self.day


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2017, 7, 3), date(2017, 7, 3)),
        (date(2017, 7, 4), date(2017, 7, 5)),
        (date(2017, 7, 15), date(2017, 7, 17)),
        (date(2016, 12, 24), date(2016, 12, 27)),  # a weekend, then Christmas kept on the Monday
    ],
)
def test_a_closed_bank_moves_the_date_to_the_next_business_day(day: date, expected: date) -> None:
    closed = holidays.country_holidays("US", years=(2016, 2017))
    assert due_on(OnDay(day), {}, closed) == expected
    assert due_on(OnDay(day), {}) == day


def test_every_condition_that_does_not_hold_is_said() -> None:
    found = payable([AGREEMENT, REPORT, READING, MATCH, SUMMER], PaymentFacts(date(2017, 7, 14)))
    assert not found
    assert found.unmet == (
        "The agreement has not been signed.",
        "The yearly report 1 has not been accepted.",
        "The target for SRI in year 2 has not been reached.",
        "The match of Educause has not been received.",
        "It cannot be paid before July 15, 2017.",
    )
    assert found.verdict.reason == " ".join(found.unmet)


def test_it_can_be_paid_once_everything_holds() -> None:
    met = frozenset((one.waits_for, one.reference) for one in (REPORT, READING, MATCH))
    found = payable([AGREEMENT, REPORT, READING, MATCH, SUMMER], PaymentFacts(JULY_15, agreement_signed=True, met=met))
    assert found
    assert found.verdict == YES


def test_another_report_is_not_this_report() -> None:
    facts = PaymentFacts(
        JULY_15, met=frozenset({(Waits.ACCEPTED, "yearly_report.2"), (Waits.REACHED, "yearly_report.1")})
    )
    assert not payable([REPORT], facts)


def test_a_waived_condition_holds_and_says_so() -> None:
    found = payable([REPORT], PaymentFacts(JULY_15, waived=frozenset({(Waits.ACCEPTED, "yearly_report.1")})))
    assert found
    assert [standing.is_waived for standing in found.standings] == [True]


def test_the_agreement_cannot_be_waived() -> None:
    facts = PaymentFacts(JULY_15, waived=frozenset({(Waits.AGREEMENT_SIGNED, "")}))
    assert payable([AGREEMENT], facts).unmet == ("The agreement has not been signed.",)


def test_without_conditions_nothing_stands_in_the_way() -> None:
    assert payable([], PaymentFacts(JULY_15))


@pytest.mark.parametrize("condition", [(Waits.ON_OR_AFTER, None), (Waits.ACCEPTED, JULY_15)])
def test_a_date_belongs_to_the_condition_that_waits_for_one(condition: tuple[Waits, date | None]) -> None:
    with pytest.raises(ValueError, match="has a date exactly when"):
        Condition(condition[0], on=condition[1])
