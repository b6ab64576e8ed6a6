"""What staff have written or certified for all who come to an event."""

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.discovery.models import Event
from grants.people.models import Person
from grants.persistence.base import Base, Identified

AUDIENCES: Final = ("places", "waiting", "came")
UNDER_WAY: Final = text("finished_at IS NULL")


class EventLetters(Identified, Base):
    """A message to all who come to an event, or the certificates of all who came; a job makes them, some at a time.

    They go to those who had the place when it was asked for, and have it still when their turn comes.
    words     names subject and text: the same words reach the same person once; "" for certificates
    upto      the id of the place, or the place in line, that was dealt with last
    stopped   why it ended before everyone's turn came
    """

    __tablename__ = "event_letters"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'certificate')", name="kind"),
        CheckConstraint(f"audience IN {AUDIENCES}", name="audience"),
        # Of two presses one is work, however near they come to one another.
        Index(
            "uq_event_letters_under_way",
            *("event_id", "kind", "audience", "words", "made_by_id"),
            unique=True,
            sqlite_where=UNDER_WAY,
            postgresql_where=UNDER_WAY,
        ),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    audience: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    words: Mapped[str] = mapped_column(String(20), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    upto: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    stopped: Mapped[str | None]

    event: Mapped[Event] = relationship()
    made_by: Mapped[Person] = relationship()
