"""Events, who came, who waits for a place; what people said of them afterwards, and saw at a school."""

from datetime import datetime
from typing import get_args

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Organization, Person
from grants.persistence.base import Base, Identified
from grants.programs.models import Cycle
from grants.programs.schema.entry import EventKind

EVENT_KINDS: tuple[str, ...] = get_args(EventKind)


class Event(Identified, Base):
    """A workshop, webinar, school visit or another gathering of a cycle: the kinds are those a program may count.

    host_id     the partner organization that holds it, or the school that is visited
    capacity    places, or nothing when there is no limit
    untold_since, told_as   since when those who come have not been told of another time or place, and what they know
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint(f"kind IN {EVENT_KINDS}", name="kind"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    title: Mapped[str]
    topic: Mapped[str | None]
    description: Mapped[str | None]
    host_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    place: Mapped[str | None]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    capacity: Mapped[int | None]
    cancelled_at: Mapped[datetime | None]
    untold_since: Mapped[datetime | None]
    told_as: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False)

    cycle: Mapped[Cycle] = relationship()
    host: Mapped[Organization | None] = relationship()


class Registration(Identified, Base):
    """One person's place at an event, for one organization; `attended_at` is set at the door."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    registered_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
    organization: Mapped[Organization] = relationship()


class Waiting(Identified, Base):
    """Someone who would come if a place came free. Given a place, or no longer waiting, the row is gone."""

    __tablename__ = "waiting"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    since: Mapped[datetime]

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
    organization: Mapped[Organization] = relationship()


class EventFeedback(Identified, Base):
    """What one person who came says of an event.

    useful, will_use   1 (not at all) to 5 (very)
    best, better       what helped most, and what would have made it better
    """

    __tablename__ = "event_feedback"
    __table_args__ = (
        CheckConstraint("useful BETWEEN 1 AND 5", name="useful"),
        CheckConstraint("will_use BETWEEN 1 AND 5", name="will_use"),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), unique=True)
    useful: Mapped[int]
    will_use: Mapped[int]
    best: Mapped[str | None]
    better: Mapped[str | None]
    given_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship()


class VisitNote(Identified, Base):
    """What a visitor noted at a school.

    organization_id   the visitor's own; nothing for the foundation's people
    saw, could_try    what they saw, and what they could try at home
    shared            the foundation may read it; the visitor's own organization always does
    """

    __tablename__ = "visit_note"
    __table_args__ = (UniqueConstraint("event_id", "author_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    saw: Mapped[str]
    could_try: Mapped[str | None]
    shared: Mapped[bool]
    written_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    author: Mapped[Person] = relationship()
    organization: Mapped[Organization | None] = relationship()
