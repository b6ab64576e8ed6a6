"""What the panel gave at a pitch: cards of their own, by the pitch's own rubric, beside the written scorecards."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.people.models import Person
from grants.persistence.base import Base, Stateful


class PitchCard(Stateful, Base):
    """One member's marks on one application's pitch.

    pitched_in   public id of the line of a meeting's agenda at which it pitched
    total        0 to 100, or nothing while every weighted mark is an abstention; kept with the submitted card
    version      grows with every save; a save names the one it was based on
    reopened_at  when staff opened it again, until it is submitted anew: it may then be written after the meeting too
    """

    __tablename__ = "pitch_card"
    __table_args__ = (
        UniqueConstraint("application_id", "reviewer_id"),
        CheckConstraint("state IN ('draft', 'submitted')", name="state"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    pitched_in: Mapped[str] = mapped_column(String(20), index=True)
    comment: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship()
    reviewer: Mapped[Person] = relationship()
    marks: Mapped[list["PitchMark"]] = relationship(back_populates="card", order_by="PitchMark.id")

    @property
    def case_id(self) -> int:
        """The case it is about, so that the record of it is hidden from who may not know of the case."""
        return self.application.case_id


class PitchMark(Base):
    """One criterion’s mark at a pitch: a value, passed yes/no for an essential one, or an abstention (both empty)."""

    __tablename__ = "pitch_mark"
    __table_args__ = (
        UniqueConstraint("card_id", "criterion"),
        CheckConstraint("NOT (abstained AND (value IS NOT NULL OR passed IS NOT NULL))", name="abstained"),
    )

    card_id: Mapped[int] = mapped_column(ForeignKey("pitch_card.id"))
    criterion: Mapped[str] = mapped_column(String(80))
    value: Mapped[int | None]
    passed: Mapped[bool | None]
    abstained: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str | None]

    card: Mapped[PitchCard] = relationship(back_populates="marks")
