"""A reviewer's place on an application that a conflict of interest has emptied, and who would fill it best."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
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


class Succession(Base):
    """Who reads an application best where a place on it is empty, as it was worked out in the background.

    hidden     names the cases kept from those it is shown to: empty for none, else a SHA-256. Loads of what is kept
               from somebody do not show in what is proposed to them
    digest     SHA-256 of the facts it rests on (PlanningFacts.digest): while these hold, so does it
    reviewer   who fits best; None when nobody can read it, and `bound` says what stands in the way
    reasons    why, in words
    elsewhere, most   what they read on this panel beside it, and the most they take; None for no limit
    has, needs reviewers then, and as the program asks
    silent     names of members who take no part, since they have not declared
    """

    __tablename__ = "succession"
    __table_args__ = (UniqueConstraint("application_id", "hidden"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    hidden: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reasons: Mapped[list[Any]]
    elsewhere: Mapped[int]
    most: Mapped[int | None]
    bound: Mapped[str]
    has: Mapped[int]
    needs: Mapped[int]
    silent: Mapped[list[Any]]

    reviewer: Mapped[Person | None] = relationship()
