"""Money set aside for an award: committed when it is offered, obligated with its agreement, or released."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from grants.awards import services as awards
from grants.awards.models import Award
from grants.awards.states import AwardState
from grants.casework.policy import from_outside
from grants.kernel.errors import Clash
from grants.kernel.money import apportion, dollars
from grants.kernel.policy import Actor, require, require_permission
from grants.payments.ledger import Account, Transfer
from grants.payments.models import Fund, Installment, LedgerAccount, LedgerEntry, Payment
from grants.payments.services.ledger import lock_accounts, post_transaction, posted
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.queries import definition_of
from grants.programs.schema import ORGANIZATION_ATTRIBUTES, fits


class TooLittle(Clash):
    """The funds that may pay an award hold too little. Finance sees it among those that wait for money."""


def shortage(award: Award) -> str | None:
    """What the funds that may pay an award lack, in a sentence; None when it has its money or they hold enough."""
    if award.funding:
        return None
    funds = paying_funds(award)
    free = {account.fund_id: account.balance for fund in funds for account in fund.accounts if account.name == "free"}
    return _too_little(award, funds, [free[fund.id] for fund in funds])


def commit_award(actor: Actor, award: Award) -> None:
    """Set the award's amount aside, split over the stage's funds in proportion to what each has free.

    Doing it again, or for an award that was declined meanwhile, changes nothing.
    raises   Refused; TooLittle when the funds that may pay it have too little free, named with what they have
    """
    require_permission(actor, "fund.manage")
    require(from_outside(actor, award.case.organization_id))
    lock(award)  # committing and declining must not pass one another
    operation = f"commit:{award.public_id}"
    if award.state == AwardState.DECLINED or posted(operation) is not None:
        return
    funds = paying_funds(award)
    accounts = lock_accounts(fund.id for fund in funds)
    free = [accounts[fund.id, Account.FREE].balance for fund in funds]
    if (missing := _too_little(award, funds, free)) is not None:
        raise TooLittle(missing)
    parts = {fund: part for fund, part in zip(funds, apportion(award.amount, free), strict=True) if part}
    awards.draw_on(actor, award, {fund.key: part for fund, part in parts.items()})
    transfers = [Transfer(fund.id, Account.FREE, Account.COMMITTED, part, award.id) for fund, part in parts.items()]
    post_transaction(actor, operation, "commit", f"Award to {award.case.organization.name}", transfers)


def release_commitment(actor: Actor, award: Award) -> None:
    """Give what is committed to a declined award back to its funds. Doing it again changes nothing.

    raises   Refused; Clash when the award was not declined
    """
    require_permission(actor, "fund.manage")
    lock(award)
    if award.state != AwardState.DECLINED:
        raise Clash("Only a declined award gives its money back.")
    _move_all(actor, award, f"release:{award.public_id}", "release", (Account.COMMITTED, Account.FREE))


def obligate_award(actor: Actor, award: Award) -> None:
    """Bind what is committed to an award whose agreement is in force. Doing it again changes nothing.

    raises   Refused; Clash when the agreement is not in force, or its money cannot be committed (TooLittle)
    """
    require_permission(actor, "fund.manage")
    lock(award)
    if award.state != AwardState.ACTIVE:
        raise Clash("The agreement is not in force yet.")
    if posted(f"obligate:{award.public_id}") is not None:
        return
    commit_award(actor, award)
    _move_all(actor, award, f"obligate:{award.public_id}", "obligate", (Account.COMMITTED, Account.OBLIGATED))


def pay(actor: Actor, payment: Payment) -> None:
    """Move a payment's amount from obligated to paid, drawn from the award's funds in proportion to what is left there.

    raises   Refused; Clash when less is obligated, or the payment went out with other content
    """
    require_permission(actor, "payment.pay")
    installment = payment.installment
    transfers = drawn(installment, payment.amount, Account.OBLIGATED, Account.PAID)
    memo = f"Installment {installment.number}, reference {payment.bank_reference}"
    post_transaction(actor, f"pay:{payment.public_id}", "pay", memo, transfers)


def take_back(actor: Actor, payment: Payment) -> None:
    """Put what the bank sent back where this payment took it from: it stays obligated to the award.

    raises   Refused; Clash when the payment is not in the ledger
    """
    require_permission(actor, "payment.pay")
    paid = posted(f"pay:{payment.public_id}")
    if paid is None:
        raise Clash("This payment is not in the ledger.")
    transfers = [
        Transfer(
            entry.from_account.fund_id,
            Account.PAID,
            Account.OBLIGATED,
            entry.amount,
            entry.award_id,
            entry.installment_id,
        )
        for entry in paid.entries
    ]
    memo = f"Installment {payment.installment.number} returned, reference {payment.bank_reference}"
    post_transaction(actor, f"return:{payment.public_id}", "return", memo, transfers)


def release_installment(actor: Actor, installment: Installment) -> None:
    """Give the money of a cancelled installment back to its funds. Doing it again changes nothing."""
    operation = f"cancel:{installment.public_id}"
    if posted(operation) is None:
        transfers = drawn(installment, installment.amount, Account.OBLIGATED, Account.FREE)
        post_transaction(actor, operation, "release", f"Installment {installment.number} cancelled", transfers)


def drawn(installment: Installment, amount: int, source: Account, target: Account) -> list[Transfer]:
    """Transfers of an amount out of what the award holds in one account, in proportion to each fund's part.

    Proportion to what is left, not to the award: so no fund is ever asked for more than it holds for this award,
    and the last installment takes exactly the rest.
    raises   Clash when the award holds less than the amount
    """
    lock_accounts(fund.id for fund in _funds_of(installment.award))
    held = holdings(installment.award, source)
    if sum(held.values()) < amount:
        raise Clash(f"Only {dollars(sum(held.values()))} is {source} to this award; {dollars(amount)} is asked for.")
    parts = apportion(amount, list(held.values()))
    return [
        Transfer(fund_id, source, target, part, installment.award_id, installment.id)
        for fund_id, part in zip(held, parts, strict=True)
        if part
    ]


def holdings(award: Award, account: Account) -> dict[int, int]:
    """Fund id -> whole cents above 0 that an account of it holds for this award, from the ledger's entries."""
    held: dict[int, int] = {}
    for end, sign in ((LedgerEntry.to_account_id, 1), (LedgerEntry.from_account_id, -1)):
        rows = db.session.execute(
            select(LedgerAccount.fund_id, func.sum(LedgerEntry.amount))
            .join(LedgerAccount, LedgerAccount.id == end)
            .where(LedgerEntry.award_id == award.id, LedgerAccount.name == account)
            .group_by(LedgerAccount.fund_id)
        )
        for fund_id, amount in rows:
            held[fund_id] = held.get(fund_id, 0) + sign * int(amount)
    return {fund_id: amount for fund_id, amount in sorted(held.items()) if amount}


