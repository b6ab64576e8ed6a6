"""Motions and their votes, what was agreed to be done, and the minutes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.casework.models import StoredFile
from grants.meetings.models import AgendaItem, Meeting
from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful

VOTED_ON = text("state = 'open'")


class Motion(Stateful, Base):
    """What is put to the vote on one line of an agenda. One at most is open there.

    yes, no, abstain   of a secret ballot, how many voted what so far: nowhere is it kept who voted what. Of an open
                       one, written when the votes are counted
    round              grows when a vote is taken again from the start
    present, quorum    when the votes were counted: voting members in the room, and how many it needed
    """

    __tablename__ = "motion"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'carried', 'lost', 'withdrawn')", name="state"),
        CheckConstraint("ballot IN ('open', 'secret')", name="ballot"),
        CheckConstraint("majority IN ('simple', 'two_thirds')", name="majority"),
        CheckConstraint("yes >= 0 AND no >= 0 AND abstain >= 0", name="counts"),
        Index("uq_motion_open", "item_id", unique=True, sqlite_where=VOTED_ON, postgresql_where=VOTED_ON),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    text: Mapped[str]
    moved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    moved_at: Mapped[datetime]
    seconded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ballot: Mapped[str] = mapped_column(String(8))
    majority: Mapped[str] = mapped_column(String(12))
    round: Mapped[int] = mapped_column(default=1)
    yes: Mapped[int] = mapped_column(default=0)
    no: Mapped[int] = mapped_column(default=0)
    abstain: Mapped[int] = mapped_column(default=0)
    present: Mapped[int | None]
    quorum: Mapped[int | None]
    closed_at: Mapped[datetime | None]

    item: Mapped[AgendaItem] = relationship()
    moved_by: Mapped[Person] = relationship(foreign_keys=[moved_by_id])
    seconded_by: Mapped[Person | None] = relationship(foreign_keys=[seconded_by_id])
    votes: Mapped[list["Vote"]] = relationship(back_populates="motion", order_by="Vote.id")

    @property
    def case_id(self) -> int | None:
        """The case it is about, so that the record of it is hidden from who may not know of the case."""
        return self.item.case_id


class Vote(Base):
    """That somebody voted on a motion. It bears no time.

    choice   what, in an open ballot; nothing in a secret one, where only the motion's counts say how many voted what
    number   how often they voted: only the last counts
    """

    __tablename__ = "motion_vote"
    __table_args__ = (
        UniqueConstraint("motion_id", "person_id"),
        CheckConstraint("choice IN ('yes', 'no', 'abstain')", name="choice"),
    )

    motion_id: Mapped[int] = mapped_column(ForeignKey("motion.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    choice: Mapped[str | None] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(default=1)

    motion: Mapped[Motion] = relationship(back_populates="votes")
    person: Mapped[Person] = relationship()


class ActionItem(Identified, Base):
    """What somebody will do after the meeting, and by when; about one line of its agenda."""

    __tablename__ = "action_item"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    what: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date | None]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    item: Mapped[AgendaItem] = relationship()
    owner: Mapped[Person] = relationship()


@append_only
class Minutes(Identified, Base):
    """The minutes of a meeting as somebody may read them, made once for each content; the bytes are its PDF's.

    facts_sha256   covers the facts they were made from, which leave out what their readers may not know of: who has a
                   conflict with one line gets the same bytes whatever happened there
    """

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("meeting_id", "facts_sha256"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    facts_sha256: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    meeting: Mapped[Meeting] = relationship()
    file: Mapped[StoredFile] = relationship()
