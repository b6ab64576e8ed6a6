"""Slates, their approvals, and the decisions that are released from them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.casework.models import Case
from grants.documents.models import Document
from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful
from grants.persistence.types import Cents
from grants.programs.models import CycleStage

UNDER_WAY = text("state IN ('proposed', 'approved')")
OUTCOMES = "outcome IN ('award', 'waitlist', 'decline')"


class Slate(Stateful, Base):
    """The full proposal for one stage; scenarios are slates that were not proposed.

    content_sha256   covers every line; approvals bind it, so a changed line voids them
    findings         what was noticed when it was made: agreement, missing scorecards, what the pool left
    letters_on       the day its letters bear, which is the only day they can be released on
    """

    __tablename__ = "slate"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'proposed', 'approved', 'released', 'void')", name="state"),
        # At most one slate of a stage is under way, whatever two people do at once.
        Index("uq_slate_under_way", "stage_id", unique=True, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
    )

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"), index=True)
    title: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None]
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    letters_on: Mapped[date | None]
    letters_checked_at: Mapped[datetime | None]
    letters_checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    findings: Mapped[dict[str, Any]] = mapped_column(default=dict)

    stage: Mapped[CycleStage] = relationship()
    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id])
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    letters_checked_by: Mapped[Person | None] = relationship(foreign_keys=[letters_checked_by_id])
    lines: Mapped[list["SlateLine"]] = relationship(back_populates="slate", order_by="SlateLine.rank, SlateLine.id")
    approvals: Mapped[list["SlateApproval"]] = relationship(back_populates="slate", order_by="SlateApproval.id")


class SlateLine(Identified, Base):
    """One application on a slate.

    score       its final score, 0 to 100: the raw mean of its scorecards, together with the pitch where there is one
    written, pitch   the two means the score is made of, where the stage has a pitch
    amount      whole cents; above 0 for an award, and for a waitlist place what it would get
    solved      the outcome the rules gave; where `outcome` differs, `override_reason` says why
    barred      for one not awarded, what bars it whatever the others are, in sentences
    because     for one not awarded otherwise, the binding constraint: it speaks of other applications
    """

    __tablename__ = "slate_line"
    __table_args__ = (
        UniqueConstraint("slate_id", "application_id"),
        CheckConstraint(OUTCOMES, name="outcome"),
        CheckConstraint("amount >= 0 AND (outcome <> 'award' OR amount > 0)", name="amount"),
        CheckConstraint("outcome = solved OR override_reason IS NOT NULL", name="override"),
    )

    slate_id: Mapped[int] = mapped_column(ForeignKey("slate.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    rank: Mapped[int]
    score: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    written: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    pitch: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    totals: Mapped[list[Any]] = mapped_column(default=list)  # each reviewer's total when the slate was made, as text
    rank_low: Mapped[int | None]
    rank_high: Mapped[int | None]
    stands_in: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    outcome: Mapped[str] = mapped_column(String(8))
    solved: Mapped[str] = mapped_column(String(8))
    waitlist_place: Mapped[int | None]
    amount: Mapped[int] = mapped_column(Cents, default=0)
    tier: Mapped[str | None] = mapped_column(String(40))
    barred: Mapped[str | None]
    because: Mapped[str | None]
    override_reason: Mapped[str | None]
    essential_failed: Mapped[str | None]
    reasons: Mapped[str] = mapped_column(default="")  # feedback to the applicant, printed in the letter
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    slate: Mapped[Slate] = relationship(back_populates="lines")
    application: Mapped[Application] = relationship()
    letter: Mapped[Document | None] = relationship()


@append_only
class SlateApproval(Base):
    """A director's or partner funder's word on one exact content of a slate."""

    __tablename__ = "slate_approval"
    __table_args__ = (UniqueConstraint("slate_id", "person_id", "content_sha256"),)

    slate_id: Mapped[int] = mapped_column(ForeignKey("slate.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(24))
    content_sha256: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]
    abstained_lines: Mapped[list[Any]] = mapped_column(default=list)

    slate: Mapped[Slate] = relationship(back_populates="approvals")
    person: Mapped[Person] = relationship()


@append_only
class Decision(Identified, Base):
    """A released decision on one application. It exists only from the release on."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("application_id", "version"), CheckConstraint(OUTCOMES, name="outcome"))

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    version: Mapped[int] = mapped_column(default=1)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    slate_id: Mapped[int] = mapped_column(ForeignKey("slate.id"), index=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    outcome: Mapped[str] = mapped_column(String(8))
    waitlist_place: Mapped[int | None]
    amount: Mapped[int] = mapped_column(Cents)
    tier: Mapped[str | None] = mapped_column(String(40))
    released_at: Mapped[datetime]

    application: Mapped[Application] = relationship()
    case: Mapped[Case] = relationship()
    letter: Mapped[Document] = relationship()
