"""The values of a definition, written with their unit and read aloud as written: `$60,000`, `50%`, `90 days`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, Strict, WithJsonSchema

from grants.kernel.dates import months_after
from grants.kernel.money import dollars, parse_dollars


def parse_money(value: Any) -> int:
    """`$60,000` -> whole cents. The sign is asked for, so that an amount is never mistaken for a count.

    raises   ValueError with a sentence
    """
    if not isinstance(value, str) or not value.strip().startswith("$"):
        raise ValueError(f"“{value}” is not an amount; write it with a dollar sign, such as $60,000")
    return parse_dollars(value)


def parse_percent(value: Any) -> Decimal:
    """`50%` -> Decimal("0.5").

    raises   ValueError with a sentence when it is not between 0% and 100%
    """
    found = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*", str(value))
    if found is None:
        raise ValueError(f"“{value}” is not a share; write it with a percent sign, such as 50%")
    if (share := Decimal(found[1]) / 100) > 1:
        raise ValueError(f"“{value}” is more than 100%")
    return share


def percent(share: Decimal) -> str:
    """Decimal("0.5") -> `50%`."""
    return f"{(share * 100).normalize():f}%"


Unit = Literal["days", "weeks", "months", "years"]


_LONGEST: Mapping[Unit, int] = {"days": 36_525, "weeks": 5_200, "months": 1_200, "years": 100}
YEARS = range(1900, 2200)


@dataclass(frozen=True)
class Duration:
    """A length of calendar time. A month later is the same day of the next month, or its last day."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, value: Any) -> "Duration":
        """`90 days`, `3 months`, `1 year`.

        raises   ValueError with a sentence
        """
        if isinstance(value, Duration):
            return value
        found = re.fullmatch(r"\s*(\d{1,5})\s+(day|week|month|year)s?\s*", str(value))
        if found is None:
            raise ValueError(f"“{value}” is not a length of time; write a number and a unit, such as 90 days")
        units: Mapping[str, Unit] = {"day": "days", "week": "weeks", "month": "months", "year": "years"}
        length = cls(int(found[1]), units[found[2]])
        if length.count > _LONGEST[length.unit]:
            raise ValueError(f"“{value}” is longer than a hundred years")
        return length

    def __str__(self) -> str:
        return f"{self.count} {self.unit[:-1] if self.count == 1 else self.unit}"

    def after(self, day: date, times: int = 1) -> date:
        """The date `times` such lengths after `day`; counted from `day` itself, so that month ends do not drift.

        raises   ValueError beyond the year 9999
        """
        steps = self.count * times
        try:
            if self.unit in {"days", "weeks"}:
                return day + timedelta(days=steps * (7 if self.unit == "weeks" else 1))
            return months_after(day, steps * (12 if self.unit == "years" else 1))
        except (OverflowError, ValueError) as error:
            raise ValueError(f"{self} after {day} is beyond the calendar") from error

    def before(self, day: date) -> date:
        """The date this long before `day`.

        raises   ValueError before the year 1
        """
        return self.after(day, times=-1)


Event = Literal["agreement_signed", "award_released"]


@dataclass(frozen=True)
class DueRule:
    """When something falls due: on a date, or so long after an event of the award."""

    on: date | None = None
    offset: Duration | None = None
    after: Event | None = None

    @classmethod
    def parse(cls, value: Any) -> "DueRule":
        """`2017-07-15`, `30 days after agreement_signed`, `agreement_signed`.

        raises   ValueError with a sentence
        """
        if isinstance(value, DueRule):
            return value
        if isinstance(value, date):
            return cls(on=_in_our_time(value))
        text = str(value).strip()
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return cls(on=_calendar_date(text))
        length, _, event = text.rpartition(" after ")
        events: Mapping[str, Event] = {"agreement_signed": "agreement_signed", "award_released": "award_released"}
        if event not in events:
            raise ValueError(
                f"“{value}” is not a due date; write a date, such as 2017-07-15, or a time after "
                "agreement_signed or award_released, such as 30 days after agreement_signed"
            )
        return cls(offset=Duration.parse(length) if length else Duration(0, "days"), after=events[event])

    def __str__(self) -> str:
        if self.on is not None:
            return self.on.isoformat()
        return f"{self.offset} after {self.after}" if self.offset and self.offset.count else str(self.after)

    def date_for(self, events: Mapping[str, date]) -> date | None:
        """The due date, given the dates of the events that have happened; None while its event has not.

        events   `agreement_signed` and `award_released` -> date
        """
        if self.on is not None or self.after is None or self.offset is None:
            return self.on
        return self.offset.after(events[self.after]) if self.after in events else None


