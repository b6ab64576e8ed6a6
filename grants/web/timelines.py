"""The geometry of the house's pictures of time: an award's installments, an indicator over its periods.

Pure functions like those of charts; lengths across are percent of the picture's width, lengths down are px.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from grants.kernel.money import dollars
from grants.web.filters import day
from grants.web.status import Tone, status_of

PICTURE_HEIGHT = 140
# Closer than this, in percent, the words of two installments would touch.
CROWDED = 17
# Nearer than this to the mark of today, a year gives way to it.
NEAR_TODAY = 7


@dataclass(frozen=True)
class Milestone:
    """An installment in place: percent across, the row of its words (0 above the line, 1 below), their anchor."""

    on: date
    amount: int
    word: str
    tone: Tone
    across: float
    row: int

    @property
    def anchor(self) -> Literal["start", "middle", "end"]:
        return "start" if self.across < 15 else "end" if self.across > 85 else "middle"


@dataclass(frozen=True)
class TimeLine:
    """An award's installments in time. Years are (percent across, year); `today` is None when it lies outside."""

    milestones: tuple[Milestone, ...]
    years: tuple[tuple[float, int], ...]
    today: float | None
    words: str

    @property
    def rows(self) -> int:
        return max((stone.row for stone in self.milestones), default=0) + 1


def installment_line(installments: Sequence[tuple[date, int, str]], today: date) -> TimeLine:
    """Installments as (due date, cents, state) in order of time, on a line from the first to the last."""
    days = [on.toordinal() for on, _, _ in installments] or [today.toordinal()]
    first, last = min(days), max(days)

    def across(on: date) -> float:
        return round(6 + (on.toordinal() - first) / max(last - first, 1) * 88, 1)

    stones: list[Milestone] = []
    for on, cents, state in installments:
        crowded = bool(stones) and stones[-1].row == 0 and across(on) - stones[-1].across < CROWDED
        stones.append(Milestone(on, cents, *status_of("installment", state), across(on), int(crowded)))
    years = [(across(date(year, 1, 1)), year) for year in range(_year(first) + 1, _year(last) + 1)]
    now = across(today) if first <= today.toordinal() <= last else None
    words = "; ".join(f"{dollars(stone.amount)} on {day(stone.on)}, {stone.word.lower()}" for stone in stones)
    return TimeLine(
        tuple(stones),
        tuple((at, year) for at, year in years if now is None or abs(at - now) >= NEAR_TODAY),
        now,
        words or "No installments",
    )


