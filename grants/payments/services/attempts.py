"""Paying an installment: asked for, approved by another, paid with the bank's reference; or stopped on the way."""

from datetime import date
from zoneinfo import ZoneInfo

from grants.awards.services.following import people_of
from grants.awards.states import AwardState
from grants.casework import services as casework
from grants.casework.policy import from_outside
from grants.kernel.clock import now, today
from grants.kernel.errors import Invalid, Refused, required
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, OrganizationRole, require
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.payments import policy
from grants.payments.models import Installment, Payment
from grants.payments.queries.conditions import conditions_of
from grants.payments.services import commitments
from grants.payments.states import INSTALLMENT, InstallmentFacts
from grants.persistence.moves import lock, move


def request(actor: Actor, installment: Installment) -> Payment:
    """Ask for an installment to be paid, once all it waits for holds.

    raises   Refused; Clash with what does not hold yet, or when it is asked for already
    """
    if actor.person_id is None:
        raise Refused("A payment is asked for by a person.")
    require(policy.may_request(actor, installment.award.case.organization_id))
    lock(installment)
    payment = Payment(
        installment_id=installment.id,
        attempt=len(installment.payments) + 1,
        amount=installment.amount,
        requested_at=now(),
        requested_by_id=actor.person_id,
    )

    def open_attempt() -> None:
        installment.payments.append(payment)
        installment.stopped_because = None
        _note(actor, installment, "was asked for")

    move(
        actor, installment, "request", INSTALLMENT, lambda: facts_of(actor, installment), {"open_attempt": open_attempt}
    )
    return payment


def approve(actor: Actor, installment: Installment) -> None:
    """Approve a payment that another person asked for.

    raises   Refused; Clash for who asked for it or waived one of its conditions, or when a condition fails meanwhile
    """
    lock(installment)
    payment = open_payment(installment)

    def note_approval() -> None:
        if payment is not None:
            payment.approved_at, payment.approved_by_id = now(), actor.person_id
        _note(actor, installment, "was approved")

    move(
        actor,
        installment,
        "approve",
        INSTALLMENT,
        lambda: facts_of(actor, installment),
        {"note_approval": note_approval},
    )


def refuse(actor: Actor, installment: Installment, reason: str) -> None:
    """Send a payment that was asked for or approved back to the plan.

    raises   Refused; Invalid without a reason; Clash when nothing is asked for
    """
    reason = required(reason, "reason", "Say why, so that it can be put right.")
    _stop(actor, installment, "refuse", reason, f"was refused: {reason}")


def mark_paid(actor: Actor, installment: Installment, bank_reference: str, paid_on: date) -> None:
    """Keep that the bank has paid; the ledger moves with it, once for this payment.

    paid_on   the day by the bank, not to come and not before the payment was asked for
    raises    Refused; Invalid; Clash when it is not approved, is paid already, or less money is obligated
    """
    bank_reference = required(bank_reference, "bank_reference", "Write the bank's reference.")
    lock(installment)
    payment = open_payment(installment)
    _check_day(installment, payment, paid_on)

    def pay_out() -> None:
        if payment is not None:
            payment.paid_at, payment.paid_by_id, payment.paid_on = now(), actor.person_id, paid_on
            payment.bank_reference = bank_reference
            commitments.pay(actor, payment)
        _note(actor, installment, f"was paid, reference {bank_reference}", audience="applicant")

    told = {"reference": bank_reference}
    effects = {"pay_out": pay_out, "tell_grantee": lambda: _tell_grantee("paid", payment, **told)}
    move(actor, installment, "mark paid", INSTALLMENT, lambda: facts_of(actor, installment), effects)


def note_return(actor: Actor, installment: Installment, reason: str) -> None:
    """Keep that the bank sent a payment back; its money is obligated again, and it can be planned anew.

    raises   Refused; Invalid without a reason; Clash unless it is paid
    """
    reason = required(reason, "reason", "Say why, as the bank says it.")
    lock(installment)
    payment = installment.payments[-1] if installment.payments else None

    def take_back() -> None:
        if payment is not None:
            payment.returned_at, payment.returned_by_id, payment.return_reason = now(), actor.person_id, reason
            commitments.take_back(actor, payment)
        installment.stopped_because = reason
        _note(actor, installment, f"was returned by the bank: {reason}", audience="applicant")

    effects = {"take_back": take_back, "tell_grantee": lambda: _tell_grantee("returned", payment, reason=reason)}
    move(actor, installment, "return", INSTALLMENT, lambda: facts_of(actor, installment), effects)


