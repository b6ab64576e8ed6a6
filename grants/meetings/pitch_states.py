"""What may happen to an applicant's slot at a pitch."""

from dataclasses import dataclass
from enum import StrEnum

from grants.kernel.workflow import Move, Workflow


class SlotState(StrEnum):
    """From the plan to the applicant's answer."""

    PLANNED = "planned"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    ASKED = "asked"
    DECLINED = "declined"
    CANCELLED = "cancelled"


S = SlotState
TOLD = (S.INVITED, S.CONFIRMED, S.ASKED, S.DECLINED)
"""The applicant knows of it."""
EXPECTED = (S.INVITED, S.CONFIRMED, S.ASKED)
"""They may still come: another time is told to them, slides are taken."""


@dataclass(frozen=True)
class SlotFacts:
    """What the guards ask.

    has_begun    its time has come, or it was up already
    is_over      the meeting is over
    takes_part   the application is still under review
    """

    has_begun: bool = False
    is_over: bool = False
    takes_part: bool = True


def still_to_come(facts: SlotFacts) -> str | None:
    if facts.is_over:
        return "This pitch is over."
    if facts.has_begun:
        return "This slot has begun, so its time stands."
    return None if facts.takes_part else "This application takes no part in the review any more."


def meeting_goes_on(facts: SlotFacts) -> str | None:
    return "This pitch is over; who was to present stays on record." if facts.is_over else None


_BY_STAFF, _BY_APPLICANT = "meeting.plan", "application.write"

SLOT: Workflow[SlotFacts] = Workflow(
    "pitch slot",
    (
        Move("invite", S.PLANNED, S.INVITED, _BY_STAFF, still_to_come, ("tell_applicant",)),
        Move("confirm", (S.INVITED, S.ASKED, S.DECLINED), S.CONFIRMED, _BY_APPLICANT, still_to_come, ("note",)),
        Move("ask", (S.INVITED, S.CONFIRMED), S.ASKED, _BY_APPLICANT, still_to_come, ("tell_officer",)),
        Move("decline", EXPECTED, S.DECLINED, _BY_APPLICANT, still_to_come, ("tell_officer",)),
        Move("move", EXPECTED, S.INVITED, _BY_STAFF, still_to_come, ("tell_applicant",)),
        Move("keep", S.ASKED, S.INVITED, _BY_STAFF, still_to_come, ("tell_applicant",)),
        Move("call off", S.PLANNED, S.CANCELLED, _BY_STAFF, meeting_goes_on),
        Move("call off", TOLD, S.CANCELLED, _BY_STAFF, meeting_goes_on, ("tell_applicant",)),
    ),
)
"""planned → invited → confirmed, asked for another time, or declined. Who said no, or asked, may still confirm."""