def paying_funds(award: Award) -> Sequence[Fund]:
    """The open funds that may pay this award: those its stage names (else all), less those restricted otherwise."""
    definition = definition_of(award.stage.cycle)
    stage = definition.application_stage(award.stage.key)
    organization = award.case.organization
    attributes: Mapping[str, object] = {name: getattr(organization, name) for name in ORGANIZATION_ATTRIBUTES}

    def may_pay(key: str) -> bool:
        only = definition.fund(key).pays_only
        return only is None or ((not only.stages or stage.key in only.stages) and fits(only.where, attributes))

    keys = [key for key in (stage.decision.funds or definition.funds) if may_pay(key)]
    return db.session.scalars(
        select(Fund)
        .where(Fund.cycle_id == award.stage.cycle_id, Fund.key.in_(keys))
        .order_by(Fund.id)
        .options(selectinload(Fund.accounts))
    ).all()


def _move_all(actor: Actor, award: Award, operation: str, kind: str, way: tuple[Account, Account]) -> None:
    if posted(operation) is not None:
        return
    lock_accounts(fund.id for fund in _funds_of(award))
    transfers = [Transfer(fund_id, *way, part, award.id) for fund_id, part in holdings(award, way[0]).items()]
    if transfers:
        post_transaction(actor, operation, kind, f"Award to {award.case.organization.name}", transfers)


def _funds_of(award: Award) -> Sequence[Fund]:
    keys = [part.fund_key for part in award.funding]
    return db.session.scalars(select(Fund).where(Fund.cycle_id == award.stage.cycle_id, Fund.key.in_(keys))).all()


def _too_little(award: Award, funds: Sequence[Fund], free: Sequence[int]) -> str | None:
    missing = award.amount - sum(free)
    if missing <= 0:
        return None
    left = " and ".join(f"{fund.title} has {dollars(cents)} free" for fund, cents in zip(funds, free, strict=True))
    needed = f"the award of {dollars(award.amount)} to {award.case.organization.name}"
    if not funds:
        return f"No open fund may pay {needed}."
    return f"{left}: too little for {needed}. {dollars(missing)} is missing."
