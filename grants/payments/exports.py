"""The ledger and the payments, as files that are made in the background."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable, listed
from grants.kernel.policy import Actor
from grants.payments.models import Installment, LedgerEntry
from grants.payments.queries import InstallmentFilters, LedgerFilters
from grants.payments.queries.funds import ledger as entries
from grants.payments.queries.installments import every_installment

LEDGER: Final = "payments.ledger"
PAYMENTS: Final = "payments.payments"
_LEDGER: Final = ("At", "Kind", "Fund", "From", "To", "Amount", "Organization", "Memo", "Operation", "By")
_PAYMENTS: Final = ("Organization", "Cycle", "Grant", "Number", "Installment", "Amount", "Due", "State")


@exportable(LEDGER, "payment.list", "entry", "entries", holds="Every entry of the ledger that you may see.")
def ledger(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """The ledger as it is narrowed, the latest first.

    wanted   the fields of LedgerFilters
    """
    return listed(_LEDGER, entries(actor, LedgerFilters(**wanted)), LedgerEntry.id, _entry)


@exportable(PAYMENTS, "payment.list", "payment", "payments", holds="Every payment that you may see.")
def payments(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """Installments as the list is narrowed and sorted.

    wanted   the fields of InstallmentFilters
    """
    return listed(_PAYMENTS, every_installment(actor, InstallmentFilters(**wanted)), Installment.id, _installment)


def _entry(one: LedgerEntry) -> tuple[Any, ...]:
    done, school = one.transaction, one.award.case.organization.name if one.award else None
    between = (one.from_account.fund.title, one.from_account.name, one.to_account.name, Decimal(one.amount) / 100)
    by = done.actor.name if done.actor else "Harbormaster"
    return (done.at, done.kind, *between, school, done.memo, done.operation, by)


def _installment(one: Installment) -> tuple[Any, ...]:
    stage = one.award.stage
    about = (one.award.case.organization.name, stage.cycle.title, stage.title, one.number, one.title)
    return (*about, Decimal(one.amount) / 100, one.due_on, one.state)
