"""The geometry of a cycle's calendar: its stages as bars over the months. Pure; lengths across are percent, down px."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from grants.web.filters import day

ROW = 46
MOST_TICKS = 9
# Nearer than this to the mark of today, a month gives way to it.
NEAR_TODAY = 6


@dataclass(frozen=True)
class Span:
    """A stage as it is drawn: what people call it, its two instants, and its decision's day where it has one."""

    title: str
    opens_at: datetime
    closes_at: datetime
    decision_on: date | None = None


@dataclass(frozen=True)
class Bar:
    """A stage in place: percent from the left and across, px from the top, and whether it is past, now or ahead."""

    title: str
    left: float
    width: float
    top: int
    state: str
    decision: float | None

    @property
    def anchor(self) -> str:
        return "end" if self.left > 60 else "start"

    @property
    def at(self) -> float:
        """Where its title stands, in percent."""
        return round(self.left + self.width, 1) if self.left > 60 else self.left


@dataclass(frozen=True)
class Calendar:
    """All stages; ticks are (percent across, words) of months or years; `today` is None when it lies outside."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float | None
    height: int
    words: str


def calendar(spans: Sequence[Span], now: datetime, zone: str) -> Calendar:
    """The stages of a cycle on one scale, from the first opening to the last decision.

    spans    in the cycle's order, at least one
    """
    first, last = _ends(spans, ZoneInfo(zone))

    def across(at: date) -> float:
        return round(1 + (at - first).days / max((last - first).days, 1) * 98, 1)

    def local(at: datetime) -> date:
        return at.astimezone(ZoneInfo(zone)).date()

    bars = []
    for row, span in enumerate(spans):
        left, right = across(local(span.opens_at)), across(local(span.closes_at))
        state = "past" if span.closes_at < now else "now" if span.opens_at <= now else "ahead"
        decision = across(span.decision_on) if span.decision_on else None
        bars.append(Bar(span.title, left, round(max(right - left, 1), 1), row * ROW, state, decision))
    today = local(now)
    mark = across(today) if first <= today <= last else None
    ticks = [(across(on), words) for on, words in _ticks(first, last)]
    words = "; ".join(f"{span.title}: {day(local(span.opens_at))} to {day(local(span.closes_at))}" for span in spans)
    return Calendar(
        tuple(bars),
        tuple((at, name) for at, name in ticks if mark is None or abs(at - mark) >= NEAR_TODAY),
        mark,
        len(bars) * ROW,
        words,
    )


def _ends(spans: Sequence[Span], zone: ZoneInfo) -> tuple[date, date]:
    opens = [span.opens_at.astimezone(zone).date() for span in spans]
    closes = [span.closes_at.astimezone(zone).date() for span in spans]
    return min(opens), max([*closes, *(span.decision_on for span in spans if span.decision_on)])


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """The first days of months, every so many that they do not crowd; January is called by its year."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((size for size in (1, 2, 3, 6) if months / size <= MOST_TICKS), 12)
    start = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    found = []
    for number in range(start.year * 12 + start.month - 1, last.year * 12 + last.month):
        on = date(number // 12, number % 12 + 1, 1)
        if (on.month - 1) % step == 0:
            found.append((on, f"{on.year}" if on.month == 1 else f"{on:%b}"))
    return found
