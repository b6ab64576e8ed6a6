"""Panels, conflicts, assignments, scorecards."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Submission
from grants.casework.models import Case
from grants.people.models import Person
from grants.persistence.base import Base, Identified, Stateful
from grants.programs.models import CycleStage


class PanelMember(Identified, Base):
    """A reviewer of one stage. Nothing of any application shows before conflicts are declared."""

    __tablename__ = "panel_member"
    __table_args__ = (UniqueConstraint("stage_id", "person_id"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    invited_at: Mapped[datetime]
    declared_at: Mapped[datetime | None]
    expertise: Mapped[str | None]

    stage: Mapped[CycleStage] = relationship()
    person: Mapped[Person] = relationship()


class Conflict(Identified, Base):
    """A person is kept away from a case, by a rule or by their own word. Lifted ones stay on record.

    source   where it was found; `staff` when an officer noted it
    """

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id", "source"),
        CheckConstraint(
            "source IN ('declared', 'same_organization', 'same_email_domain', 'coach', 'staff')", name="source"
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None]
    since: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_reason: Mapped[str | None]

    case: Mapped[Case] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])


class Assignment(Identified, Base):
    """One reviewer's task to score one submission. Revoked ones stay on record."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("submission_id", "reviewer_id"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()
    stage: Mapped[CycleStage] = relationship()
    reviewer: Mapped[Person] = relationship()
    scorecard: Mapped["Scorecard | None"] = relationship(back_populates="assignment")


class Scorecard(Stateful, Base):
    """A reviewer's marks on one submission.

    total     0 to 100, or nothing while every weighted mark is an abstention; kept with the submitted card
    version   grows with every save; a save names the one it was based on
    """

    __tablename__ = "scorecard"
    __table_args__ = (CheckConstraint("state IN ('draft', 'submitted')", name="state"),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    comment: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(back_populates="scorecard")
    marks: Mapped[list["Mark"]] = relationship(back_populates="scorecard", order_by="Mark.id")


class Mark(Base):
    """One criterion's mark: a value, or passed yes/no for an essential one, or an abstention (both empty)."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "criterion"),
        CheckConstraint("NOT (abstained AND (value IS NOT NULL OR passed IS NOT NULL))", name="abstained"),
    )

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"))
    criterion: Mapped[str] = mapped_column(String(80))
    value: Mapped[int | None]
    passed: Mapped[bool | None]
    abstained: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str | None]

    scorecard: Mapped[Scorecard] = relationship(back_populates="marks")
