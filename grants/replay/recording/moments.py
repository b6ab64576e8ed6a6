"""Days and hours as a recording writes them: what the clock on the wall showed, in the program's zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from grants.programs.schema.base import Key, Part
from grants.programs.schema.values import parse_date

NOON = time(12)


@dataclass(frozen=True, order=True)
class Moment:
    """A day and an hour, without saying where."""

    day: date
    hour: time

    def at(self, zone: ZoneInfo) -> datetime:
        """The instant, in UTC."""
        return datetime.combine(self.day, self.hour, zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.day} {self.hour:%H:%M}"


def parse_hour(value: Any) -> time:
    """`18:30`.

    raises   ValueError with a sentence
    """
    if isinstance(value, time):
        return value
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)):
        return time.fromisoformat(str(value))
    raise ValueError(f'“{value}” is not an hour; write it in quotes, such as "18:30"')


def parse_moment(value: Any) -> Moment:
    """`2015-01-31 17:00`, or a day alone, which means noon.

    raises   ValueError with a sentence
    """
    if isinstance(value, Moment):
        return value
    day, _, hour = str(value).partition(" ")
    try:
        return Moment(parse_date(day), parse_hour(hour) if hour else NOON)
    except ValueError as error:
        raise ValueError(f"“{value}” is no day and hour; write them such as 2015-01-31 17:00") from error


When = Annotated[Moment, BeforeValidator(parse_moment)]
Hour = Annotated[time, BeforeValidator(parse_hour)]
Hand = Annotated[str, Field(description="head, lead or writer of the school, or somebody's key.")]


class Done(Part):
    """Something that somebody did at some time."""

    at: When
    by: Key
