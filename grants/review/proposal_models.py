"""An assignment that is worked out in the background, looked at, and then applied."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application, Submission
from grants.people.models import Person
from grants.persistence.base import Base, Stateful
from grants.programs.models import CycleStage


class AssignmentProposal(Stateful, Base):
    """One organizer's proposal for one stage; the next one takes its place.

    round       how often it was worked out: names its jobs
    aims        as `Aims.as_kept` says
    left_out    [[person id, application id]] that the organizer does not want
    digest      SHA-256 of the facts it rests on, once it is worked out
    shortages   [[application id, sentence]] of the applications that stay short of reviewers
    undeclared  names of members who take no part: they have not declared
    away        names of those who are away until scorecards are due
    note        why it was worked out anew, in a sentence
    """

    __tablename__ = "assignment_proposal"
    __table_args__ = (
        UniqueConstraint("stage_id", "asked_by_id"),
        CheckConstraint("state IN ('working', 'ready', 'applying', 'applied')", name="state"),
    )

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    round: Mapped[int]
    aims: Mapped[dict[str, Any]]
    left_out: Mapped[list[Any]]
    digest: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    shortages: Mapped[list[Any]]
    undeclared: Mapped[list[Any]]
    away: Mapped[list[Any]]
    note: Mapped[str | None]

    stage: Mapped[CycleStage] = relationship()
    asked_by: Mapped[Person] = relationship()

    @property
    def unwanted(self) -> frozenset[tuple[int, int]]:
        """The pairs that are left out: (person id, application id)."""
        return frozenset((person_id, application_id) for person_id, application_id in self.left_out)


class ProposedAssignment(Base):
    """One assignment that a proposal adds.

    reasons   why this reviewer, in words
    outcome   once it was tried: assigned, or left_out when it had become impossible meanwhile
    """

    __tablename__ = "proposed_assignment"
    __table_args__ = (
        UniqueConstraint("proposal_id", "application_id", "reviewer_id"),
        CheckConstraint("outcome IN ('assigned', 'left_out')", name="outcome"),
    )

    proposal_id: Mapped[int] = mapped_column(ForeignKey("assignment_proposal.id", ondelete="CASCADE"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reasons: Mapped[list[Any]]
    outcome: Mapped[str | None] = mapped_column(String(12))

    application: Mapped[Application] = relationship()
    submission: Mapped[Submission] = relationship()
    reviewer: Mapped[Person] = relationship()
