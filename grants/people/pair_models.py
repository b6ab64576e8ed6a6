"""Organizations that may be here twice: by what they are found, and the pairs that were."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Organization, Person
from grants.persistence.base import Base, Identified


class MatchKey(Base):
    """One key of an organization, as likeness.match_keys gives them: two that may be the same share one."""

    __tablename__ = "match_key"
    __table_args__ = (UniqueConstraint("organization_id", "key"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    key: Mapped[str] = mapped_column(String(300), index=True)


class SuspectedPair(Identified, Base):
    """Two organizations that may be the same one. Why, likeness.reasons says of them as they are now.

    first_id, second_id   the one that was here first has the smaller id
    weight                how many reasons speak for it
    apart_at              when somebody of the foundation said that they are two; kept, so that nobody asks again
    """

    __tablename__ = "suspected_pair"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
        Index("ix_suspected_pair_apart_at_weight", "apart_at", "weight"),
    )

    first_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    weight: Mapped[int]
    found_at: Mapped[datetime]
    apart_at: Mapped[datetime | None]
    apart_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    first: Mapped[Organization] = relationship(foreign_keys=[first_id])
    second: Mapped[Organization] = relationship(foreign_keys=[second_id])
    apart_by: Mapped[Person | None] = relationship(foreign_keys=[apart_by_id])
