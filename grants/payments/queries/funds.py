"""Reading funds and their ledger."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.awards.models import Award
from grants.casework.models import Case
from grants.casework.queries import conflicted_cycles
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.payments.ledger import Account
from grants.payments.models import Fund, LedgerAccount, LedgerEntry, LedgerTransaction
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle
from grants.programs.queries import definition_of


@dataclass(frozen=True)
class FundBalance:
    """Where a fund's money stands, in whole cents. Running totals: what is paid was obligated, that was committed.

    partial   the reader has a conflict in the fund's cycle: that case is in none of the sums, awarded or not
    """

    fund: Fund
    total: int
    committed: int
    obligated: int
    paid: int
    partial: bool = False

    @property
    def title(self) -> str:
        return self.fund.title

    @property
    def free(self) -> int:
        return self.total - self.committed


@dataclass(frozen=True)
class LedgerFilters:
    """What the ledger is narrowed to; an empty value narrows nothing. `fund` and `award` are public ids."""

    fund: str = ""
    kind: str = ""
    award: str = ""


def fund_balances(actor: Actor, cycle: Cycle | None = None) -> list[FundBalance]:
    """Funds with their balances, of one cycle or all, the latest cycle's first; none for who may not see them.

    Awards of cases that the actor has a conflict with are in none of the sums.
    """
    if not actor.may("payment.list"):
        return []
    funds = db.session.scalars(
        select(Fund)
        .where(true() if cycle is None else Fund.cycle_id == cycle.id)
        .join(Fund.cycle)
        .options(contains_eager(Fund.cycle), selectinload(Fund.accounts))
        .order_by(Cycle.opened_at.desc(), Fund.id)
    )
    hidden, conflicted = _hidden(actor), conflicted_cycles(actor)
    return [replace(balance_of(fund, hidden), partial=fund.cycle_id in conflicted) for fund in funds]


def balance_of(fund: Fund, hidden: Mapping[int, int] = MappingProxyType({})) -> FundBalance:
    """The fund's balances as running totals.

    hidden   account id -> what stands in it for awards that the reader may not know of
    """
    balance = {account.name: account.balance - hidden.get(account.id, 0) for account in fund.accounts}
    paid = balance[Account.PAID]
    obligated = paid + balance[Account.OBLIGATED]
    return FundBalance(fund, -balance[Account.SOURCE], obligated + balance[Account.COMMITTED], obligated, paid)


def _hidden(actor: Actor) -> Counter[int]:
    """Account id -> cents that stand in it for awards of cases the actor has a conflict with."""
    rows = db.session.execute(
        select(LedgerEntry.from_account_id, LedgerEntry.to_account_id, func.sum(LedgerEntry.amount))
        .join(LedgerEntry.award)
        .where(~not_conflicted(actor, Award.case_id))
        .group_by(LedgerEntry.from_account_id, LedgerEntry.to_account_id)
    )
    found: Counter[int] = Counter()
    for source, target, amount in rows:
        found[source] -= int(amount)
        found[target] += int(amount)
    return found


def fund_for(actor: Actor, public_id: str) -> Fund:
    """One fund.

    raises   Missing when there is none, or the actor may not read the ledger
    """
    fund = db.session.scalar(select(Fund).where(Fund.public_id == public_id)) if actor.may("payment.list") else None
    if fund is None:
        raise Missing("There is no such fund, or it is not yours to see.")
    return fund


def funds_to_open(actor: Actor) -> list[tuple[Cycle, str, str]]:
    """(cycle, key, title) of each fund that a running cycle's program names and that is not open yet."""
    if not actor.may("fund.manage"):
        return []
    opened = {(one.cycle_id, one.key) for one in db.session.scalars(select(Fund))}
    cycles = db.session.scalars(
        select(Cycle)
        .where(Cycle.closed_at.is_(None))
        .options(joinedload(Cycle.program_version))
        .order_by(Cycle.opened_at.desc(), Cycle.id)
    )
    return [
        (cycle, key, fund.title)
        for cycle in cycles
        for key, fund in definition_of(cycle).funds.items()
        if (cycle.id, key) not in opened
    ]


def ledger_page(actor: Actor, filters: LedgerFilters, page: int = 1) -> Page[LedgerEntry]:
    """A page of the ledger, as `ledger` reads it."""
    return paginate(ledger(actor, filters), page)


def ledger(actor: Actor, filters: LedgerFilters) -> Select[LedgerEntry]:
    """The ledger's entries, the latest first, each with its transaction, accounts, fund, and whose award it was.

    Entries of a case that the actor is conflicted with are left out.
    """
    return (
        select(LedgerEntry)
        .join(LedgerEntry.transaction)
        .join(LedgerEntry.from_account)
        .join(LedgerAccount.fund)
        .outerjoin(LedgerEntry.award)
        .outerjoin(Award.case)
        .outerjoin(Case.organization)
        .where(true() if actor.may("payment.list") else false())
        .where(or_(LedgerEntry.award_id.is_(None), not_conflicted(actor, Case.id)), *_narrowed(filters))
        .options(
            contains_eager(LedgerEntry.transaction).joinedload(LedgerTransaction.actor),
            contains_eager(LedgerEntry.from_account).contains_eager(LedgerAccount.fund),
            joinedload(LedgerEntry.to_account),
            contains_eager(LedgerEntry.award).contains_eager(Award.case).contains_eager(Case.organization),
        )
        .order_by(LedgerTransaction.at.desc(), LedgerEntry.id.desc())
    )


def _narrowed(filters: LedgerFilters) -> list[ColumnElement[bool]]:
    wanted = {Fund.public_id: filters.fund, LedgerTransaction.kind: filters.kind, Award.public_id: filters.award}
    return [column == value for column, value in wanted.items() if value]