def _calendar_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no day {text} in the calendar") from None
    return _in_our_time(day)


def _in_our_time(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"{day} is not in our time: years go from {YEARS[0]} to {YEARS[-1]}")
    return day


def parse_days_before(value: Any) -> Duration:
    """`3 days before` -> Duration(3, "days").

    raises   ValueError with a sentence
    """
    if isinstance(value, Duration):
        return value
    found = re.fullmatch(r"(.+?)\s+before", str(value).strip())
    if found is None:
        raise ValueError(f"“{value}” is not a time before; write it such as 3 days before")
    return Duration.parse(found[1])


def parse_minutes(value: Any) -> int:
    """`15 minutes`, `2 hours` -> whole minutes.

    raises   ValueError with a sentence
    """
    found = re.fullmatch(r"\s*(\d{1,4})\s+(minute|hour)s?\s*", str(value))
    if found is None:
        raise ValueError(f"“{value}” is not a time of grace; write it such as 15 minutes or 2 hours")
    return int(found[1]) * (60 if found[2] == "hour" else 1)


def parse_flag(value: Any) -> bool:
    """true, false, yes or no.

    raises   ValueError with a sentence
    """
    answers = {"yes": True, "no": False, "true": True, "false": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in answers:
        return answers[value.strip().lower()]
    raise ValueError(f"“{value}” is neither yes nor no")


def parse_date(value: Any) -> date:
    """A calendar date written `2016-09-01`.

    raises   ValueError with a sentence
    """
    if isinstance(value, date):
        return _in_our_time(value)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
        return _calendar_date(value.strip())
    raise ValueError(f"“{value}” is not a date; write year, month and day, such as 2016-09-01")


def text_schema(pattern: str, example: str) -> WithJsonSchema:
    """How an editor checks a value that is written as text."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


_LENGTH = r"[0-9]{1,4} (day|week|month|year)s?"
_EVENT = r"(agreement_signed|award_released)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

# Money in Python is an int of cents; an int in the file is refused, so only text is ever read as an amount.
Money = Annotated[
    int,
    BeforeValidator(parse_money),
    PlainSerializer(dollars, return_type=str),
    text_schema(r"^\$[0-9]{1,3}(,[0-9]{3})*(\.[0-9]{2})?$|^\$[0-9]+(\.[0-9]{2})?$", "$60,000"),
]
Percent = Annotated[
    Decimal,
    BeforeValidator(parse_percent),
    PlainSerializer(percent, return_type=str),
    text_schema(r"^[0-9]{1,3}(\.[0-9]+)?%$", "50%"),
]
Length = Annotated[
    Duration,
    BeforeValidator(Duration.parse),
    PlainSerializer(str, return_type=str),
    text_schema(f"^{_LENGTH}$", "90 days"),
]
TimeBefore = Annotated[
    Duration,
    BeforeValidator(parse_days_before),
    PlainSerializer(lambda length: f"{length} before", return_type=str),
    text_schema(f"^{_LENGTH} before$", "3 days before"),
]
Due = Annotated[
    DueRule,
    BeforeValidator(DueRule.parse),
    PlainSerializer(str, return_type=str),
    text_schema(f"^({_DATE}|({_LENGTH} after )?{_EVENT})$", "30 days after agreement_signed"),
]
Minutes = Annotated[
    int,
    BeforeValidator(parse_minutes),
    PlainSerializer(lambda minutes: f"{minutes} minutes", return_type=str),
    text_schema(r"^[0-9]{1,4} (minute|hour)s?$", "15 minutes"),
]
Day = Annotated[
    date,
    BeforeValidator(parse_date),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2016-09-01"]}),
]
Flag = Annotated[bool, BeforeValidator(parse_flag), WithJsonSchema({"enum": [True, False, "yes", "no"]})]
Count = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]
Positive = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
