"""An award's indicators as pages draw them: a line over the years, its target, its subgroups."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from grants.monitoring.calendar import Progress, progress
from grants.monitoring.models import IndicatorReading

UNITS = {"percent": "%"}


@dataclass(frozen=True)
class IndicatorPicture:
    """One indicator: a value for each year it is read in, None where there is none yet.

    unit        as it stands after a number: "%" or " Lexile"
    subgroups   (what it is broken down by, its groups as (name, a value for each year)), those with any value
    columns     (period, the reading of it)
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
    subgroups: list[tuple[str, list[tuple[str, list[float | None]]]]]
    columns: list[tuple[str, IndicatorReading]]

    @property
    def has_values(self) -> bool:
        return any(value is not None for value in self.values)


def pictures_of(readings: Sequence[IndicatorReading]) -> list[IndicatorPicture]:
    """Readings in the order of their indicators, as pictures."""
    return [_picture(key, list(own)) for key, own in groupby(readings, key=lambda reading: reading.indicator)]


def _picture(key: str, readings: list[IndicatorReading]) -> IndicatorPicture:
    definition = readings[0].definition
    periods = [f"Year {reading.year}" if reading.year else "Before" for reading in readings]
    targets = [_number(reading.target) for reading in readings]
    unit = str(definition["unit"])
    return IndicatorPicture(
        key=key,
        title=definition["title"],
        description=definition["description"],
        unit=UNITS.get(unit, f" {unit}"),
        better=definition["better"],
        is_own=definition["level"] == "school",
        periods=periods,
        values=[_number(reading.value) for reading in readings],
        targets=targets if any(target is not None for target in targets) else [],
        subgroups=_subgroups(readings),
        columns=list(zip(periods, readings, strict=True)),
    )


def _subgroups(readings: list[IndicatorReading]) -> list[tuple[str, list[tuple[str, list[float | None]]]]]:
    """Every group that was ever named, by what it is a part of; a year whose definition named others has none."""
    found: dict[str, dict[str, list[float | None]]] = {}
    for place, reading in enumerate(readings):
        for one in reading.by_group:
            values = found.setdefault(one.title, {}).setdefault(one.group, [None] * len(readings))
            values[place] = _number(one.value)
    known = {
        title: [(group, values) for group, values in groups.items() if any(value is not None for value in values)]
        for title, groups in found.items()
    }
    return [(title, groups) for title, groups in known.items() if groups]


def standing(reading: IndicatorReading) -> Progress | None:
    """How a reading stands against its target; None without either."""
    if reading.value is None or reading.target is None:
        return None
    return progress(reading.value, reading.target, reading.definition["better"])


def _number(value: Decimal | None) -> float | None:
    """For drawing only; what is kept and compared stays a Decimal."""
    return None if value is None else float(value)
