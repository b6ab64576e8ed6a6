"""How pages write money, time, shares and names. Every page uses these, so that one thing is written one way."""

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zlib import crc32
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from grants.kernel import clock
from grants.kernel.dates import zone_word
from grants.kernel.marks import rounded
from grants.kernel.money import dollars
from grants.kernel.wording import count_words

DEFAULT_ZONE = "America/Los_Angeles"
AVATAR_TONES = 5


def money(cents: int | None) -> str:
    """Whole cents as dollars, "$60,000"; nothing for no amount."""
    return "" if cents is None else dollars(cents)


def day(on: date | None, *, weekday: bool = False, year: bool = True) -> str:
    """A date, "8 March 2016", or "Tuesday 8 March 2016", or "8 March"."""
    if on is None:
        return ""
    return f"{f'{on:%A} ' if weekday else ''}{on.day} {on:%B}{f' {on.year}' if year else ''}"


def clock_time(at: datetime, zone: str = DEFAULT_ZONE) -> str:
    """A time of day in a zone, "5:00 pm"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


def instant(at: datetime | None, zone: str = DEFAULT_ZONE, *, weekday: bool = False) -> str:
    """An instant in the cycle's zone, which it names: "20 March 2016, 5:00 pm Pacific"."""
    if at is None:
        return ""
    return f"{day(at.astimezone(ZoneInfo(zone)).date(), weekday=weekday)}, {clock_time(at, zone)} {zone_word(zone)}"


def relative(when: date | datetime | None, zone: str = DEFAULT_ZONE) -> str:
    """How far off a date or instant is: "in 12 days", "today", "2 days ago", "in 3 hours", "5 minutes ago"."""
    if when is None:
        return ""
    if isinstance(when, datetime):
        away = when - clock.now()
        if abs(away) < timedelta(hours=12):
            return _relative_hours(away)
        when = when.astimezone(ZoneInfo(zone)).date()
    return _relative_days((when - clock.today(zone)).days)


def _relative_days(days: int) -> str:
    if abs(days) <= 1:
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    span = plural(abs(days), "day")
    if abs(days) >= 730:
        span = plural(round(abs(days) / 365.25), "year")
    elif abs(days) >= 60:
        span = plural(round(abs(days) / 30.44), "month")
    return _ago_or_in(span, days < 0)


def _relative_hours(away: timedelta) -> str:
    minutes = round(abs(away.total_seconds()) / 60)
    if minutes < 1:
        return "now"
    span = plural(minutes, "minute") if minutes < 60 else plural(minutes // 60, "hour")
    return _ago_or_in(span, away < timedelta())


def until(due: date, zone: str = DEFAULT_ZONE) -> str:
    """How a due date stands: "2 days late", "today", "in 12 days", and the date itself beyond a month."""
    days = (due - clock.today(zone)).days
    if days < 0:
        return f"{plural(-days, 'day')} late"
    return _relative_days(days) if days <= 31 else day(due)


def _ago_or_in(span: str, past: bool) -> str:
    return f"{span} ago" if past else f"in {span}"


def percent(share: float | Decimal | None, places: int = 0) -> str:
    """A share of 1 as a percentage, "71%"; halves go away from zero. Nothing for no share."""
    if share is None:
        return ""
    share, scale = float(share), 10**places
    return f"{math.copysign(math.floor(abs(share) * 100 * scale + 0.5) / scale, share) + 0.0:.{places}f}%"


def score(mark: float | None, places: int = 1) -> str:
    """A score, "74.2"; halves go away from zero. A dash where there is none, never a zero."""
    return "–" if mark is None else rounded(mark, places)


def words(text: str | None) -> int:
    """The number of words in a text, as the word limits count them: runs between spaces that hold a letter or digit."""
    return count_words(text or "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 school", "1,200 schools"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ordinal(place: int) -> str:
    """A place in a line: "1st", "2nd", "3rd", "11th"."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{ending}"


def listing(items: Iterable[object], joint: str = "and") -> str:
    """Things in a sentence: "A, B and C"."""
    *rest, last = [str(item) for item in items] or [""]
    return f"{', '.join(rest)} {joint} {last}" if rest else last


def initials(name: str) -> str:
    """First letters of the first and last word of a name, "MR"."""
    parts = [part for part in name.split() if part[0].isalpha()] or ["?"]
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


def tone(name: str) -> int:
    """Which of the avatar's colors a name wears; the same name always the same."""
    return crc32(name.encode()) % AVATAR_TONES


def moment(when: date | datetime | None, zone: str = DEFAULT_ZONE, *, weekday: bool = False) -> Markup:
    """A `<time>` element: the date or instant in words, how far off it is in its title."""
    if when is None:
        return Markup()
    shown = instant(when, zone, weekday=weekday) if isinstance(when, datetime) else day(when, weekday=weekday)
    machine = when.astimezone(UTC).isoformat(timespec="seconds") if isinstance(when, datetime) else when.isoformat()
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, relative(when, zone), escape(shown))


def on_day(at: datetime, zone: str = DEFAULT_ZONE) -> date:
    """The calendar day of an instant in a zone: an evening in Oakland is not the next day."""
    return at.astimezone(ZoneInfo(zone)).date()


def house_day() -> date:
    """Today, where the house stands."""
    return clock.today(DEFAULT_ZONE)


def init_filters(app: Flask) -> None:
    """Give every template the house's ways of writing."""
    time_and_money = (money, day, on_day, instant, clock_time, relative, until, moment)
    filters = (*time_and_money, percent, score, words, plural, ordinal, listing, initials, tone)
    app.jinja_env.filters.update({shown.__name__: shown for shown in filters})
    app.jinja_env.globals.update(house_day=house_day, today_in=clock.today)
