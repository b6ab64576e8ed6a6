"""What may happen to a scorecard, to whom it is open, and when."""

from dataclasses import dataclass
from enum import StrEnum

from grants.kernel.workflow import Move, Workflow


class ScorecardState(StrEnum):
    """A draft is its reviewer's; a submitted card is locked and counts."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


@dataclass(frozen=True)
class ScorecardFacts:
    """What the guards ask.

    gaps        criteria without a mark, and marks without the comment the rubric asks for
    is_closed   the decisions of the stage are released
    reason      why staff reopen a card
    """

    gaps: int = 0
    is_closed: bool = False
    reason: str = ""


def complete_and_open(facts: ScorecardFacts) -> str | None:
    """A card is submitted whole, and before the decisions are out; after its due date it is late but counts."""
    if facts.is_closed:
        return "Scoring for this panel has closed."
    if facts.gaps:
        return f"{facts.gaps} {'answer is' if facts.gaps == 1 else 'answers are'} missing on this scorecard."
    return None


def open_and_reasoned(facts: ScorecardFacts) -> str | None:
    if facts.is_closed:
        return "The decisions of this stage are released, so its scores stay as they are."
    return None if facts.reason.strip() else "Say why the scorecard is reopened; the reviewer reads it."


SCORECARD: Workflow[ScorecardFacts] = Workflow(
    "scorecard",
    (
        Move(
            "submit",
            ScorecardState.DRAFT,
            ScorecardState.SUBMITTED,
            "review.score",
            complete_and_open,
            ("keep_total", "tell_case"),
        ),
        Move(
            "reopen",
            ScorecardState.SUBMITTED,
            ScorecardState.DRAFT,
            "review.organize",
            open_and_reasoned,
            ("set_total_aside", "tell_case", "tell_reviewer"),
        ),
    ),
)


class ProposalState(StrEnum):
    """A proposed assignment is worked out, looked at, and applied; in between it may be worked out anew."""

    WORKING = "working"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"


PROPOSAL: Workflow[None] = Workflow(
    "assignment_proposal",
    (
        Move("ready", ProposalState.WORKING, ProposalState.READY, "review.organize"),
        Move("again", (ProposalState.READY, ProposalState.APPLIED), ProposalState.WORKING, "review.organize"),
        Move("apply", ProposalState.READY, ProposalState.APPLYING, "review.organize"),
        Move("overtaken", ProposalState.APPLYING, ProposalState.WORKING, "review.organize"),
        Move("finish", ProposalState.APPLYING, ProposalState.APPLIED, "review.organize"),
    ),
)
