"""Funds, the ledger, installments and payments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.awards.models import Award
from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful
from grants.persistence.types import Cents
from grants.programs.models import Cycle


class Fund(Identified, Base):
    """Money from one source for one cycle. Its balances are the ledger's."""

    __tablename__ = "fund"
    __table_args__ = (UniqueConstraint("cycle_id", "key"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str]

    cycle: Mapped[Cycle] = relationship()
    accounts: Mapped[list["LedgerAccount"]] = relationship(back_populates="fund", order_by="LedgerAccount.id")


class LedgerAccount(Base):
    """One of a fund's five accounts, with its present balance.

    name      source (where the money came from, negative), free, committed, obligated, paid. Money only moves
              source -> free -> committed -> obligated -> paid and back; none but `source` may be overdrawn, so
              paid <= obligated <= committed <= fund always holds of the running totals.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("fund_id", "name"),
        CheckConstraint("name IN ('source', 'free', 'committed', 'obligated', 'paid')", name="name"),
        CheckConstraint("balance >= 0 OR name = 'source'", name="not_overdrawn"),
    )

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    name: Mapped[str] = mapped_column(String(12))
    balance: Mapped[int] = mapped_column(Cents, default=0)

    fund: Mapped[Fund] = relationship(back_populates="accounts")


@append_only
class LedgerTransaction(Identified, Base):
    """One act on the ledger. The same operation key never runs twice; with other content it is an error."""

    __tablename__ = "ledger_transaction"

    operation: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    memo: Mapped[str]
    content_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    entries: Mapped[list["LedgerEntry"]] = relationship(back_populates="transaction", order_by="LedgerEntry.id")
    actor: Mapped[Person | None] = relationship()


@append_only
class LedgerEntry(Base):
    """Money that left one account and entered another: both sides in one row, so entries always sum to zero."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("from_account_id <> to_account_id", name="two_accounts"),
    )

    transaction_id: Mapped[int] = mapped_column(ForeignKey("ledger_transaction.id"), index=True)
    from_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"), index=True)
    to_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"), index=True)
    amount: Mapped[int] = mapped_column(Cents)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"), index=True)
    installment_id: Mapped[int | None] = mapped_column(ForeignKey("installment.id"), index=True)

    transaction: Mapped[LedgerTransaction] = relationship(back_populates="entries")
    from_account: Mapped[LedgerAccount] = relationship(foreign_keys=[from_account_id])
    to_account: Mapped[LedgerAccount] = relationship(foreign_keys=[to_account_id])
    award: Mapped[Award | None] = relationship()
    installment: Mapped["Installment | None"] = relationship()


class Installment(Stateful, Base):
    """One planned payment of an award: planned -> requested -> approved -> paid, or held, cancelled, returned.

    conditions        as the program's schedule states them, copied when the award was accepted
    stopped_because   why it is on hold, cancelled or returned by the bank, or was last refused
    """

    __tablename__ = "installment"
    __table_args__ = (
        UniqueConstraint("award_id", "number"),
        CheckConstraint(
            "state IN ('planned', 'requested', 'approved', 'paid', 'held', 'cancelled', 'returned')", name="state"
        ),
        CheckConstraint("amount > 0", name="amount"),
    )

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int]
    title: Mapped[str]
    amount: Mapped[int] = mapped_column(Cents)
    due_on: Mapped[date | None] = mapped_column(index=True)
    conditions: Mapped[list[Any]] = mapped_column(default=list)
    stopped_because: Mapped[str | None]

    award: Mapped[Award] = relationship()
    payments: Mapped[list["Payment"]] = relationship(back_populates="installment", order_by="Payment.attempt")

    def standing(self, today: date) -> str:
        """The state as people read it: a planned one whose day has come, in its cycle's zone, is `due`."""
        is_due = self.state == "planned" and self.due_on is not None and self.due_on <= today
        return "due" if is_due else self.state


class ConditionMet(Base):
    """One condition of an award's installments that holds, told by whoever saw it happen.

    kind        accepted, reached or matched; the others follow from the agreement and the calendar
    reference   as the schedule names it: yearly_report.1, attendance_rate.year1, a fund's key
    waived      it did not happen: it was waived, for the reason in `note`
    """

    __tablename__ = "condition_met"
    __table_args__ = (
        UniqueConstraint("award_id", "kind", "reference"),
        CheckConstraint("kind IN ('accepted', 'reached', 'matched')", name="kind"),
        CheckConstraint("NOT waived OR note IS NOT NULL", name="waived_with_reason"),
    )

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    kind: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(80))
    met_at: Mapped[datetime]
    met_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    waived: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]


class Payment(Identified, Base):
    """One attempt to pay one installment: who asked, who approved (never the same person), and the bank's reference.

    paid_on       the day by the bank; `paid_at` is when it was noted here
    returned_at   when it was noted that the bank sent the money back; another attempt may follow
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("installment_id", "attempt"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> requested_by_id", name="two_people"),
        CheckConstraint("amount > 0", name="amount"),
    )

    installment_id: Mapped[int] = mapped_column(ForeignKey("installment.id"))
    attempt: Mapped[int]
    amount: Mapped[int] = mapped_column(Cents)
    requested_at: Mapped[datetime]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    refused_at: Mapped[datetime | None]
    refusal_reason: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    returned_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    return_reason: Mapped[str | None]

    installment: Mapped[Installment] = relationship(back_populates="payments")
    requested_by: Mapped[Person] = relationship(foreign_keys=[requested_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    paid_by: Mapped[Person | None] = relationship(foreign_keys=[paid_by_id])
    returned_by: Mapped[Person | None] = relationship(foreign_keys=[returned_by_id])
