"""What a grantee owes, and what is measured."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.awards.models import Award
from grants.people.models import Person
from grants.persistence.base import Base, Identified, Stateful
from grants.persistence.types import JsonValue


class Requirement(Stateful, Base):
    """One thing owed under an award: scheduled -> submitted -> accepted, or returned, or waived with a reason.

    key, number   the program's requirement and which one of its series, from 1
    agenda        points to talk about, for a check-in
    late_after_on   the last day on which it is not late: the due date, and the program's days of grace
    """

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("award_id", "key", "number"),
        CheckConstraint("state IN ('scheduled', 'submitted', 'returned', 'accepted', 'waived')", name="state"),
        CheckConstraint(
            "kind IN ('check_in', 'report', 'visit', 'financial_review', 'workshop', 'reading')", name="kind"
        ),
    )

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    key: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str]
    due_on: Mapped[date] = mapped_column(index=True)
    late_after_on: Mapped[date] = mapped_column(index=True)
    description: Mapped[str] = mapped_column(default="")
    agenda: Mapped[list[Any]] = mapped_column(default=list)
    account: Mapped[str | None]  # what the grantee wrote
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None]  # what staff wrote when accepting, returning or waiving

    award: Mapped[Award] = relationship()
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
    check_in: Mapped["CheckIn | None"] = relationship(back_populates="requirement")


class CheckIn(Identified, Base):
    """The meeting held for one check-in requirement.

    rating   health of the grant as the officer sees it: on_track, watch, at_risk
    """

    __tablename__ = "check_in"
    __table_args__ = (CheckConstraint("rating IN ('on_track', 'watch', 'at_risk')", name="rating"),)

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"), unique=True)
    held_on: Mapped[date]
    attended: Mapped[str]
    notes: Mapped[str]
    rating: Mapped[str] = mapped_column(String(10))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    requirement: Mapped[Requirement] = relationship(back_populates="check_in")
    recorded_by: Mapped[Person] = relationship()


@dataclass(frozen=True)
class GroupValue:
    """What one group of students came to; None where nothing was entered for it.

    place   where it is entered, such as low_income-0: what the reading is broken down by, and which of its groups
    key     of what the reading is broken down by, such as low_income; `title` is the same in words
    group   such as "yes"
    """

    place: str
    key: str
    title: str
    group: str
    value: Decimal | None

    @property
    def who(self) -> str:
        """The group in words: "Low income: yes"."""
        return f"{self.title}: {self.group}"


class IndicatorReading(Identified, Base):
    """One indicator's value for one award and year, whole and by groups; scheduled with no value, read later.

    year        of the grant, from 0 (the year before launch)
    value       of all students; `groups` holds the others: {subgroup: {group: value as text}}
    definition  the indicator as the program stated it then: title, description, unit, better, level, decimals, and
                subgroups, a list of {"key", "title", "groups"}
    """

    __tablename__ = "indicator_reading"
    __table_args__ = (UniqueConstraint("award_id", "indicator", "year"),)

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    indicator: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    definition: Mapped[dict[str, Any]]
    due_on: Mapped[date]
    target: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    value: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    groups: Mapped[dict[str, dict[str, str]]] = mapped_column(JsonValue, default=dict)
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None]

    award: Mapped[Award] = relationship()
    read_by: Mapped[Person | None] = relationship()

    @property
    def by_group(self) -> list[GroupValue]:
        """Every group the program names, with its value."""
        return [
            GroupValue(
                f"{one['key']}-{number}", one["key"], one["title"], group, None if text is None else Decimal(text)
            )
            for one in self.definition.get("subgroups", ())
            for number, group in enumerate(one["groups"])
            for text in [self.groups.get(one["key"], {}).get(group)]
        ]
