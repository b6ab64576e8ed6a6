"""The calendar as people agree on it: ends of months, days on which banks are open, and an instant in words."""

from calendar import monthrange
from collections.abc import Container
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name


class Span(Protocol):
    """A length of calendar time, such as a definition's `3 months`."""

    def after(self, day: date, times: int = 1) -> date:
        """The date `times` such lengths after `day`, counted from `day` itself so that month ends do not drift."""
        ...


def months_after(day: date, months: int) -> date:
    """The same day so many months later (earlier when negative), or the last of a month that is too short.

    raises   ValueError outside the years 1 to 9999

    >>> months_after(date(2017, 1, 31), 1), months_after(date(2016, 2, 29), 12)
    (datetime.date(2017, 2, 28), datetime.date(2017, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError("The date lies beyond the calendar.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_business_day(day: date, closed: Container[date]) -> date:
    """`day` itself, or the first day after it that is neither Saturday, Sunday nor in `closed` (the bank's holidays).

    >>> next_business_day(date(2017, 7, 1), {date(2017, 7, 3), date(2017, 7, 4)})
    datetime.date(2017, 7, 5)
    """
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def in_words(at: datetime, zone: str) -> str:
    """An instant as mail says it, in a time zone that it names.

    >>> from datetime import UTC
    >>> in_words(datetime(2016, 3, 21, 0, 0, tzinfo=UTC), "America/Los_Angeles")
    'Sunday 20 March 2016, 5:00 pm Pacific'
    """
    local = at.astimezone(ZoneInfo(zone))
    half = "am" if local.hour < 12 else "pm"
    return f"{local:%A} {local.day} {local:%B %Y}, {local.hour % 12 or 12}:{local:%M} {half} {zone_word(zone)}"


def zone_word(zone: str) -> str:
    """A zone as people call it; its place where it has no such name.

    >>> zone_word("America/Los_Angeles"), zone_word("America/New_York")
    ('Pacific', 'Eastern')
    """
    name = get_timezone_name(ZoneInfo(zone), width="long", locale="en_US", zone_variant="generic")
    return name.removesuffix(" Time")
