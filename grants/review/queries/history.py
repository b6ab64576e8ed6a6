"""How a scorecard came to stand as it does: handed in, opened again, handed in anew."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, select

from grants.kernel.policy import Actor
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db
from grants.review.models import Assignment, Scorecard
from grants.review.states import ScorecardState

_ACTS = {"review.score": "submitted", "review.reopen": "reopened"}


@dataclass(frozen=True)
class Turn:
    """One thing that happened to a scorecard.

    total    what it came to: when submitted, or what stood until it was reopened; None of nothing but abstentions
    reason   why it was reopened
    """

    kind: Literal["submitted", "reopened"]
    at: datetime
    by: str
    total: Decimal | None
    reason: str = ""


def history_of(actor: Actor, assignment: Assignment) -> tuple[Turn, ...]:
    """The turns of the actor's own scorecard, or anybody's for officers and auditors; the first one first."""
    card = assignment.scorecard
    if card is None or (assignment.reviewer_id != actor.person_id and not actor.may("panel.read")):
        return ()
    records = db.session.scalars(_acts_on(), {"card": card.public_id})
    return tuple(_turn(record) for record in records)


def is_reopened() -> ColumnElement[bool]:
    """Holds for scorecards that were submitted and opened again; needs `Scorecard`, joined from outside."""
    said = exists().where(
        AuditRecord.subject_type == "scorecard",
        AuditRecord.subject_id == Scorecard.public_id,
        AuditRecord.action == "review.reopen",
    )
    return and_(Scorecard.state == ScorecardState.DRAFT, said)


@cache
def _acts_on() -> Select[AuditRecord]:
    """The statement, put together once: that takes longer than running it."""
    return (
        select(AuditRecord)
        .where(
            AuditRecord.subject_type == "scorecard",
            AuditRecord.subject_id == bindparam("card"),
            AuditRecord.action.in_(_ACTS),
        )
        .order_by(AuditRecord.number)
    )


def _turn(record: AuditRecord) -> Turn:
    before, after = record.before or {}, record.after or {}
    if record.action == "review.score":
        return Turn("submitted", record.at, record.actor_name, _total(after))
    return Turn("reopened", record.at, record.actor_name, _total(before), after.get("reason", ""))


def _total(said: dict[str, Any]) -> Decimal | None:
    total = said.get("total")
    return None if total is None else Decimal(total)
