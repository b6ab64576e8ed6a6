"""The audit chain: who did what, when, acting as what, with what before and after; each record seals the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grants.kernel.canonical import plain, sha256_of
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified
from grants.persistence.session import before_commit, db

GENESIS = "0" * 64
_PENDING = "audit_pending"


@append_only
class AuditRecord(Base):
    """One thing done. `number` counts from 1 without gaps; `sha256` covers every other column and the previous hash."""

    __tablename__ = "audit_record"

    number: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    actor_name: Mapped[str]
    acting_as: Mapped[str | None] = mapped_column(String(24))
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(20), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    previous_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))

    def facts(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            column.name: getattr(self, column.name)
            for column in self.__table__.columns
            if column.name not in {"id", "sha256"}
        }


class AuditHead(Base):
    """The one row that says where the chain ends, there from the first migration on; locking it orders writers."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


def record(
    actor: Actor,
    action: str,
    subject: Identified,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    acting_as: str | None = None,
    case_id: int | None = None,
) -> None:
    """Note one act in the chain; it is sealed when the unit of work ends, and stored or lost with it.

    action         the act in the words of the permission table where there is one, such as `application.submit`
    before, after  what changed: plain facts (text, whole numbers, Decimal, dates, lists, dicts), no floats
    case_id        the case it belongs to, when it belongs to one
    """
    pending: list[AuditRecord] = db.session().info.setdefault(_PENDING, [])
    pending.append(
        AuditRecord(
            at=now(),
            actor_id=actor.person_id,
            actor_name=actor.name,
            acting_as=acting_as or min(actor.roles, default=None),
            action=action,
            subject_type=type(subject).__tablename__,  # type: ignore[attr-defined]
            subject_id=subject.public_id,
            case_id=case_id,
            before=plain(before),
            after=plain(after),
        )
    )


def seal(session: Session) -> None:
    """Chain the pending records to the end. Once in a unit of work, just before it commits."""
    pending: list[AuditRecord] = session.info.pop(_PENDING, [])
    if not pending:
        return
    head = session.get_one(AuditHead, 1, with_for_update=True)
    for entry in pending:
        entry.number, entry.previous_sha256 = head.number + 1, head.sha256
        entry.sha256 = sha256_of(entry.facts())
        head.number, head.sha256 = entry.number, entry.sha256
    session.add_all(pending)


before_commit.append(seal)


@dataclass(frozen=True)
class Fault:
    """One place where the chain does not hold; `number` is the record's own."""

    number: int
    sentence: str


@dataclass(frozen=True)
class Verification:
    """How many records were read, and every place where the chain does not hold."""

    records: int
    faults: tuple[Fault, ...]


def verify(session: Session) -> Verification:
    """Read the whole chain and find any edit, gap or reorder, and a cut end."""
    faults: list[Fault] = []
    number, sha256, count = 0, GENESIS, 0
    # The head is read first, and the rows up to it: what others add meanwhile is not taken for a fault.
    head = session.get_one(AuditHead, 1)
    rows = select(AuditRecord).where(AuditRecord.number <= head.number).order_by(AuditRecord.number)
    for entry in session.scalars(rows.execution_options(yield_per=1000)):
        faults.extend(_faults_of(entry, number, sha256))
        number, sha256, count = entry.number, entry.sha256, count + 1
        session.expunge(entry)
    if (head.number, head.sha256) != (number, sha256):
        faults.append(Fault(number, f"The chain ends at record {number}, but its head says otherwise."))
    faults.extend(_beyond(session, head, number))
    return Verification(count, tuple(faults))


def _beyond(session: Session, head: AuditHead, number: int) -> Iterator[Fault]:
    """Rows that stand after the chain's end; the head is read once more, since others may have added honest ones."""
    beyond = session.scalar(select(func.min(AuditRecord.number)).where(AuditRecord.number > head.number))
    session.refresh(head)
    if beyond is not None and beyond > head.number:
        yield Fault(beyond, f"Records {number + 1} to {beyond - 1} are missing.")


def _faults_of(entry: AuditRecord, number: int, sha256: str) -> Iterator[Fault]:
    if entry.number != number + 1:
        yield Fault(entry.number, f"Records {number + 1} to {entry.number - 1} are missing.")
    elif entry.previous_sha256 != sha256:
        yield Fault(entry.number, f"Record {entry.number} does not follow record {number}.")
    if sha256_of(entry.facts()) != entry.sha256:
        yield Fault(
            entry.number,
            f"Record {entry.number} was edited: {entry.action} on {entry.subject_type} {entry.subject_id} "
            f"by {entry.actor_name} does not match its seal.",
        )
