"""After the decision: awards are accepted, agreements signed and countersigned, installments paid."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select

from grants.awards import services as awards
from grants.payments import services as payments
from grants.payments.models import Installment
from grants.persistence.session import db
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording.stage import Paid, PaymentRecord


def acts(tale: Tale, stage: str) -> Iterator[Act]:
    """What schools did with their awards. A school that the rules did not award is passed over."""
    record = tale.recording.stages[stage]
    for school, answer in record.awards.items():
        yield Act(tale.at(answer.accepted), partial(_accept, tale, stage, school))
        if answer.signed:
            yield Act(tale.at(answer.signed), partial(_sign, tale, stage, school))
        if answer.countersigned:
            by = answer.countersigned.by
            yield Act(tale.at(answer.countersigned.at), partial(_countersign, tale, stage, school, by))
    for payment in record.payments:
        yield from _payment(tale, stage, payment)


def _accept(tale: Tale, stage: str, school: str) -> None:
    if (award := tale.award(stage, school)) is not None:
        awards.accept(tale.actor(tale.hand(school, "head")), award)


def _sign(tale: Tale, stage: str, school: str) -> None:
    if (award := tale.award(stage, school)) is not None:
        head = tale.actor(tale.hand(school, "head"))
        awards.sign(head, award, head.name, consent=True)


def _countersign(tale: Tale, stage: str, school: str, director: str) -> None:
    if (award := tale.award(stage, school)) is not None:
        actor = tale.actor(director)
        awards.countersign(actor, award, actor.name)


def _payment(tale: Tale, stage: str, payment: PaymentRecord) -> Iterator[Act]:
    school, number = payment.school, payment.number
    maker = tale.hand(school, payment.requested.by)
    yield Act(tale.at(payment.requested.at), partial(_request, tale, stage, school, number, maker))
    if payment.approved:
        checker = payment.approved.by
        yield Act(tale.at(payment.approved.at), partial(_approve, tale, stage, school, number, checker))
    if payment.paid:
        yield Act(tale.at(payment.paid.at), partial(_pay, tale, stage, school, number, payment.paid))


def _installment(tale: Tale, stage: str, school: str, number: int) -> Installment | None:
    award = tale.award(stage, school)
    if award is None:
        return None
    found = select(Installment).where(Installment.award_id == award.id, Installment.number == number)
    return db.session.scalars(found).one()


def _request(tale: Tale, stage: str, school: str, number: int, maker: str) -> None:
    if (installment := _installment(tale, stage, school, number)) is not None:
        payments.request(tale.actor(maker), installment)


def _approve(tale: Tale, stage: str, school: str, number: int, checker: str) -> None:
    if (installment := _installment(tale, stage, school, number)) is not None:
        payments.approve(tale.actor(checker), installment)


def _pay(tale: Tale, stage: str, school: str, number: int, paid: Paid) -> None:
    if (installment := _installment(tale, stage, school, number)) is not None:
        payments.mark_paid(tale.actor(paid.by), installment, paid.reference, paid.at.day)
