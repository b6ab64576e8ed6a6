"""What a scorecard said before and after it was revised, kept for good."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified
from grants.review.models import Scorecard


@append_only
class ScorecardRevision(Identified, Base):
    """One change of a submitted scorecard, made when the application was discussed. Nothing of it is ever overwritten.

    before, after   {"marks": criterion -> mark, "comments": criterion -> text, "comment": text or None}
    total_before, total_after   0 to 100, or nothing where everything that counts was abstained from
    reason          why, in the reviewer's words
    discussed_in    public id of the line of a meeting's agenda at which it was made
    """

    __tablename__ = "scorecard_revision"

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    total_before: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    total_after: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    discussed_in: Mapped[str] = mapped_column(String(20), index=True)

    scorecard: Mapped[Scorecard] = relationship()
    by: Mapped[Person] = relationship()
