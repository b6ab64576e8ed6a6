"""What may happen to a scorecard, to whom it is open, and when."""

from dataclasses import dataclass
from enum import StrEnum

from grants.kernel.workflow import Move, Workflow


class ConflictState(StrEnum):
    """What a rule found is to be looked at; what somebody said stands by their word. Cleared ones bar nobody."""

    FOUND = "found"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


CONFLICT: Workflow[None] = Workflow(
    "conflict",
    (
        Move("confirm", (ConflictState.FOUND, ConflictState.DECLARED), ConflictState.CONFIRMED, "review.organize"),
        Move(
            "clear",
            (ConflictState.FOUND, ConflictState.DECLARED, ConflictState.CONFIRMED),
            ConflictState.CLEARED,
            "review.organize",
        ),
        Move("take back", ConflictState.DECLARED, ConflictState.CLEARED, "review.declare"),
        Move("find again", ConflictState.CLEARED, ConflictState.FOUND, "review.stand"),
        Move("say again", ConflictState.CLEARED, ConflictState.DECLARED, "review.stand"),
        Move("stand again", ConflictState.CLEARED, ConflictState.CONFIRMED, "review.stand"),
    ),
)


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


class InvitationState(StrEnum):
    """Asked, and what became of it. Saying yes makes a member of the panel."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class InvitationFacts:
    """What the guards ask.

    has_run_out   it was not answered in time
    is_closed     the decisions of the stage are released
    """

    has_run_out: bool = False
    is_closed: bool = False


def in_time(facts: InvitationFacts) -> str | None:
    if facts.has_run_out:
        return "This invitation has run out. Ask whoever sent it for a new one."
    return still_reviewed(facts)


def still_reviewed(facts: InvitationFacts) -> str | None:
    return "The decisions of this stage are released, so nobody reviews it any more." if facts.is_closed else None


INVITATION: Workflow[InvitationFacts] = Workflow(
    "panel_invitation",
    (
        Move(
            "accept",
            InvitationState.INVITED,
            InvitationState.ACCEPTED,
            "review.answer",
            in_time,
            ("make_member", "tell_officer"),
        ),
        Move(
            "decline",
            InvitationState.INVITED,
            InvitationState.DECLINED,
            "review.answer",
            None,
            ("keep_reason", "tell_officer"),
        ),
        Move(
            "withdraw",
            InvitationState.INVITED,
            InvitationState.WITHDRAWN,
            "review.organize",
            None,
            ("keep_time",),
        ),
        Move(
            "leave",
            InvitationState.ACCEPTED,
            InvitationState.DECLINED,
            "review.answer",
            None,
            ("keep_reason",),
        ),
        Move(
            "ask_again",
            (InvitationState.DECLINED, InvitationState.WITHDRAWN),
            InvitationState.INVITED,
            "review.organize",
            still_reviewed,
            ("send_link",),
        ),
    ),
)

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


@dataclass(frozen=True)
class PitchCardFacts(ScorecardFacts):
    """What the guards ask beside that.

    is_over   the meeting at which it pitched is over
    """

    is_over: bool = False


def still_met(facts: PitchCardFacts) -> str | None:
    """Until the meeting ends a member may think again; after it their score stands, as a scorecard does."""
    if facts.is_over:
        return "The meeting is over, so what you gave stands. Only a program officer can open it again."
    return "Scoring for this panel has closed." if facts.is_closed else None


PITCH_CARD: Workflow[PitchCardFacts] = Workflow(
    "pitch_card",
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
            "take back",
            ScorecardState.SUBMITTED,
            ScorecardState.DRAFT,
            "review.score",
            still_met,
            ("set_total_aside",),
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


def left_with_a_reason(reason: str) -> str | None:
    return None if reason else "Say why nobody else is asked."


class VacancyState(StrEnum):
    """A place that a conflict of interest has emptied: somebody takes it, or it is left as it is."""

    OPEN = "open"
    FILLED = "filled"
    LEFT = "left"


VACANCY: Workflow[str] = Workflow(
    "vacancy",
    (
        Move("fill", VacancyState.OPEN, VacancyState.FILLED, "review.organize"),
        Move("leave", VacancyState.OPEN, VacancyState.LEFT, "review.organize", left_with_a_reason),
        Move("take up again", VacancyState.LEFT, VacancyState.OPEN, "review.organize"),
        Move("open again", (VacancyState.FILLED, VacancyState.LEFT), VacancyState.OPEN, "review.stand"),
    ),
)
"""What the guard asks is the reason."""