def _year(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


@dataclass(frozen=True)
class Reading:
    """A value in place: percent across, px down, as written, and whether it lies below its target."""

    across: float
    down: float
    shown: str
    below: bool = False


@dataclass(frozen=True)
class Line:
    """Readings in order and the stretches between neighbours; a reading that is missing leaves a gap."""

    readings: tuple[Reading, ...]
    stretches: tuple[tuple[Reading, Reading], ...]


Values = Sequence[float | None]


@dataclass(frozen=True)
class Scale:
    """Which values a picture spans, in round steps; several pictures may share one."""

    low: float
    high: float
    step: float

    @classmethod
    def around(cls, *series: Values) -> "Scale":
        """A scale of three or four round steps that holds every value given."""
        values = [value for one in series for value in one if value is not None] or [0.0, 1.0]
        low, high = min(values), max(values)
        rough = (high - low or abs(high) or 1.0) / 3
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
        bottom = math.floor(low / step) * step
        return cls(bottom, max(math.ceil(high / step) * step, bottom + step), step)

    def down(self, value: float, height: int) -> float:
        """How far down a picture of this height a value stands, in px."""
        return round(14 + (1 - (value - self.low) / (self.high - self.low)) * (height - 22), 1)

    def across(self, value: float) -> float:
        """How far across a picture a value stands, in percent of its width."""
        return round(2 + (value - self.low) / (self.high - self.low) * 96, 1)

    @property
    def marks(self) -> list[float]:
        steps = round((self.high - self.low) / self.step)
        return [round(self.low + step * self.step, 6) for step in range(steps + 1)]


@dataclass(frozen=True)
class IndicatorPicture:
    """An indicator over its periods: its line, its targets, and its scale.

    ticks     (px down, value as written) for each round step
    periods   (percent across, name) for each period
    """

    line: Line
    target: Line
    ticks: tuple[tuple[float, str], ...]
    periods: tuple[tuple[float, str], ...]
    height: int
    words: str


def indicator_picture(
    periods: Sequence[str],
    values: Values,
    target: Values = (),
    *,
    unit: str = "",
    height: int = PICTURE_HEIGHT,
) -> IndicatorPicture:
    """An indicator against its target.

    values, target   one entry a period, None where there is none; target may be empty
    unit             written after a number: "%" or " Lexile"
    raises           ValueError when a series is neither empty nor one entry a period
    """
    if any(series and len(series) != len(periods) for series in (values, target)):
        raise ValueError("A series needs one entry for each period.")
    scale = Scale.around(values, target)
    across = [round(4 + place / max(len(periods) - 1, 1) * 92, 2) for place in range(len(periods))]
    goals = target or [None] * len(periods)
    return IndicatorPicture(
        line=_line(values, across, scale, unit, height, goals),
        target=_line(target, across, scale, unit, height),
        ticks=tuple((scale.down(mark, height), f"{mark:g}{unit if unit == '%' else ''}") for mark in scale.marks),
        periods=tuple(zip(across, periods, strict=True)),
        height=height,
        words="; ".join(_said(*said, unit) for said in zip(periods, values, goals, strict=True)),
    )


def _line(
    series: Values, across: Sequence[float], scale: Scale, unit: str, height: int, goals: Values | None = None
) -> Line:
    placed = [
        None
        if value is None
        else Reading(at, scale.down(value, height), f"{value:g}{unit}", goal is not None and value < goal)
        for at, value, goal in zip(across, series, goals or [None] * len(series), strict=False)
    ]
    stretches = tuple((one, two) for one, two in pairwise(placed) if one and two)
    return Line(tuple(reading for reading in placed if reading), stretches)


def _said(period: str, value: float | None, goal: float | None, unit: str) -> str:
    reading = "no reading" if value is None else f"{value:g}{unit}"
    return f"{period}: {reading}" + ("" if goal is None else f", target {goal:g}{unit}")


@dataclass(frozen=True)
class GroupStrip:
    """One group of students on a line, in percent across: its latest value, its value before, and, of the same period,
    that of all students and the target; None where there is none.
    """

    latest: float
    before: float | None
    everyone: float | None
    target: float | None
    shown: str
    words: str


@dataclass(frozen=True)
class GroupStrips:
    """Groups on one scale, as (what they are parts of, its groups as (name, strip)), and the scale's ends."""

    parts: tuple[tuple[str, tuple[tuple[str, GroupStrip], ...]], ...]
    low: str
    high: str


def group_strips(
    parts: Sequence[tuple[str, Sequence[tuple[str, Values]]]], everyone: Values, target: Values = (), *, unit: str = ""
) -> GroupStrips:
    """Groups beside each other, each at its latest value.

    parts              (what they are parts of, its groups as (name, one entry a period, None where there is none)),
                       each group with a value
    everyone, target   one entry a period of all students; target may be empty
    """
    scale = Scale.around(everyone, target, *(values for _, groups in parts for _, values in groups))
    goals = target or [None] * len(everyone)
    placed = tuple(
        (what, tuple((name, _strip(name, values, everyone, goals, scale, unit)) for name, values in groups))
        for what, groups in parts
    )
    return GroupStrips(placed, f"{scale.low:g}{unit}", f"{scale.high:g}{unit}")


def _strip(name: str, values: Values, everyone: Values, goals: Values, scale: Scale, unit: str) -> GroupStrip:
    *earlier, place = [place for place, value in enumerate(values) if value is not None]

    def across(value: float | None) -> float | None:
        return None if value is None else scale.across(value)

    latest = float(values[place] or 0)
    beside = {"all students": everyone[place], "target": goals[place]}
    said = [f"{name} {latest:g}{unit}", *(f"{who} {one:g}{unit}" for who, one in beside.items() if one is not None)]
    return GroupStrip(
        scale.across(latest),
        across(values[earlier[-1]]) if earlier else None,
        across(everyone[place]),
        across(goals[place]),
        f"{latest:g}{unit}",
        ", ".join(said),
    )
