"""The outbox: every message, stored in the same transaction as its cause."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Person
from grants.persistence.base import Base, Identified


class Message(Identified, Base):
    """One mail to one person.

    key          at most one message of a key is ever stored, so no cause sends two
    person       whose account it goes to; None for a visitor, who is known by `to_name` and the address alone
    case         the case that it is about
    cycle        where it counts several cases of a cycle at once: who has a conflict with one of them may not read it
    calendar     the file that goes with it, for the reader's own calendar (RFC 5545)
    message_id   deterministic from the key, so that a resend is the same mail
    """

    __tablename__ = "message"
    __table_args__ = (CheckConstraint("state IN ('queued', 'sent', 'failed', 'suppressed')", name="state"),)

    key: Mapped[str] = mapped_column(String(200), unique=True)
    template: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    to_name: Mapped[str]
    to_email: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str]
    body: Mapped[str]
    calendar: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="queued")
    queued_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]

    person: Mapped[Person | None] = relationship()


class CalendarFeed(Identified, Base):
    """A person's own calendar address. Making it anew changes the stamp, and the address before finds nothing."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    stamp: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
