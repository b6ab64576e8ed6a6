"""What may happen to a meeting, to a line of its agenda, to a motion, and to an applicant's slot at a pitch."""

from dataclasses import dataclass
from enum import StrEnum

from grants.kernel.workflow import Move, Workflow


class MeetingState(StrEnum):
    """From the plan to the end; a paused meeting goes on later."""

    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """One application is up at a time; a deferred one may still be taken."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    DEFERRED = "deferred"


class MotionState(StrEnum):
    """What became of a motion."""

    OPEN = "open"
    CARRIED = "carried"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


M, I, V = MeetingState, ItemState, MotionState  # noqa: E741 - one letter each, as the tables below read


@dataclass(frozen=True)
class MeetingFacts:
    """What the guards ask.

    items         lines of the agenda
    is_item_open  an application is up
    """

    items: int = 0
    is_item_open: bool = False


@dataclass(frozen=True)
class ItemFacts:
    """What the guards ask.

    is_running      the meeting is under way and not paused
    is_another_open another application is up
    is_motion_open  a motion on it is being voted on
    was_used        something was noted, moved, agreed on, scored or revised there
    """

    is_running: bool = True
    is_another_open: bool = False
    is_motion_open: bool = False
    was_used: bool = False


@dataclass(frozen=True)
class MotionFacts:
    """What the guards ask.

    lacking    in words, why the votes cannot be counted now; nothing when they can
    """

    lacking: str | None = None


def has_agenda(facts: MeetingFacts) -> str | None:
    return None if facts.items else "The agenda is empty. Put applications on it first."


def nothing_up(facts: MeetingFacts) -> str | None:
    return "An application is still up. Close or defer it first." if facts.is_item_open else None


def room_is_free(facts: ItemFacts) -> str | None:
    if not facts.is_running:
        return "The meeting is not running. Start it, or let it go on, first."
    return "Another application is up. Close or defer it first." if facts.is_another_open else None


def nothing_to_vote(facts: ItemFacts) -> str | None:
    return "A motion is still being voted on. Count its votes, or withdraw it, first." if facts.is_motion_open else None


def opened_by_mistake(facts: ItemFacts) -> str | None:
    if facts.was_used:
        return "Something was noted or moved on it already, so it was up. Close it instead."
    return nothing_to_vote(facts)


def countable(facts: MotionFacts) -> str | None:
    return facts.lacking


MEETING: Workflow[MeetingFacts] = Workflow(
    "meeting",
    (
        Move("start", M.PLANNED, M.RUNNING, "meeting.run", has_agenda),
        Move("pause", M.RUNNING, M.PAUSED, "meeting.run", None),
        Move("resume", M.PAUSED, M.RUNNING, "meeting.run", None),
        Move("close", (M.RUNNING, M.PAUSED), M.CLOSED, "meeting.run", nothing_up),
        Move("reopen", M.CLOSED, M.RUNNING, "meeting.plan", None),
        Move("cancel", M.PLANNED, M.CANCELLED, "meeting.plan", None, ("tell_the_panel",)),
    ),
)

ITEM: Workflow[ItemFacts] = Workflow(
    "agenda item",
    (
        Move("open", (I.WAITING, I.DEFERRED, I.DONE), I.OPEN, "meeting.run", room_is_free),
        Move("close", I.OPEN, I.DONE, "meeting.run", nothing_to_vote),
        Move("defer", (I.OPEN, I.WAITING), I.DEFERRED, "meeting.run", nothing_to_vote),
        Move("put back", I.OPEN, I.WAITING, "meeting.run", opened_by_mistake),
    ),
)

MOTION: Workflow[MotionFacts] = Workflow(
    "motion",
    (
        Move("carry", V.OPEN, V.CARRIED, "meeting.run", countable, ("keep_count", "tell_case")),
        Move("lose", V.OPEN, V.LOST, "meeting.run", countable, ("keep_count", "tell_case")),
        Move("withdraw", V.OPEN, V.WITHDRAWN, "meeting.attend", None),
    ),
)


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
        Move("ask", TOLD, S.ASKED, _BY_APPLICANT, still_to_come, ("tell_officer",)),
        Move("decline", EXPECTED, S.DECLINED, _BY_APPLICANT, still_to_come, ("tell_officer",)),
        Move("move", EXPECTED, S.INVITED, _BY_STAFF, still_to_come, ("tell_applicant",)),
        Move("keep", S.ASKED, S.INVITED, _BY_STAFF, still_to_come, ("tell_applicant",)),
        Move("call off", S.PLANNED, S.CANCELLED, _BY_STAFF, meeting_goes_on),
        Move("call off", TOLD, S.CANCELLED, _BY_STAFF, meeting_goes_on, ("tell_applicant",)),
    ),
)
"""planned → invited → confirmed, asked for another time, or declined. Who said no, or asked, may still confirm, or ask
for yet another time."""
