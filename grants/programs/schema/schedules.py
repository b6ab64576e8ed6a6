"""What follows an award: installments and what they wait for, requirements, indicators."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema, model_validator

from grants.programs.schema.base import Key, Named, Part, Sayable, words
from grants.programs.schema.conditions import any_given
from grants.programs.schema.values import Count, Day, Due, Duration, Length, Percent, Positive, text_schema


@dataclass(frozen=True)
class RequirementRef:
    """One occurrence of a requirement: `yearly_report.2` is the second; without a number, the first."""

    key: str
    number: int = 1

    @classmethod
    def parse(cls, value: Any) -> "RequirementRef":
        if isinstance(value, RequirementRef):
            return value
        found = re.fullmatch(r"([a-z][a-z0-9_]*)(?:\.([1-9]\d{0,3}))?", str(value))
        if found is None:
            raise ValueError(f"“{value}” names no requirement; write its key and number, such as yearly_report.1")
        return cls(found[1], int(found[2] or 1))

    def __str__(self) -> str:
        return f"{self.key}.{self.number}"


@dataclass(frozen=True)
class IndicatorRef:
    """An indicator's target in one year: `learning_plan_share.year2`."""

    key: str
    year: int

    @classmethod
    def parse(cls, value: Any) -> "IndicatorRef":
        if isinstance(value, IndicatorRef):
            return value
        found = re.fullmatch(r"([a-z][a-z0-9_]*)\.year(\d{1,2})", str(value))
        if found is None:
            raise ValueError(f"“{value}” names no target; write an indicator and a year, such as attendance_rate.year1")
        return cls(found[1], int(found[2]))

    def __str__(self) -> str:
        return f"{self.key}.year{self.year}"


Accepted = Annotated[
    RequirementRef,
    BeforeValidator(RequirementRef.parse),
    PlainSerializer(str, return_type=str),
    text_schema(r"^[a-z][a-z0-9_]*(\.[1-9][0-9]*)?$", "yearly_report.1"),
]
Reached = Annotated[
    IndicatorRef,
    BeforeValidator(IndicatorRef.parse),
    PlainSerializer(str, return_type=str),
    text_schema(r"^[a-z][a-z0-9_]*\.year[0-9]+$", "learning_plan_share.year2"),
]


class Waits(Sayable):
    """One thing an installment waits for."""

    said = ("agreement_signed",)

    agreement_signed: Literal[True] | None = None
    accepted: Accepted | None = Field(
        None, description="A requirement that has been accepted, such as yearly_report.1."
    )
    reached: Reached | None = Field(None, description="An indicator's target met, such as attendance_rate.year1.")
    matched: Key | None = Field(None, description="The match of this fund has been received.")
    on_or_after: Day | None = Field(None, description="Not before this date.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "an installment waits for exactly one of agreement_signed, accepted, reached, matched or on_or_after; "
                "write several as a list"
            )
        return self

    @property
    def kind(self) -> str:
        """Which of its settings it is."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)


class ScheduleLine(Part):
    """One installment: its share of the award, when it is due, what it waits for."""

    title: str = ""
    share: Percent
    due: Due
    when: tuple[Waits, ...] = Field((Waits(agreement_signed=True),), description="All of these must hold.")


class Requirement(Named):
    """Something a grantee owes, once or again and again."""

    kind: Literal["check_in", "report", "visit", "financial_review", "workshop", "reading"]
    description: str = ""
    due: Due | None = Field(None, description="When it is due, if it is owed once.")
    from_: Due | None = Field(None, alias="from", description="When the first is due, if it is owed again and again.")
    every: Length | None = None
    times: Positive = Field(1, le=100)
    agenda: tuple[str, ...] = ()
    form: Key | None = Field(None, description="The form a report is written on.")
    grace_days: Count = Field(0, description="Days after the due date before it is called late.")

    @model_validator(mode="after")
    def _has_dates(self) -> Self:
        if (self.due is None) == (self.from_ is None):
            raise ValueError("a requirement says due, or from (with every and times)")
        if self.times > 1 and self.every is None:
            raise ValueError("a requirement owed several times says every, such as 3 months")
        return self

    def due_dates(self, events: Mapping[str, date]) -> tuple[date | None, ...]:
        """Due dates of every occurrence, the first one first; None while the event they count from has not happened.

        events   `agreement_signed` and `award_released` -> date
        """
        rule = self.due or self.from_
        first = rule.date_for(events) if rule else None
        if first is None or self.every is None:
            return (first,) * self.times
        return tuple(self.every.after(first, times=number) for number in range(self.times))


def _group(value: Any) -> Any:
    return str(value) if type(value) is int else value


Group = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    BeforeValidator(_group),
    WithJsonSchema({"type": ["string", "integer"], "maxLength": 40, "examples": [3]}),
]
"""One group of students as people call it: a grade, "yes", "English learners"."""


class Indicator(Named):
    """A measured quantity. Year 0 is the year before the award's first; a target is met at or beyond it."""

    unit: str
    description: str = ""
    better: Literal["higher", "lower"] = "higher"
    level: Literal["program", "school"] = Field("program", description="Common to all, or a school's own.")
    years: tuple[Count, ...] = Field((), description="Years in which it is read; left out, those with a target.")
    targets: dict[int, Decimal] = Field(default_factory=dict, description="Year -> value to reach.")
    subgroups: dict[Key, tuple[Group, ...]] = Field(
        default_factory=dict,
        description="What a reading is broken down by, with its groups, such as grade: [3, 4, 5].",
    )
    baseline_due: Length = Field(
        Duration(60, "days"),
        description="How long after the agreement is in force the reading of year 0 is due.",
        json_schema_extra={"default": "60 days"},
    )
    source: str = Field("", description="Where the reading comes from.")
    decimals: Annotated[Count, Field(le=6)] = 0

    @property
    def read_in(self) -> tuple[int, ...]:
        """Years in which it is read."""
        return self.years or tuple(sorted(self.targets))

    @model_validator(mode="after")
    def _is_read_sometime(self) -> Self:
        if not any_given((self.years or None, self.targets or None)):
            raise ValueError("an indicator says the years in which it is read, or its targets by year")
        if self.years and set(self.targets) - set(self.years):
            raise ValueError("an indicator has a target in a year in which it is not read")
        return self

    @model_validator(mode="after")
    def _names_groups_once(self) -> Self:
        for key, groups in self.subgroups.items():
            if len(set(groups)) < max(len(groups), 1):
                raise ValueError(f"“{words(key)}” names its groups, each once, such as [3, 4, 5]")
        return self
