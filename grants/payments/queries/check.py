"""Whether the ledger is true: everything it claims, worked out anew from its entries."""

from collections import defaultdict

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, selectinload

from grants.awards.models import Award, AwardFunding
from grants.kernel.money import dollars
from grants.payments.ledger import Account, Transfer, content_sha256
from grants.payments.models import Installment, LedgerAccount, LedgerEntry, LedgerTransaction
from grants.persistence.session import db


def check_ledger() -> list[str]:
    """A sentence for every place where the ledger does not hold; empty when it does.

    Balances equal what the entries sum to; nothing but a source is overdrawn; every transaction matches the hash it
    was posted with; an award's funds sum to it, and so do its installments; what is paid was paid in the ledger.
    """
    return [*_balances(), *_contents(), *_awards(), *_installments(), *_paid()]


def _balances() -> list[str]:
    entered: dict[int, int] = defaultdict(int)
    for end, sign in ((LedgerEntry.to_account_id, 1), (LedgerEntry.from_account_id, -1)):
        for account_id, amount in db.session.execute(select(end, func.sum(LedgerEntry.amount)).group_by(end)):
            entered[account_id] += sign * int(amount)
    faults = []
    for account in db.session.scalars(select(LedgerAccount).options(joinedload(LedgerAccount.fund))):
        name = f"{account.fund.title}, {account.name}"
        if account.balance != entered[account.id]:
            faults.append(
                f"{name}: the balance is {dollars(account.balance)}, the entries sum to {dollars(entered[account.id])}."
            )
        if entered[account.id] < 0 and account.name != Account.SOURCE:
            faults.append(f"{name}: overdrawn by {dollars(-entered[account.id])}.")
    return faults


def _contents() -> list[str]:
    accounts = {account.id: account for account in db.session.scalars(select(LedgerAccount))}

    def transfer(entry: LedgerEntry) -> Transfer:
        source, target = accounts[entry.from_account_id], accounts[entry.to_account_id]
        return Transfer(
            source.fund_id,
            Account(source.name),
            Account(target.name),
            entry.amount,
            entry.award_id,
            entry.installment_id,
        )

    transactions = db.session.scalars(
        select(LedgerTransaction)
        .options(selectinload(LedgerTransaction.entries))
        .order_by(LedgerTransaction.id)
        .execution_options(yield_per=500)
    )
    return [
        f"The transaction “{one.operation}” is not what was posted."
        for one in transactions
        if content_sha256(one.kind, one.memo, map(transfer, one.entries)) != one.content_sha256
    ]


def _awards() -> list[str]:
    rows = db.session.execute(
        select(Award.public_id, Award.amount, func.sum(AwardFunding.amount))
        .join(AwardFunding, AwardFunding.award_id == Award.id)
        .group_by(Award.id)
        .having(func.sum(AwardFunding.amount) != Award.amount)
    )
    return [
        f"Award {award}: {dollars(amount)} awarded, {dollars(int(parts))} drawn on funds."
        for award, amount, parts in rows
    ]


def _installments() -> list[str]:
    rows = db.session.execute(
        select(Award.public_id, Award.amount, func.sum(Installment.amount))
        .join(Installment, Installment.award_id == Award.id)
        .group_by(Award.id)
        .having(func.sum(Installment.amount) != Award.amount)
    )
    return [
        f"Award {award}: {dollars(amount)} awarded, {dollars(int(parts))} in installments."
        for award, amount, parts in rows
    ]


def _paid() -> list[str]:
    sign = case((LedgerTransaction.kind == "pay", 1), else_=-1)
    entered = (
        select(LedgerEntry.installment_id, func.sum(LedgerEntry.amount * sign).label("amount"))
        .join(LedgerEntry.transaction)
        .where(LedgerTransaction.kind.in_(("pay", "return")))
        .group_by(LedgerEntry.installment_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Installment.public_id, Installment.state, Installment.amount, func.coalesce(entered.c.amount, 0)
        ).outerjoin(entered, entered.c.installment_id == Installment.id)
    )
    return [
        f"Installment {public_id}: it is {state}, and the ledger paid {dollars(int(paid))} of {dollars(amount)}."
        for public_id, state, amount, paid in rows
        if int(paid) != (amount if state == "paid" else 0)
    ]
