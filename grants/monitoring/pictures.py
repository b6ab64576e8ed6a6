"""An award's indicators as pages draw them: a line over the years, its target, its subgroups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from grants.monitoring.calendar import Progress, progress
from grants.monitoring.models import IndicatorReading

UNITS = {"percent": "%"}


@dataclass(frozen=True)
class IndicatorPicture:
    """One indicator: a value for each year it is read in, None where there is none yet.

    unit        as it stands after a number: "%" or " Lexile"
    subgroups   (name, a value for each year)
    columns     (period, the day its reading is due)
    rows        (who, the reading of each period): all students first, then the subgroups
    """

    key: str
    title: str
    description: str
    unit: str
    better: str
    is_own: bool
    periods: list[str]
    values: list[float | None]
    targets: list[float | None]
    subgroups: list[tuple[str, list[float | None]]]
    readings: list[IndicatorReading]
    columns: list[tuple[str, date]]
    rows: list[tuple[str, list[IndicatorReading | None]]]

    @property
    def has_values(self) -> bool:
        return any(reading.value is not None for reading in self.readings)


def pictures_of(readings: Sequence[IndicatorReading]) -> list[IndicatorPicture]:
    """Readings in the order of their indicators, as pictures."""
    return [_picture(key, list(own)) for key, own in groupby(readings, key=lambda reading: reading.indicator)]


def _picture(key: str, readings: list[IndicatorReading]) -> IndicatorPicture:
    definition = readings[0].definition
    years = sorted({reading.year for reading in readings})
    values = {(reading.subgroup, reading.year): _number(reading.value) for reading in readings}
    targets = {reading.year: _number(reading.target) for reading in readings if not reading.subgroup}
    groups = dict.fromkeys(reading.subgroup for reading in readings)
    by_place = {(reading.subgroup, reading.year): reading for reading in readings}
    periods = ["Before" if year == 0 else f"Year {year}" for year in years]
    by_year = {reading.year: reading.due_on for reading in readings}
    unit = str(definition["unit"])
    return IndicatorPicture(
        key=key,
        title=definition["title"],
        description=definition["description"],
        unit=UNITS.get(unit, f" {unit}"),
        better=definition["better"],
        is_own=definition["level"] == "school",
        periods=periods,
        values=[values.get(("", year)) for year in years],
        targets=[targets.get(year) for year in years] if any(target is not None for target in targets.values()) else [],
        subgroups=[(name, [values.get((name, year)) for year in years]) for name in groups if name],
        readings=readings,
        columns=list(zip(periods, (by_year[year] for year in years), strict=True)),
        rows=[(name or "All students", [by_place.get((name, year)) for year in years]) for name in groups],
    )


def standing(reading: IndicatorReading) -> Progress | None:
    """How a reading stands against its target; None without either."""
    if reading.value is None or reading.target is None:
        return None
    return progress(reading.value, reading.target, reading.definition["better"])


def _number(value: Decimal | None) -> float | None:
    """For drawing only; what is kept and compared stays a Decimal."""
    return None if value is None else float(value)