def hold(actor: Actor, installment: Installment, reason: str) -> None:
    """Stop an unpaid installment for now; what was asked for is void.

    raises   Refused; Invalid without a reason; Clash when it is paid or stopped already
    """
    reason = required(reason, "reason", "Say why it waits.")
    _stop(actor, installment, "hold", reason, f"was put on hold: {reason}")


def resume(actor: Actor, installment: Installment) -> None:
    """Let an installment that is on hold or was returned go on: it is planned, and can be asked for.

    raises   Refused; Clash unless it is on hold or returned
    """
    move(actor, installment, "resume", INSTALLMENT, lambda: facts_of(actor, installment))
    installment.stopped_because = None
    _note(actor, installment, "goes on")


def cancel(actor: Actor, installment: Installment, reason: str) -> None:
    """Cancel an installment for good; its money goes back to its funds.

    raises   Refused; Invalid without a reason; Clash when it is asked for or paid
    """
    reason = required(reason, "reason", "Say why it will not be paid.")
    effects = {"release_money": lambda: commitments.release_installment(actor, installment)}
    move(actor, installment, "cancel", INSTALLMENT, lambda: facts_of(actor, installment), effects)
    installment.stopped_because = reason
    _note(actor, installment, f"was cancelled: {reason}", audience="applicant")


def facts_of(actor: Actor, installment: Installment) -> InstallmentFacts:
    """What the guards ask, as things stand for this actor."""
    conditions = conditions_of([installment])[installment.id]
    payment = open_payment(installment)
    return InstallmentFacts(
        unmet=tuple(one.sentence for one in conditions if one.sentence),
        actor_id=actor.person_id,
        maker_id=payment.requested_by_id if payment else None,
        waiver_ids=frozenset(one.waived_by_id for one in conditions if one.waived_by_id is not None),
        in_force=installment.award.state == AwardState.ACTIVE,
        outside=from_outside(actor, installment.award.case.organization_id),
    )


def open_payment(installment: Installment) -> Payment | None:
    """The attempt that is under way: asked for, and neither refused nor paid."""
    for payment in installment.payments:
        if payment.refused_at is None and payment.paid_at is None:
            return payment
    return None


def _stop(actor: Actor, installment: Installment, name: str, reason: str, words: str) -> None:
    lock(installment)
    payment = open_payment(installment)

    def end_attempt() -> None:
        if payment is not None:
            payment.refused_at, payment.refusal_reason = now(), reason
        installment.stopped_because = reason
        _note(actor, installment, words)

    effects = {"end_attempt": end_attempt, "tell_maker": lambda: _tell_refused(installment, payment, reason)}
    move(actor, installment, name, INSTALLMENT, lambda: facts_of(actor, installment), effects)


def _check_day(installment: Installment, payment: Payment | None, paid_on: date) -> None:
    zone = ZoneInfo(installment.award.stage.cycle.time_zone)
    if paid_on > today(zone):
        raise Invalid("A payment is noted once the bank has made it.", {"paid_on": "This day is still to come."})
    if payment is not None and paid_on < payment.requested_at.astimezone(zone).date():
        raise Invalid("It was not asked for then.", {"paid_on": "This day is before the payment was asked for."})


def _note(actor: Actor, installment: Installment, words: str, audience: casework.Audience = "applicant") -> None:
    sentence = f"{installment.title}, {dollars(installment.amount)}, {words}."
    case = installment.award.case
    casework.note_event(actor, case, "payment", sentence, audience, ("payments.installment", installment.public_id))


def _tell_grantee(what: str, payment: Payment | None, **more: str) -> None:
    """Write to the school's leads and signatories that a payment was paid, or returned."""
    if payment is None:
        return
    installment = payment.installment
    case = installment.award.case
    facts = {
        "title": installment.title,
        "amount": dollars(installment.amount),
        "organization": case.organization.name,
        "link": _address(installment),
        **more,
    }
    for person in people_of(case.organization_id, OrganizationRole.LEAD, OrganizationRole.SIGNATORY):
        messages.post(f"{what}:{payment.public_id}:{person.public_id}", f"payments.{what}", person, facts, case)


def _tell_refused(installment: Installment, payment: Payment | None, reason: str) -> None:
    if payment is None:
        return
    case = installment.award.case
    facts = {"title": installment.title, "organization": case.organization.name, "reason": reason}
    facts["link"] = _address(installment)
    messages.post(f"refused:{payment.public_id}", "payments.refused", payment.requested_by, facts, case)


def _address(installment: Installment) -> str:
    return address_of("payments.installment", installment_id=installment.public_id)
