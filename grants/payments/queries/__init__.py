"""Reading payments, always as someone: funds and their ledger, installments and what they wait for."""

from grants.payments.queries.check import check_ledger
from grants.payments.queries.conditions import Condition, conditions_of
from grants.payments.queries.funds import (
    FundBalance,
    LedgerFilters,
    balance_of,
    fund_balances,
    fund_for,
    funds_to_open,
    ledger_page,
)
from grants.payments.queries.installments import (
    InstallmentFilters,
    installment_for,
    installments,
    installments_of,
    totals,
    uncommitted_awards,
)

__all__ = [
    "Condition",
    "FundBalance",
    "InstallmentFilters",
    "LedgerFilters",
    "balance_of",
    "check_ledger",
    "conditions_of",
    "fund_balances",
    "fund_for",
    "funds_to_open",
    "installment_for",
    "installments",
    "installments_of",
    "ledger_page",
    "totals",
    "uncommitted_awards",
]
