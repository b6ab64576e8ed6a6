"""What may happen to an award and to its agreement."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grants.kernel.policy import YES, Verdict
from grants.kernel.workflow import Move, Workflow


class AwardState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ACTIVE = "active"


class AgreementState(StrEnum):
    MADE = "made"
    SIGNED = "signed"
    COUNTERSIGNED = "countersigned"


@dataclass(frozen=True)
class OfferFacts:
    """What the guards of an award ask.

    answerable   whether this actor may answer for the organization
    """

    today: date
    answer_by: date
    answerable: Verdict = YES


@dataclass(frozen=True)
class SigningFacts:
    """What the guards of an agreement ask.

    rendered   the PDF exists, so that exact bytes can be signed
    allowed    whether this actor may sign, or countersign
    lacking    for the countersignature: which fund holds too little, in a sentence
    """

    rendered: bool
    allowed: Verdict = YES
    lacking: str | None = None


def answered_in_time(facts: OfferFacts) -> str | None:
    if facts.today > facts.answer_by:
        return "The time to answer this offer has passed. Ask the foundation for more time."
    return facts.answerable.reason


def may_answer(facts: OfferFacts) -> str | None:
    return facts.answerable.reason


def can_be_signed(facts: SigningFacts) -> str | None:
    if not facts.allowed:
        return facts.allowed.reason
    return None if facts.rendered else "The agreement is still being prepared. It takes a minute at most."


def can_be_countersigned(facts: SigningFacts) -> str | None:
    return facts.allowed.reason or facts.lacking


W, G = AwardState, AgreementState

AWARD: Workflow[OfferFacts] = Workflow(
    "award",
    (
        #    move        from          to            permission               guard              effects
        Move("accept", W.OFFERED, W.ACCEPTED, "award.answer", answered_in_time, ("make_agreement", "plan_payments")),
        Move("decline", W.OFFERED, W.DECLINED, "award.answer", may_answer, ("release_money",)),
        Move("activate", W.ACCEPTED, W.ACTIVE, "agreement.countersign", None, ("obligate_money",)),
    ),
)

AGREEMENT: Workflow[SigningFacts] = Workflow(
    "agreement",
    (
        #    move           from      to               permission                guard                 effects
        Move("sign", G.MADE, G.SIGNED, "agreement.sign", can_be_signed, ("note_signature",)),
        Move(
            "countersign",
            G.SIGNED,
            G.COUNTERSIGNED,
            "agreement.countersign",
            can_be_countersigned,
            ("note_countersignature", "put_in_force"),
        ),
    ),
)
