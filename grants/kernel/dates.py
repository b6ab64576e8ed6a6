"""Spans of time as people agree them: so many days, weeks, months or years, counted on the calendar."""

from calendar import monthrange
from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """What a duration counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class Duration:
    """A count of calendar units; 0 or more."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("A duration cannot be negative.")

    def __mul__(self, times: int) -> "Duration":
        return Duration(self.count * times, self.unit)

    def after(self, day: date) -> date:
        """The date this long after `day`. A month that is too short ends on its own last day.

        raises   OverflowError past the year 9999

        >>> Duration(1, Unit.MONTHS).after(date(2017, 1, 31))
        datetime.date(2017, 2, 28)
        """
        match self.unit:
            case Unit.DAYS:
                return day + timedelta(days=self.count)
            case Unit.WEEKS:
                return day + timedelta(weeks=self.count)
            case Unit.MONTHS:
                return _months_after(day, self.count)
            case Unit.YEARS:
                return _months_after(day, 12 * self.count)


def next_business_day(day: date, closed: Container[date]) -> date:
    """`day` itself, or the first day after it that is neither Saturday, Sunday nor in `closed` (the bank's holidays).

    >>> next_business_day(date(2017, 7, 1), {date(2017, 7, 3), date(2017, 7, 4)})
    datetime.date(2017, 7, 5)
    """
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("The date lies past the year 9999.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
