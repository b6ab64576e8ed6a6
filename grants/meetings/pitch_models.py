"""A pitch's slots: when each applicant presents, what they answered, and their slides."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.casework.models import StoredFile
from grants.meetings.models import AgendaItem, InCalendars, Meeting
from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful

STANDS = text("state <> 'cancelled'")


class PitchSlot(InCalendars, Stateful, Base):
    """When one applicant presents at a pitch. An application has one at the most that was not called off.

    item                the line of the agenda it is; nothing once it was taken off
    starts_at, minutes  as the applicant was told last; nothing before they are invited. While the agenda says another
                        time, they are still to be told of it
    presenters          names of those who will present, as the applicant wrote them
    wish, unfit         what keeps them from coming then, and which times do not fit
    said                what staff said with the last invitation, move or answer
    slides_until        more time for the slides than the others have, and why
    """

    __tablename__ = "pitch_slot"
    named_while_taken = True
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'invited', 'confirmed', 'asked', 'declined', 'cancelled')", name="state"),
        CheckConstraint("(starts_at IS NULL) = (minutes IS NULL)", name="told"),
        CheckConstraint("state IN ('planned', 'cancelled') OR starts_at IS NOT NULL", name="invited"),
        CheckConstraint("state = 'cancelled' OR item_id IS NOT NULL", name="item"),
        CheckConstraint("(slides_until IS NULL) = (slides_reason IS NULL)", name="slides"),
        Index("uq_pitch_slot_stands", "application_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), unique=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    starts_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    presenters: Mapped[list[Any]] = mapped_column(default=list)
    wish: Mapped[str] = mapped_column(default="")
    unfit: Mapped[str] = mapped_column(default="")
    said: Mapped[str] = mapped_column(default="")
    slides_until: Mapped[datetime | None]
    slides_reason: Mapped[str | None]

    meeting: Mapped[Meeting] = relationship()
    item: Mapped[AgendaItem | None] = relationship()
    application: Mapped[Application] = relationship()
    answered_by: Mapped[Person | None] = relationship()

    @property
    def case_id(self) -> int:
        """The case it belongs to, so that the record of it is hidden from who may not know of the case."""
        return self.application.case_id

    @property
    def is_told(self) -> bool:
        """Whether the applicant knows the time that the agenda says."""
        return self.item is not None and (self.starts_at, self.minutes) == (self.item.starts_at, self.item.minutes)


@append_only
class PitchSlides(Identified, Base):
    """One version of an applicant's slides, which came in time: the last one counts.

    number   from 1
    """

    __tablename__ = "pitch_slides"
    __table_args__ = (UniqueConstraint("slot_id", "number"),)

    slot_id: Mapped[int] = mapped_column(ForeignKey("pitch_slot.id"))
    number: Mapped[int]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    slot: Mapped[PitchSlot] = relationship()
    file: Mapped[StoredFile] = relationship()
    uploaded_by: Mapped[Person] = relationship()
