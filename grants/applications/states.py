"""What may happen to an application."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from grants.applications.deadlines import Deadline
from grants.kernel.workflow import Move, Workflow


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    INELIGIBLE = "ineligible"


S = State


@dataclass(frozen=True)
class Facts:
    """What the guards ask.

    now, deadline   the instant that counts, and what it is held against
    gaps            questions that are unanswered or wrong
    certified       the signatory typed their own name
    screened        staff have found it eligible
    unchecked       what the stage asks to check, and was not
    decided         a decision on it has been released
    sections        keys of the sections to be sent back; `until` is the day they are due
    reason          why, in staff's words
    """

    now: datetime
    deadline: Deadline
    gaps: int = 0
    certified: bool = False
    screened: bool = False
    unchecked: Sequence[str] = ()
    decided: bool = False
    sections: Sequence[str] = ()
    until: datetime | None = None
    reason: str = ""


def complete_and_on_time(facts: Facts) -> str | None:
    if not facts.deadline.holds(facts.now):
        return "The deadline has passed, so this can no longer be submitted. What you wrote is kept."
    if facts.gaps:
        return "One thing is not ready yet." if facts.gaps == 1 else f"{facts.gaps} things are not ready yet."
    return None if facts.certified else "Type your name as it stands in your account, to certify the application."


def before_the_deadline(facts: Facts) -> str | None:
    if facts.screened:
        return "The foundation has begun to read it. Ask the foundation, which can return sections to you."
    return None if facts.deadline.holds(facts.now) else "The deadline has passed, so this can no longer be changed."


def before_decision(facts: Facts) -> str | None:
    return "The decision on this application has been released." if facts.decided else None


def names_sections(facts: Facts) -> str | None:
    if not facts.sections:
        return "Choose the sections that should be changed."
    if not facts.reason.strip():
        return "Say what should be changed, and why."
    if facts.until is None or facts.until <= facts.now:
        return "Choose a day in the future by which the changes are due."
    return before_decision(facts)


def was_screened(facts: Facts) -> str | None:
    return before_decision(facts) if facts.screened else "Nobody has screened it yet."


def past_its_day(facts: Facts) -> str | None:
    if facts.deadline.holds(facts.now):
        return "The school still has time for its changes. Wait until their day has passed."
    return before_decision(facts)


def gives_reason(facts: Facts) -> str | None:
    return before_decision(facts) if facts.reason.strip() else "Say why it is not eligible; the applicant reads it."


def not_screened_yet(facts: Facts) -> str | None:
    if facts.screened:
        return "This application was found eligible already."
    if facts.unchecked and not facts.reason.strip():
        return f"Tick what you have checked, or say in the remark why it does not matter here: {facts.unchecked[0]}"
    return before_decision(facts)


APPLICATION: Workflow[Facts] = Workflow(
    "application",
    (
        #    move           from                       to           permission            guard               effects
        Move("submit", (S.DRAFT, S.RETURNED), S.SUBMITTED, "application.submit", complete_and_on_time,
             ("freeze_answers", "acknowledge", "let_coaches_go")),
        Move("reopen", (S.SUBMITTED, S.WITHDRAWN), S.DRAFT, "application.withdraw", before_the_deadline, ("note",)),
        Move("withdraw", (S.DRAFT, S.SUBMITTED, S.RETURNED), S.WITHDRAWN, "application.withdraw", before_decision,
             ("tell_officer",)),
        Move("return", S.SUBMITTED, S.RETURNED, "application.screen", names_sections, ("ask_for_changes",)),
        Move("take as submitted", S.RETURNED, S.SUBMITTED, "application.screen", past_its_day,
             ("tell_applicant", "let_coaches_go")),
        Move("find eligible", S.SUBMITTED, S.SUBMITTED, "application.screen", not_screened_yet, ("note",)),
        Move("find ineligible", S.SUBMITTED, S.INELIGIBLE, "application.screen", gives_reason, ("tell_applicant",)),
        Move("take back", S.SUBMITTED, S.SUBMITTED, "application.screen", was_screened, ("note",)),
        Move("take back", S.INELIGIBLE, S.SUBMITTED, "application.screen", before_decision, ("tell_applicant",)),
    ),
)  # fmt: skip
