from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.dates import months_after, next_business_day


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, date(2016, 1, 31)),
        (1, date(2016, 2, 29)),
        (3, date(2016, 4, 30)),
        (11, date(2016, 12, 31)),
        (13, date(2017, 2, 28)),
        (-1, date(2015, 12, 31)),
        (-2, date(2015, 11, 30)),
    ],
)
def test_months_are_counted_on_the_calendar(months: int, expected: date) -> None:
    assert months_after(date(2016, 1, 31), months) == expected


@pytest.mark.parametrize("months", [12, -120_000])
def test_beyond_the_calendar_is_refused(months: int) -> None:
    with pytest.raises(ValueError, match="beyond the calendar"):
        months_after(date(9999, 6, 1), months)


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 600))
def test_months_later_keeps_the_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and later.fromordinal(later.toordinal() + 1).day == 1)


def test_a_business_day_stays() -> None:
    assert next_business_day(date(2017, 7, 5), {date(2017, 7, 4)}) == date(2017, 7, 5)


@given(st.dates(max_value=date(9000, 1, 1)), st.sets(st.dates(), max_size=5))
def test_the_next_business_day_is_the_first_that_is_open(day: date, closed: set[date]) -> None:
    found = next_business_day(day, closed)
    assert found.weekday() < 5
    assert found not in closed
    between = [day.fromordinal(n) for n in range(day.toordinal(), found.toordinal())]
    assert all(d.weekday() >= 5 or d in closed for d in between)
