"""Panels, conflicts, assignments, scorecards."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Submission
from grants.casework.models import Case
from grants.people.models import Person
from grants.persistence.base import Base, Identified, Stateful
from grants.persistence.types import JsonValue
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


class Tally(Base):
    """What the scorecards of one application that count add up to; kept up to date with each of them.

    assigned      assignments in force; `scorecards` of them are submitted, of which `n` have a total
    mean, spread  of the totals, 0 to 100, as `scoring.summarize` gives them; None without one
    totals        the totals as text, 0 to 100, by reviewer's name
    criteria      criterion -> mean mark as text, or None
    essentials    one {criterion, title, failed_by, n, fails} for each criterion that can fail
    tie_order     sorts applications of equal mean; see `ordering.tie_key`
    """

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_stage_id_mean", "stage_id", "mean"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    assigned: Mapped[int]
    scorecards: Mapped[int]
    n: Mapped[int]
    mean: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    spread: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    totals: Mapped[list[str]] = mapped_column(JsonValue)
    criteria: Mapped[dict[str, str | None]] = mapped_column(JsonValue)
    essentials: Mapped[list[dict[str, Any]]] = mapped_column(JsonValue)
    tie_order: Mapped[str]
    reckoned_at: Mapped[datetime]


class Analysis(Base):
    """How far a stage's scores can be trusted, worked out without the applications that some readers may not know of.

    hidden       ids of those applications, in order; `hidden_key` is their SHA-256, or empty when there are none
    made_from    SHA-256 over the totals and marks it rests on; `scored` applications have one
    reckoned_at  when the latest tally it rests on was reckoned
    agreement    criterion -> {alpha, n, reason}; the totals' own under "total"
    severity     person's id as text -> points by which they mark lower than others
    shrinkage, reason, groups   as in `agreement.SeverityModel`; groups are lists of person ids
    """

    __tablename__ = "stage_analysis"
    __table_args__ = (UniqueConstraint("stage_id", "hidden_key"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    hidden_key: Mapped[str] = mapped_column(String(64))
    made_from: Mapped[str] = mapped_column(String(64))
    scored: Mapped[int]
    agreement: Mapped[dict[str, dict[str, Any]]] = mapped_column(JsonValue)
    severity: Mapped[dict[str, float]] = mapped_column(JsonValue)
    shrinkage: Mapped[float]
    reason: Mapped[str | None]
    groups: Mapped[list[list[int]]] = mapped_column(JsonValue)
    reckoned_at: Mapped[datetime]
    made_at: Mapped[datetime]


class Standing(Base):
    """Where one application stands in an analysis: its adjusted mean, and the 90% interval of its rank."""

    __tablename__ = "standing"
    __table_args__ = (UniqueConstraint("analysis_id", "application_id"),)

    analysis_id: Mapped[int] = mapped_column(ForeignKey("stage_analysis.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    adjusted: Mapped[float]
    rank_low: Mapped[int]
    rank_high: Mapped[int]
