"""The offer of an award, and the grantee's answer to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from grants.awards import policy
from grants.awards.models import Award, AwardFunding
from grants.awards.services.agreements import make_agreement
from grants.awards.services.following import ask_for, reference
from grants.awards.states import AWARD, AwardState, OfferFacts
from grants.casework import services as casework
from grants.decisions.letter_facts import answer_by
from grants.decisions.models import Decision
from grants.kernel.clock import now, today
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.money import dollars
from grants.kernel.policy import YES, Actor, require_permission
from grants.persistence import audit
from grants.persistence.moves import move
from grants.persistence.session import db


def offer_award(actor: Actor, decision: Decision) -> Award:
    """Offer the award that a released decision makes. Offering it again returns it.

    raises   Refused; Clash when the decision awards nothing
    """
    require_permission(actor, "award.offer")
    if decision.outcome != "award":
        raise Clash("This decision awards nothing.")
    award = db.session.scalar(select(Award).where(Award.decision_id == decision.id))
    if award is not None:
        return award
    award = Award(
        decision_id=decision.id,
        case_id=decision.case_id,
        stage_id=decision.application.stage_id,
        amount=decision.amount,
        state=AwardState.OFFERED,
        offered_at=now(),
        answer_by_on=answer_by(decision.letter),
    )
    db.session.add(award)
    db.session.flush()
    _record(actor, "award.offer", award, after={"amount": award.amount, "answer_by": award.answer_by_on})
    ask_for("payments.commit_award", award, "offered")
    return award


def accept(actor: Actor, award: Award) -> None:
    """Accept an award for the grantee. The agreement is made, and what follows from it is planned.

    raises   Refused; Clash when it is answered, too late, or the actor is neither lead nor signatory
    """

    def plan_payments() -> None:
        ask_for("payments.plan_installments", award, "accepted")
        ask_for("monitoring.schedule", award, "accepted")

    effects = {"make_agreement": lambda: make_agreement(actor, award), "plan_payments": plan_payments}
    move(actor, award, "accept", AWARD, lambda: facts_of(actor, award), effects)
    _note_answer(actor, award, f"The award of {dollars(award.amount)} was accepted.")


def decline(actor: Actor, award: Award, reason: str) -> None:
    """Decline an award for the grantee; the money it held goes back to its funds.

    raises   Refused; Invalid without a reason; Clash when it is answered, or the actor is neither lead nor signatory
    """
    reason = required(reason, "reason", "Say why, in a sentence: it helps us with the next round.")
    release = {"release_money": lambda: ask_for("payments.release_commitment", award, "declined")}
    move(actor, award, "decline", AWARD, lambda: facts_of(actor, award), release)
    award.decline_reason = reason
    _note_answer(actor, award, f"The award of {dollars(award.amount)} was declined: {reason}")


def extend_offer(actor: Actor, award: Award, answer_by: date, reason: str) -> None:
    """Give a grantee more time to answer.

    raises   Refused; Invalid unless the date lies ahead of today and of the present one, and a reason is given;
             Clash when the award is answered
    """
    require_permission(actor, "award.offer")
    reason = required(reason, "reason", "Say why the school gets more time.")
    if award.state != AwardState.OFFERED:
        raise Clash("This award has been answered.")
    if answer_by <= max(award.answer_by_on, today(award.stage.cycle.time_zone)):
        sentence = "Choose a later day than today and the present one."
        raise Invalid(sentence, {"answer_by": sentence})
    before, award.answer_by_on = award.answer_by_on, answer_by
    _record(
        actor, "award.extend", award, before={"answer_by": before}, after={"answer_by": answer_by, "reason": reason}
    )
    sentence = f"The offer can be answered until {answer_by.day} {answer_by:%B %Y}: {reason}"
    casework.note_event(actor, award.case, "award", sentence, "applicant", reference(award))


def draw_on(actor: Actor, award: Award, parts: Mapping[str, int]) -> None:
    """Say from which funds an award is paid. Said once: the parts of a funded award stay.

    parts    fund key -> whole cents above 0, which sum to the award
    raises   Refused; ValueError when they do not; Clash when the award is funded already
    """
    require_permission(actor, "fund.manage")
    if sum(parts.values()) != award.amount:
        raise ValueError("The parts of an award sum to its amount.")
    if award.funding:
        raise Clash("This award has its funds already.")
    award.funding = [AwardFunding(fund_key=key, amount=amount) for key, amount in parts.items()]
    db.session.flush()
    _record(actor, "award.fund", award, after=dict(parts))


def facts_of(actor: Actor, award: Award) -> OfferFacts:
    """What the guards ask, as things stand for this actor."""
    answerable = policy.may_answer(actor, award.case.organization_id) if actor.may("award.answer") else YES
    return OfferFacts(today(award.stage.cycle.time_zone), award.answer_by_on, answerable)


def _note_answer(actor: Actor, award: Award, sentence: str) -> None:
    award.answered_at, award.answered_by_id = now(), actor.person_id
    casework.note_event(actor, award.case, "award", sentence, "applicant", reference(award))


def _record(actor: Actor, action: str, award: Award, **change: Any) -> None:
    audit.record(actor, action, award, case_id=award.case_id, **change)
