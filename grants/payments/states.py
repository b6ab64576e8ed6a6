"""What may happen to an installment."""

from dataclasses import dataclass
from enum import StrEnum

from grants.kernel.policy import YES, Verdict
from grants.kernel.workflow import Move, Workflow


class InstallmentState(StrEnum):
    PLANNED = "planned"
    REQUESTED = "requested"
    APPROVED = "approved"
    PAID = "paid"
    HELD = "held"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True)
class InstallmentFacts:
    """What the guards ask.

    unmet      a sentence for each condition that does not hold
    actor_id   who would make the move
    maker_id   who asked for the payment
    waiver_ids   who waived one of its conditions
    in_force   the agreement is countersigned, so that money is obligated
    outside    whether the actor may act for the foundation: not for a school they belong to
    """

    unmet: tuple[str, ...] = ()
    actor_id: int | None = None
    maker_id: int | None = None
    waiver_ids: frozenset[int] = frozenset()
    in_force: bool = True
    outside: Verdict = YES


def conditions_hold(facts: InstallmentFacts) -> str | None:
    return " ".join(facts.unmet) or None


def apart(facts: InstallmentFacts) -> str | None:
    """Whoever acts for the foundation does not belong to the school."""
    return facts.outside.reason


def checked_by_another(facts: InstallmentFacts) -> str | None:
    """Maker is not checker, whatever roles one person holds."""
    if not facts.outside:
        return facts.outside.reason
    if facts.actor_id == facts.maker_id:
        return "You asked for this payment, so someone else has to approve it."
    if facts.actor_id in facts.waiver_ids:
        return "You waived a condition of this payment, so someone else has to approve it."
    return conditions_hold(facts)


def money_is_obligated(facts: InstallmentFacts) -> str | None:
    if not facts.outside:
        return facts.outside.reason
    return None if facts.in_force else "The agreement is not in force yet, so no money is obligated to it."


S = InstallmentState
UNPAID = (S.PLANNED, S.REQUESTED, S.APPROVED)
STOPPED = (S.HELD, S.RETURNED)

INSTALLMENT: Workflow[InstallmentFacts] = Workflow(
    "installment",
    (
        #    move        from                       to           permission         guard               effects
        Move("request", S.PLANNED, S.REQUESTED, "payment.request", conditions_hold, ("open_attempt",)),
        Move("approve", S.REQUESTED, S.APPROVED, "payment.approve", checked_by_another, ("note_approval",)),
        Move("refuse", (S.REQUESTED, S.APPROVED), S.PLANNED, "payment.approve", apart, ("end_attempt", "tell_maker")),
        Move("mark paid", S.APPROVED, S.PAID, "payment.pay", money_is_obligated, ("pay_out", "tell_grantee")),
        Move("hold", UNPAID, S.HELD, "payment.hold", apart, ("end_attempt",)),
        Move("return", S.PAID, S.RETURNED, "payment.pay", apart, ("take_back", "tell_grantee")),
        Move("resume", STOPPED, S.PLANNED, "payment.hold", apart),
        Move("cancel", (S.PLANNED, *STOPPED), S.CANCELLED, "payment.cancel", apart, ("release_money",)),
    ),
)
