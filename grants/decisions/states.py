"""What may happen to a slate."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from grants.kernel.workflow import Move, Workflow


class SlateState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    RELEASED = "released"
    VOID = "void"


S = SlateState


@dataclass(frozen=True)
class SlateFacts:
    """What the guards ask.

    lines              applications on the slate
    rival              another slate of the stage is proposed, approved or released
    changed            in words, how the applications under review are no longer the slate's; nothing when they are
    over               in words, the constraint that the lines break; nothing when they hold
    missing_approvals  in words, whose approval is missing; nothing when all are there
    letters            letters prepared, of as many as there are lines
    letters_checked    a second person has looked at the batch
    letters_on, today  the day the letters bear, and the present one, where the cycle is
    """

    lines: int = 0
    rival: bool = False
    changed: str | None = None
    over: str | None = None
    missing_approvals: str | None = None
    letters: int = 0
    letters_checked: bool = False
    letters_on: date | None = None
    today: date | None = None


def fit_to_propose(facts: SlateFacts) -> str | None:
    if not facts.lines:
        return "The slate has no applications."
    if facts.rival:
        return "Another slate of this stage is already proposed. Take that one back first."
    return facts.changed or facts.over


def approved_by_all(facts: SlateFacts) -> str | None:
    return facts.changed or facts.missing_approvals


def ready_to_release(facts: SlateFacts) -> str | None:
    if facts.changed:
        return facts.changed
    if facts.letters < facts.lines:
        return f"{facts.lines - facts.letters} of {facts.lines} letters are not ready yet."
    if not facts.letters_checked:
        return "A second person has to check the letters first."
    return on_its_day(facts)


def on_its_day(facts: SlateFacts) -> str | None:
    """A letter says when it was sent, and counts the days to answer from then: it goes out on the day that it bears."""
    if facts.letters_on is None:
        return "The letters bear no day of release. Date them anew."
    if facts.letters_on == facts.today:
        return None
    bear = f"The letters bear {facts.letters_on.day} {facts.letters_on:%B %Y}"
    if facts.today is not None and facts.today > facts.letters_on:
        return f"{bear}, which has passed. Date them anew, so that nobody loses days to answer."
    return f"{bear}, and are released on that day. To release them earlier, date them anew."


SLATE: Workflow[SlateFacts] = Workflow(
    "slate",
    (
        #    move         from         to           permission         guard             effects
        Move("propose", S.DRAFT, S.PROPOSED, "slate.propose", fit_to_propose, ("bind_content", "ask_approvers")),
        Move("take back", (S.PROPOSED, S.APPROVED), S.DRAFT, "slate.propose", None, ("void_letters",)),
        Move("approve", S.PROPOSED, S.APPROVED, "slate.approve", approved_by_all, ("prepare_letters",)),
        Move("release", S.APPROVED, S.RELEASED, "slate.release", ready_to_release, ("tell_everyone",)),
        Move("discard", S.DRAFT, S.VOID, "slate.propose"),
    ),
)
