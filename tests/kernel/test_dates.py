from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.dates import Duration, Unit, next_business_day


@pytest.mark.parametrize(
    ("count", "unit", "expected"),
    [
        (30, Unit.DAYS, date(2016, 3, 1)),
        (2, Unit.WEEKS, date(2016, 2, 14)),
        (0, Unit.MONTHS, date(2016, 1, 31)),
        (1, Unit.MONTHS, date(2016, 2, 29)),
        (3, Unit.MONTHS, date(2016, 4, 30)),
        (11, Unit.MONTHS, date(2016, 12, 31)),
        (13, Unit.MONTHS, date(2017, 2, 28)),
        (1, Unit.YEARS, date(2017, 1, 31)),
    ],
)
def test_durations_count_on_the_calendar(count: int, unit: Unit, expected: date) -> None:
    assert Duration(count, unit).after(date(2016, 1, 31)) == expected


def test_a_leap_day_a_year_later_is_the_28th() -> None:
    assert Duration(1, Unit.YEARS).after(date(2016, 2, 29)) == date(2017, 2, 28)


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        Duration(-1, Unit.DAYS)


def test_past_the_calendar_is_refused() -> None:
    with pytest.raises(OverflowError):
        Duration(12, Unit.MONTHS).after(date(9999, 6, 1))


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 600))
def test_months_later_keeps_the_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = Duration(months, Unit.MONTHS).after(day)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and Duration(1, Unit.DAYS).after(later).day == 1)


def test_a_business_day_stays() -> None:
    assert next_business_day(date(2017, 7, 5), {date(2017, 7, 4)}) == date(2017, 7, 5)


@given(st.dates(max_value=date(9000, 1, 1)), st.sets(st.dates(), max_size=5))
def test_the_next_business_day_is_the_first_that_is_open(day: date, closed: set[date]) -> None:
    found = next_business_day(day, closed)
    assert found.weekday() < 5
    assert found not in closed
    between = [day.fromordinal(n) for n in range(day.toordinal(), found.toordinal())]
    assert all(d.weekday() >= 5 or d in closed for d in between)
