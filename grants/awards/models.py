"""Awards and their agreements."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.casework.models import Case
from grants.decisions.models import Decision
from grants.documents.models import Document
from grants.people.models import Person
from grants.persistence.base import Base, Stateful
from grants.persistence.types import Cents
from grants.programs.models import CycleStage


class Award(Stateful, Base):
    """A grant, from the offer on: offered -> accepted (agreement made) -> active (countersigned), or declined."""

    __tablename__ = "award"
    __table_args__ = (
        # Closing comes with what ends an award; the database has room for it.
        CheckConstraint("state IN ('offered', 'accepted', 'declined', 'active', 'closed')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"), index=True)
    amount: Mapped[int] = mapped_column(Cents)
    offered_at: Mapped[datetime]
    answer_by_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decline_reason: Mapped[str | None]

    decision: Mapped[Decision] = relationship()
    case: Mapped[Case] = relationship()
    stage: Mapped[CycleStage] = relationship()
    agreement: Mapped["Agreement | None"] = relationship(back_populates="award")
    funding: Mapped[list["AwardFunding"]] = relationship(back_populates="award", order_by="AwardFunding.id")


class AwardFunding(Base):
    """How much of an award is drawn from one fund; the parts sum to the award."""

    __tablename__ = "award_funding"
    __table_args__ = (UniqueConstraint("award_id", "fund_key"), CheckConstraint("amount > 0", name="amount"))

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    fund_key: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(Cents)

    award: Mapped[Award] = relationship(back_populates="funding")


class Agreement(Stateful, Base):
    """The agreement of one award: made -> signed (by the grantee) -> countersigned (by a director).

    document          the text that was signed; `document_sha256` is of its exact bytes
    executed          the same text with both signatures shown on it, once it is countersigned
    """

    __tablename__ = "agreement"
    __table_args__ = (CheckConstraint("state IN ('made', 'signed', 'countersigned')", name="state"),)

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    executed_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    signed_at: Mapped[datetime | None]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_name: Mapped[str | None]
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    countersigned_at: Mapped[datetime | None]
    countersigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    countersigned_name: Mapped[str | None]

    award: Mapped[Award] = relationship(back_populates="agreement")
    document: Mapped[Document] = relationship(foreign_keys=[document_id])
    executed: Mapped[Document | None] = relationship(foreign_keys=[executed_id])
    signed_by: Mapped[Person | None] = relationship(foreign_keys=[signed_by_id])
    countersigned_by: Mapped[Person | None] = relationship(foreign_keys=[countersigned_by_id])
