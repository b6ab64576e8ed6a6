"""The case, and what hangs on it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Organization, Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified


class Case(Identified, Base):
    """One organization's whole path through one cycle. The case officer is a person; handing over is recorded.

    merged_into_id   the case of the same cycle that it became part of, when two organizations turned out to be one:
                     what happened before is told on that one's timeline, and this one is shown nowhere
    """

    __tablename__ = "case"
    __table_args__ = (UniqueConstraint("cycle_id", "organization_id"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    invited_to: Mapped[list[Any]] = mapped_column(default=list)  # keys of stages it may enter by invitation

    organization: Mapped[Organization] = relationship()
    officer: Mapped[Person | None] = relationship()


@append_only
class TimelineEvent(Identified, Base):
    """One thing that happened to a case, in a sentence.

    audience   applicant: the school reads it too; staff: the foundation only
    kind       groups events for filters and icons; one of `services.KINDS`
    reference  an internal address of the thing itself, as [endpoint, public id], or nothing
    """

    __tablename__ = "timeline_event"
    __table_args__ = (
        CheckConstraint("audience IN ('staff', 'applicant')", name="audience"),
        Index("ix_timeline_event_case_at", "case_id", "at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor_name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    audience: Mapped[str] = mapped_column(String(10))
    sentence: Mapped[str]
    reference: Mapped[list[Any] | None]


class Note(Identified, Base):
    """A staff member's note on a case."""

    __tablename__ = "note"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    body: Mapped[str]

    author: Mapped[Person] = relationship()


class Task(Identified, Base):
    """Something one person said they would do about a case."""

    __tablename__ = "task"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    title: Mapped[str]
    due_on: Mapped[date | None]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    owner: Mapped[Person] = relationship()


class StoredFile(Identified, Base):
    """The record of stored bytes. The bytes lie in the file store under `storage_key`, written once."""

    __tablename__ = "stored_file"

    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    name: Mapped[str]
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    storage_key: Mapped[str] = mapped_column(String(100), unique=True)
    stored_at: Mapped[datetime]
    stored_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
