"""A reviewer's place on an application that a conflict of interest has emptied."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Person
from grants.persistence.base import Base, Stateful
from grants.review.models import Assignment


class Vacancy(Stateful, Base):
    """Somebody else is needed in the place of a reviewer who turned out to be tied to the applicant.

    assignment   the one that was revoked; a place that falls vacant again has its row again
    since        when the conflict became known
    reviewer     who reads it instead, once it is filled
    settled_at   when it was filled, or left as it is; `reason` says why it was left
    """

    __tablename__ = "vacancy"
    __table_args__ = (CheckConstraint("state IN ('open', 'filled', 'left')", name="state"),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    since: Mapped[datetime]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]

    assignment: Mapped[Assignment] = relationship()
    reviewer: Mapped[Person | None] = relationship(foreign_keys=[reviewer_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])
