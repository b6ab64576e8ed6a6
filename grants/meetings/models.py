"""Meetings of a panel: their agenda, and who is in the room."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.kernel.clock import now
from grants.people.models import Person
from grants.persistence.base import Base, Identified, Stateful
from grants.programs.models import CycleStage

UP = text("state = 'open'")


class InCalendars:
    """Something that stands in people's own calendars.

    sequence         grows whenever what they say of it changes: of two entries they keep the greater number
    rescheduled_at   when it grew last; nothing before
    """

    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    rescheduled_at: Mapped[datetime | None]

    def reschedule(self) -> None:
        """Note that calendars have to say something else. The row is taken before: of two at once, both count."""
        self.sequence += 1
        self.rescheduled_at = now()


class Meeting(InCalendars, Stateful, Base):
    """A meeting of the panel of one stage.

    kind        a panel discusses what it read; at a pitch each applicant presents, in a slot of their own
    starts_at   when it is to begin; the times of its agenda follow from it
    ends_at     when its agenda ends; nothing while that is empty
    place       where; `link` is an address to join it from afar
    chair       runs it, as every program officer may
    quorum      voting members who have to be in the room, and free of conflict, when votes are counted
    ballot      how a motion is voted on unless somebody says otherwise; `majority` likewise
    version     grows with everything that all who are in the room see change
    invited_at  when the panel was told of it last; nobody is before
    """

    __tablename__ = "meeting"
    named_while_taken = True  # an applicant answers for a line of it while an officer has it
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'running', 'paused', 'closed', 'cancelled')", name="state"),
        CheckConstraint("kind IN ('panel', 'pitch')", name="kind"),
        CheckConstraint("ballot IN ('open', 'secret')", name="ballot"),
        CheckConstraint("majority IN ('simple', 'two_thirds')", name="majority"),
        CheckConstraint("quorum > 0", name="quorum"),
    )

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8), default="panel", server_default="panel")
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    chair_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    quorum: Mapped[int]
    ballot: Mapped[str] = mapped_column(String(8), default="open")
    majority: Mapped[str] = mapped_column(String(12), default="simple")
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    stage: Mapped[CycleStage] = relationship()
    chair: Mapped[Person] = relationship(foreign_keys=[chair_id])
    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id])


class AgendaItem(Stateful, Base):
    """One line of an agenda: an application, or a break. One at most is open in a meeting.

    position    from 1, in the order of the agenda
    starts_at   when it is planned for; `minutes` how long, `extended` what was given to it beyond that
    title       of a break; an application is called by its own name
    notes       what the minutes say of it; `notes_version` grows with each save
    version     grows with everything that happens to this line, and is looked at by those alone who may know of it
    """

    __tablename__ = "agenda_item"
    named_while_taken = True
    __table_args__ = (
        UniqueConstraint("meeting_id", "application_id"),
        CheckConstraint("state IN ('waiting', 'open', 'done', 'deferred')", name="state"),
        CheckConstraint("minutes > 0 AND extended >= 0", name="minutes"),
        CheckConstraint("(application_id IS NULL) <> (title IS NULL)", name="what"),
        Index("uq_agenda_item_open", "meeting_id", unique=True, sqlite_where=UP, postgresql_where=UP),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    application_id: Mapped[int | None] = mapped_column(ForeignKey("application.id"), index=True)
    title: Mapped[str | None]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    extended: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(default="")
    notes_version: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship()
    application: Mapped[Application | None] = relationship()

    def touch(self) -> None:
        """Note that something of the line has changed. Of two changes at once both count, whichever rows were taken."""
        self.version = AgendaItem.version + 1

    @property
    def case_id(self) -> int | None:
        """The case the line is about, so that the record of it is hidden from who may not know of the case."""
        return self.application.case_id if self.application else None

    @property
    def until(self) -> datetime | None:
        """How long it is up: from when it was opened, with what was given to it beyond the plan; None before."""
        return self.opened_at and self.opened_at + timedelta(minutes=self.minutes + self.extended)

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.minutes)


class Attendance(Identified, Base):
    """One person at one meeting. Who is out for a conflict is never stored: it follows from the conflicts that stand.

    votes        a member of the stage's panel; others sit in
    joined_at    when they came in last; in the room while `left_at` is empty
    away_from    when they cannot be there, until `away_until`; as they told
    """

    __tablename__ = "meeting_attendance"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        CheckConstraint("(away_from IS NULL) = (away_until IS NULL)", name="away"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    votes: Mapped[bool]
    invited_at: Mapped[datetime | None]
    first_joined_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    away_from: Mapped[datetime | None]
    away_until: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship()
    person: Mapped[Person] = relationship()

    @property
    def is_in(self) -> bool:
        return self.joined_at is not None and self.left_at is None
