"""What a cycle shows to all: its page, the questions people ask before they apply, and what staff answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Organization, Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful
from grants.programs.models import Cycle, CycleStage

LISTINGS = ("hidden", "unlisted", "listed")


class Call(Identified, Base):
    """A cycle's public page: what its staff chose to show. A cycle without one shows nothing.

    listing          hidden: staff alone; unlisted: whoever has the address; listed: on the public list as well
    introduction     what staff say above everything else
    questions_until  the last moment for questions, where there is one
    answer_days      within how many days an answer is promised
    shows_…          which parts of the program and of the calendar are shown
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint(f"listing IN {LISTINGS}", name="listing"),
        CheckConstraint("answer_days BETWEEN 1 AND 60", name="answer_days"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    listing: Mapped[str] = mapped_column(String(8))
    introduction: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    questions_until: Mapped[datetime | None]
    answer_days: Mapped[int] = mapped_column(default=5)
    shows_criteria: Mapped[bool] = mapped_column(default=True)
    shows_form: Mapped[bool] = mapped_column(default=True)
    shows_events: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship()


class Question(Stateful, Base):
    """Something somebody asked about a cycle. Who asked, and in which words, is for the cycle's staff alone.

    asked_by         the account it was asked from; None for a visitor, who left a name and an address
    organization     for which organization it was asked, where it was asked from within its application
    stage            the stage it is about; None for the cycle as a whole
    topic            under which heading it is published
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'published', 'set_aside')", name="state"),
        Index("ix_question_cycle_id_state_asked_at", "cycle_id", "state", "asked_at"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("cycle_stage.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    asker_name: Mapped[str]
    asker_email: Mapped[str] = mapped_column(String(254), index=True)
    text: Mapped[str]
    topic: Mapped[str | None]
    asked_at: Mapped[datetime]
    illustrative: Mapped[bool] = mapped_column(default=False)

    cycle: Mapped[Cycle] = relationship()
    stage: Mapped[CycleStage | None] = relationship()
    asked_by: Mapped[Person | None] = relationship()
    organization: Mapped[Organization | None] = relationship()
    replies: Mapped[list["Reply"]] = relationship(back_populates="question", order_by="Reply.number")

    @property
    def reply(self) -> "Reply | None":
        """The answer that stands: the latest."""
        return self.replies[-1] if self.replies else None


@append_only
class Reply(Base):
    """One wording of an answer; a correction is the next number, and what was said before stays.

    asked     the question in the words in which it is, or could be, published; its asker is not in them
    said      the answer
    because   why the one before was corrected
    """

    __tablename__ = "question_reply"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    asked: Mapped[str]
    said: Mapped[str]
    because: Mapped[str | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime]

    question: Mapped[Question] = relationship(back_populates="replies")
    answered_by: Mapped[Person | None] = relationship()
