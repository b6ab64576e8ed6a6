"""Versions of program definitions, and the cycles that pin one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified


@append_only
class ProgramVersion(Identified, Base):
    """One content of a program's definition file. The same content is the same version."""

    __tablename__ = "program_version"
    __table_args__ = (UniqueConstraint("program_key", "number"), UniqueConstraint("program_key", "sha256"))

    program_key: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    title: Mapped[str]
    # The two long columns are read when they are asked for: lists come by many cycles, and what a definition says is
    # kept by its hash (queries.definition_of).
    source: Mapped[str] = mapped_column(deferred=True)
    # JSON rather than JSONB, which forgets the order of keys: the order of stages, sections and questions is content.
    definition: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime]
    loaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    loaded_by: Mapped[Person | None] = relationship()


class Cycle(Identified, Base):
    """One run of a program; it keeps the version it opened with."""

    __tablename__ = "cycle"

    key: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str]
    program_version_id: Mapped[int] = mapped_column(ForeignKey("program_version.id"), index=True)
    time_zone: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    program_version: Mapped[ProgramVersion] = relationship()
    stages: Mapped[list["CycleStage"]] = relationship(back_populates="cycle", order_by="CycleStage.position")


class CycleStage(Identified, Base):
    """One step of a cycle with its dates. Where it stands follows from the dates and from the release of its decisions.

    closes_at        the deadline, one instant; `grace_minutes` is published with it and counts after it
    """

    __tablename__ = "cycle_stage"
    __table_args__ = (
        UniqueConstraint("cycle_id", "key"),
        UniqueConstraint("cycle_id", "position"),
        CheckConstraint("kind IN ('discovery', 'application')", name="kind"),
        CheckConstraint("grace_minutes >= 0", name="grace_minutes"),
        CheckConstraint("closes_at > opens_at", name="dates"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    key: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(default=0)
    reviews_due_at: Mapped[datetime | None]
    decision_on: Mapped[date | None]
    released_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship(back_populates="stages")
