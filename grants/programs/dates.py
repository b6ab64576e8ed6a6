"""When the stages of a cycle open and close. Pure: calendar dates in the program's zone become instants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from grants.programs.schema import ApplicationStage, Definition, DiscoveryStage

OPENING: Final = time(9)
CLOSING: Final = time(17)
"""A date alone means nine in the morning for what begins, and five in the afternoon for what ends, in the zone."""


@dataclass(frozen=True)
class StageDates:
    """The dates of one stage of a cycle.

    opens_at, closes_at, reviews_due_at   aware instants
    grace_minutes   published with the deadline; what arrives within it counts
    decision_on     a date in the program's zone
    """

    opens_at: datetime
    closes_at: datetime
    grace_minutes: int = 0
    reviews_due_at: datetime | None = None
    decision_on: date | None = None

    @property
    def last_moment(self) -> datetime:
        """Until when a submission counts."""
        return self.closes_at + timedelta(minutes=self.grace_minutes)


def opening(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which something opens on a day."""
    return datetime.combine(day, OPENING, zone).astimezone(UTC)


def closing(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which something closes on a day."""
    return datetime.combine(day, CLOSING, zone).astimezone(UTC)


def usual_dates(definition: Definition) -> dict[str, StageDates]:
    """Stage key -> the dates its definition gives; stages without both ends are left out."""
    return {
        key: _usual(stage, definition.zone)
        for key, stage in definition.stages.items()
        if stage.opens is not None and stage.closes is not None
    }


def _usual(stage: DiscoveryStage | ApplicationStage, zone: ZoneInfo) -> StageDates:
    if stage.opens is None or stage.closes is None:
        raise ValueError(f"The stage “{stage.title}” says no dates.")
    opens_at, closes_at = opening(stage.opens, zone), closing(stage.closes, zone)
    if isinstance(stage, DiscoveryStage):
        return StageDates(opens_at, closes_at)
    due = closing(stage.reviews_due, zone) if stage.reviews_due else None
    return StageDates(opens_at, closes_at, stage.grace, due, stage.decision_on)


def moved_ahead(dates: Mapping[str, StageDates], at: datetime, zone: ZoneInfo) -> dict[str, StageDates]:
    """The same days and hours, so many whole years later for all stages that the one which ends first is not over at
    `at`; unchanged when it is not.
    """
    ends_first = min((one.closes_at for one in dates.values()), default=at)
    years = next(years for years in count() if at <= _later(ends_first, years, zone))
    return {key: _all_later(one, years, zone) for key, one in dates.items()} if years else dict(dates)


def _all_later(dates: StageDates, years: int, zone: ZoneInfo) -> StageDates:
    due, day = dates.reviews_due_at, dates.decision_on
    return StageDates(
        _later(dates.opens_at, years, zone),
        _later(dates.closes_at, years, zone),
        dates.grace_minutes,
        _later(due, years, zone) if due else None,
        _same_day(day, years) if day else None,
    )


def _later(instant: datetime, years: int, zone: ZoneInfo) -> datetime:
    local = instant.astimezone(zone)
    return datetime.combine(_same_day(local.date(), years), local.time(), zone).astimezone(UTC)


def _same_day(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February, in a year that has none
        return day.replace(year=day.year + years, day=28)


def too_late(definition: Definition, dates: Mapping[str, StageDates], at: datetime) -> str | None:
    """Why a cycle with these dates would open for nobody, in a sentence; None while a stage of it can be applied to."""
    stages = [key for key, stage in definition.stages.items() if stage.kind == "application"] or list(dates)
    ends = [dates[key].last_moment for key in stages if key in dates]
    if not ends or max(ends) >= at:
        return None
    last = max(ends).astimezone(definition.zone)
    return (
        f"Nobody could apply: the last deadline, {last.day} {last:%B %Y}, is over. "
        "Write dates of which at least one deadline is still to come."
    )


def wrong_dates(definition: Definition, dates: Mapping[str, StageDates]) -> Iterator[tuple[str, str]]:
    """(stage key, sentence) for each stage whose dates are missing or out of order."""
    for key, stage in definition.stages.items():
        if key not in dates:
            yield key, f"{stage.title} needs a day on which it opens and one on which it closes."
        elif (sentence := _out_of_order(dates[key], definition.zone)) is not None:
            yield key, f"{stage.title}: {sentence}"
    for key in dates:
        if key not in definition.stages:
            yield key, f"The program has no stage {key!r}."


def _out_of_order(dates: StageDates, zone: ZoneInfo) -> str | None:
    if dates.closes_at <= dates.opens_at:
        return "it closes before it opens."
    if dates.grace_minutes < 0:
        return "a time of grace cannot be negative."
    if dates.reviews_due_at is not None and dates.reviews_due_at < dates.closes_at:
        return "reviews are due before it closes."
    if dates.decision_on is not None:
        known = dates.reviews_due_at or dates.closes_at
        if dates.decision_on < known.astimezone(zone).date():
            return (
                "the decision comes before reviews are due." if dates.reviews_due_at else "it decides before it closes."
            )
    return None
