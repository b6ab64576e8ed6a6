"""Values with their unit read back exactly as they were written."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from grants.kernel.money import dollars
from grants.programs.schema.values import (
    Day,
    Due,
    DueRule,
    Duration,
    Flag,
    Length,
    Minutes,
    Money,
    Percent,
    TimeBefore,
    percent,
)


def read(kind: object, value: object) -> object:
    return TypeAdapter(kind).validate_python(value)


def written(kind: object, value: object) -> object:
    return TypeAdapter(kind).dump_python(read(kind, value), mode="json")


@given(st.integers(0, 10**13 - 1))
def test_any_amount_reads_back(cents: int) -> None:
    assert read(Money, dollars(cents)) == cents
    assert written(Money, dollars(cents)) == dollars(cents)


@given(st.integers(0, 10**8))
def test_any_share_reads_back(millionths: int) -> None:
    share = Decimal(millionths) / 10**8
    assert read(Percent, percent(share)) == share
    assert read(Percent, written(Percent, percent(share))) == share


@given(st.integers(0, 100), st.sampled_from(["days", "weeks", "months", "years"]))
def test_any_length_reads_back(count: int, unit: str) -> None:
    length = Duration(count, unit)  # type: ignore[arg-type]
    assert read(Length, str(length)) == length
    assert read(TimeBefore, written(TimeBefore, f"{length} before")) == length


due_rules = st.one_of(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(lambda day: DueRule(on=day)),
    st.builds(
        lambda count, unit, event: DueRule(offset=Duration(count, unit), after=event),
        st.integers(0, 999),
        st.sampled_from(["days", "months"]),
        st.sampled_from(["agreement_signed", "award_released"]),
    ).filter(lambda rule: rule.offset.count or rule.offset.unit == "days"),
)


@given(due_rules)
def test_any_due_rule_reads_back(rule: DueRule) -> None:
    assert read(Due, str(rule)) == rule


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Money, "$60,000", 6_000_000),
        (Money, "$60,000.50", 6_000_050),
        (Percent, "50%", Decimal("0.5")),
        (Percent, "33.34%", Decimal("0.3334")),
        (Length, "1 year", Duration(1, "years")),
        (TimeBefore, "3 days before", Duration(3, "days")),
        (Minutes, "2 hours", 120),
        (Day, date(2016, 9, 1), date(2016, 9, 1)),
        (Day, "2016-09-01", date(2016, 9, 1)),
        (Due, date(2017, 7, 15), DueRule(on=date(2017, 7, 15))),
        (Due, "30 days after agreement_signed", DueRule(offset=Duration(30, "days"), after="agreement_signed")),
        (Due, "agreement_signed", DueRule(offset=Duration(0, "days"), after="agreement_signed")),
        (Flag, "yes", True),
        (Flag, False, False),
    ],
)
def test_a_value_reads_as_it_is_said(kind: object, value: object, expected: object) -> None:
    assert read(kind, value) == expected


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (Money, 60000, "“60000” is not an amount; write it with a dollar sign, such as $60,000"),
        (Money, "60,000", "“60,000” is not an amount; write it with a dollar sign, such as $60,000"),
        (Money, "$6o", "“$6o” is not an amount. Write dollars, such as 60,000 or 60,000.50."),
        (Percent, Decimal("0.5"), "“0.5” is not a share; write it with a percent sign, such as 50%"),
        (Percent, "120%", "“120%” is more than 100%"),
        (Length, "90", "“90” is not a length of time; write a number and a unit, such as 90 days"),
        (Length, "90 moons", "“90 moons” is not a length of time; write a number and a unit, such as 90 days"),
        (Length, "101 years", "“101 years” is longer than a hundred years"),
        (Day, "2216-09-01", "2216-09-01 is not in our time: years go from 1900 to 2199"),
        (Due, date(216, 9, 1), "0216-09-01 is not in our time: years go from 1900 to 2199"),
        (TimeBefore, "3 days", "“3 days” is not a time before; write it such as 3 days before"),
        (Minutes, "soon", "“soon” is not a time of grace; write it such as 15 minutes or 2 hours"),
        (Day, "2016-02-30", "there is no day 2016-02-30 in the calendar"),
        (Day, "1 May", "“1 May” is not a date; write year, month and day, such as 2016-09-01"),
        (Due, "2017-13-01", "there is no day 2017-13-01 in the calendar"),
        (
            Due,
            "30 days after lunch",
            (
                "“30 days after lunch” is not a due date; write a date, such as 2017-07-15, or a time after "
                "agreement_signed or award_released, such as 30 days after agreement_signed"
            ),
        ),
        (Flag, "maybe", "“maybe” is neither yes nor no"),
        (Flag, 1, "“1” is neither yes nor no"),
    ],
)
def test_what_is_no_value_is_refused_in_words(kind: object, value: object, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(kind, value)
    assert [str(error["ctx"]["error"]) for error in refused.value.errors()] == [sentence]


@pytest.mark.parametrize(
    ("length", "day", "times", "expected"),
    [
        ("1 month", date(2017, 1, 31), 1, date(2017, 2, 28)),
        ("1 month", date(2017, 1, 31), 2, date(2017, 3, 31)),
        ("3 months", date(2016, 9, 1), 3, date(2017, 6, 1)),
        ("1 year", date(2016, 2, 29), 1, date(2017, 2, 28)),
        ("2 weeks", date(2016, 12, 25), 1, date(2017, 1, 8)),
        ("90 days", date(2016, 1, 1), 0, date(2016, 1, 1)),
    ],
)
def test_time_is_counted_on_the_calendar(length: str, day: date, times: int, expected: date) -> None:
    assert Duration.parse(length).after(day, times) == expected


def test_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond the calendar"):
        Duration.parse("100 years").after(date(9990, 1, 1))
    with pytest.raises(ValueError, match="beyond the calendar"):
        Duration.parse("5000 weeks").after(date(9990, 1, 1))
    assert Duration.parse("3 days").before(date(2016, 3, 1)) == date(2016, 2, 27)


def test_a_due_date_waits_for_its_event() -> None:
    rule = DueRule.parse("30 days after agreement_signed")
    assert rule.date_for({}) is None
    assert rule.date_for({"award_released": date(2016, 1, 1)}) is None
    assert rule.date_for({"agreement_signed": date(2016, 1, 1)}) == date(2016, 1, 31)
    assert DueRule.parse("2017-07-15").date_for({}) == date(2017, 7, 15)
