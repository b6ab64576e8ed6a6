"""The ledger: funds are opened, and every movement of money is posted, once."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select

from grants.awards.models import Award
from grants.awards.services.following import ask_for
from grants.awards.states import AwardState
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, require_permission
from grants.payments.ledger import Account, Transfer, check_route, content_sha256
from grants.payments.models import Fund, LedgerAccount, LedgerEntry, LedgerTransaction
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

COMMIT: Final = "payments.commit_award"
Accounts = dict[tuple[int, str], LedgerAccount]


def open_fund(actor: Actor, cycle: Cycle, key: str, title: str, amount: int) -> Fund:
    """Open a fund of a cycle with its first money. Opening it again with the same amount returns it.

    key      as the program's definition names the fund
    amount   whole cents, above 0
    raises   Refused; Clash when the fund is open with another amount; Invalid
    """
    require_permission(actor, "fund.manage")
    fund = db.session.scalar(select(Fund).where(Fund.cycle_id == cycle.id, Fund.key == key))
    if fund is None:
        fund = Fund(cycle_id=cycle.id, key=key, title=title)
        fund.accounts = [LedgerAccount(name=name, balance=0) for name in Account]
        db.session.add(fund)
        db.session.flush()
        audit.record(actor, "fund.open", fund, after={"key": key, "title": title, "amount": amount})
    receive(actor, fund, amount, f"{title} opened", f"open:{fund.public_id}")
    return fund


def receive(actor: Actor, fund: Fund, amount: int, memo: str, operation: str) -> LedgerTransaction:
    """Add money to a fund.

    raises   Refused; Invalid unless the amount is above 0; Clash when the operation ran with other content
    """
    require_permission(actor, "fund.manage")
    if amount <= 0:
        raise Invalid("Write an amount above $0.", {"amount": "Write an amount above $0."})
    return post_transaction(
        actor, operation, "receipt", memo, [Transfer(fund.id, Account.SOURCE, Account.FREE, amount)]
    )


def post_transaction(
    actor: Actor, operation: str, kind: str, memo: str, transfers: Sequence[Transfer]
) -> LedgerTransaction:
    """Post one transaction: the only way to change the ledger. Balances move with the entries or not at all.

    operation   names the act; it runs once, and asking again with the same content returns what was posted
    kind        a key of payments.ledger.KINDS, which says from where to where it may go
    raises      Clash when the operation ran with other content, or an account would be overdrawn; ValueError
    """
    check_route(kind, transfers)
    accounts = lock_accounts(transfer.fund_id for transfer in transfers)
    content = content_sha256(kind, memo, transfers)
    existing = posted(operation)
    if existing is not None:
        if existing.content_sha256 != content:
            raise Clash(f"The operation “{operation}” was posted before with other content.")
        return existing
    for transfer in transfers:
        _carry(accounts, transfer)
    transaction = LedgerTransaction(
        operation=operation, kind=kind, memo=memo, content_sha256=content, at=now(), actor_id=actor.person_id
    )
    transaction.entries = [_entry(accounts, transfer) for transfer in transfers]
    db.session.add(transaction)
    db.session.flush()
    audit.record(
        actor,
        f"ledger.{kind}",
        transaction,
        after={"operation": operation, "memo": memo, "amount": sum(transfer.amount for transfer in transfers)},
        case_id=_case_of(transfers),
    )
    _ask_for_those_who_wait(transaction, {one.fund_id for one in transfers if one.target is Account.FREE})
    return transaction


def _ask_for_those_who_wait(transaction: LedgerTransaction, fund_ids: set[int]) -> None:
    """Money became free: the awards of these funds' cycles that have none are looked at again, the oldest first."""
    waiting = (
        select(Award)
        .join(Award.stage)
        .where(
            CycleStage.cycle_id.in_(select(Fund.cycle_id).where(Fund.id.in_(fund_ids))),
            Award.state != AwardState.DECLINED,
            ~Award.funding.any(),
        )
        .order_by(Award.offered_at, Award.id)
    )
    for award in db.session.scalars(waiting) if fund_ids else ():
        ask_for(COMMIT, award, transaction.public_id)


def _case_of(transfers: Sequence[Transfer]) -> int | None:
    """The case the money is for, so that the record hides it from those with a conflict."""
    award_id = next((one.award_id for one in transfers if one.award_id is not None), None)
    return None if award_id is None else db.session.scalar(select(Award.case_id).where(Award.id == award_id))


def posted(operation: str) -> LedgerTransaction | None:
    """The transaction of an operation, when it has run."""
    return db.session.scalar(select(LedgerTransaction).where(LedgerTransaction.operation == operation))


def lock_accounts(fund_ids: Iterable[int]) -> Accounts:
    """Take all accounts of these funds for the rest of the transaction, always in the order of their ids."""
    found = db.session.scalars(
        select(LedgerAccount)
        .where(LedgerAccount.fund_id.in_(set(fund_ids)))
        .order_by(LedgerAccount.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(account.fund_id, account.name): account for account in found}


def _carry(accounts: Accounts, transfer: Transfer) -> None:
    source = accounts[transfer.fund_id, transfer.source]
    if transfer.source is not Account.SOURCE and source.balance < transfer.amount:
        title = db.session.get_one(Fund, transfer.fund_id).title
        raise Clash(
            f"{title} has {dollars(source.balance)} {transfer.source} left, "
            f"so {dollars(transfer.amount)} cannot be {transfer.target}."
        )
    source.balance -= transfer.amount
    accounts[transfer.fund_id, transfer.target].balance += transfer.amount


def _entry(accounts: Accounts, transfer: Transfer) -> LedgerEntry:
    return LedgerEntry(
        from_account_id=accounts[transfer.fund_id, transfer.source].id,
        to_account_id=accounts[transfer.fund_id, transfer.target].id,
        amount=transfer.amount,
        award_id=transfer.award_id,
        installment_id=transfer.installment_id,
    )
