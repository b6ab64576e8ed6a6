"""What may happen to a requirement."""

from dataclasses import dataclass
from enum import StrEnum

from grants.kernel.policy import YES, Verdict
from grants.kernel.workflow import Move, Workflow


class RequirementState(StrEnum):
    SCHEDULED = "scheduled"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WAIVED = "waived"


@dataclass(frozen=True)
class RequirementFacts:
    """What the guards ask.

    kind       check_in, report, visit, financial_review, workshop or reading
    writable   whether this actor may write for the organization
    outside    whether this actor may act for the foundation: not for a school they belong to
    """

    kind: str
    writable: Verdict = YES
    outside: Verdict = YES


def may_write(facts: RequirementFacts) -> str | None:
    return facts.writable.reason


def from_outside(facts: RequirementFacts) -> str | None:
    return facts.outside.reason


def is_meeting(facts: RequirementFacts) -> str | None:
    if not facts.outside:
        return facts.outside.reason
    return None if facts.kind == "check_in" else "Only a check-in is recorded as a meeting."


S = RequirementState
OPEN = (S.SCHEDULED, S.SUBMITTED, S.RETURNED)

REQUIREMENT: Workflow[RequirementFacts] = Workflow(
    "requirement",
    (
        #    move       from                        to           permission            guard       effects
        Move("submit", (S.SCHEDULED, S.RETURNED), S.SUBMITTED, "requirement.report", may_write, ("keep_account",)),
        Move("accept", S.SUBMITTED, S.ACCEPTED, "requirement.accept", from_outside, ("keep_answer", "tell_payments")),
        Move("return", S.SUBMITTED, S.RETURNED, "requirement.accept", from_outside, ("keep_answer", "tell_grantee")),
        Move("waive", OPEN, S.WAIVED, "requirement.accept", from_outside, ("keep_answer", "tell_payments")),
        Move("hold", OPEN, S.ACCEPTED, "checkin.record", is_meeting, ("keep_meeting", "tell_payments")),
    ),
)
