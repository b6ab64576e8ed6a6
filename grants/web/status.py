"""One word and one tone for every state of every workflow, the same for staff, schools and reviewers.

A tone is a class of the house's sheet; it never says anything that the word does not.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Tone(StrEnum):
    """How a word is dressed: at rest, at work, well, wants attention, wrong."""

    QUIET = "quiet"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Status(NamedTuple):
    """What a pill shows."""

    word: str
    tone: Tone


_Q, _A, _G, _W, _B = Tone.QUIET, Tone.ACCENT, Tone.GOOD, Tone.WARN, Tone.BAD

STATUS: Final[dict[str, dict[str, tuple[str, Tone]]]] = {
    "cycle": {
        "upcoming": ("Upcoming", _Q),
        "draft": ("Being set up", _Q),
        "open": ("Open", _A),
        "closed": ("Closed", _Q),
    },
    "stage": {
        "upcoming": ("Upcoming", _Q),
        "open": ("Open", _A),
        "closed": ("Closed", _Q),
        "in_review": ("In review", _A),
        "decided": ("Decided", _W),
        "released": ("Released", _G),
    },
    "case": {
        "open": ("Open", _A),
        "paused": ("Paused", _W),
        "closed": ("Closed", _Q),
    },
    "event": {
        "planned": ("Planned", _A),
        "held": ("Held", _G),
        "cancelled": ("Cancelled", _Q),
    },
    "attendance": {
        "registered": ("Registered", _A),
        "attended": ("Attended", _G),
        "missed": ("Did not come", _Q),
        "cancelled": ("Cancelled", _Q),
    },
    "application": {
        "draft": ("Writing", _Q),
        "submitted": ("Submitted", _A),
        "lapsed": ("Not submitted, closed", _Q),
        "returned": ("Returned for changes", _W),
        "withdrawn": ("Withdrawn", _Q),
        "ineligible": ("Not eligible", _B),
        "in_review": ("In review", _A),
        "decided": ("Decided", _G),
    },
    "participation": {
        "attended": ("Took part", _Q),
    },
    "section": {
        "empty": ("Not started", _Q),
        "started": ("Writing", _A),
        "ready": ("Ready", _G),
        "returned": ("Returned for changes", _W),
    },
    "assignment_proposal": {
        "working": ("Being worked out", _A),
        "ready": ("To be looked at", _W),
        "applying": ("Being applied", _A),
        "applied": ("Applied", _G),
    },
    "panel_invitation": {
        "invited": ("Asked", _A),
        "accepted": ("On the panel", _G),
        "declined": ("Said no", _W),
        "withdrawn": ("Taken back", _Q),
        "run_out": ("No answer in time", _W),
    },
    "conflict": {
        "found": ("To be looked at", _W),
        "declared": ("Stands", _A),
        "confirmed": ("Confirmed", _G),
        "cleared": ("Cleared", _Q),
    },
    "vacancy": {
        "open": ("Somebody is needed", _W),
        "filled": ("Filled", _G),
        "left": ("Left as it is", _Q),
    },
    "scorecard": {
        "not_started": ("Not started", _Q),
        "draft": ("Scoring", _A),
        "submitted": ("Submitted", _G),
        "reopened": ("Reopened", _W),
        "abstained": ("Abstained", _Q),
    },
    "pitch_card": {
        "not_started": ("Not started", _Q),
        "draft": ("Scoring", _A),
        "submitted": ("Submitted", _G),
    },
    "meeting": {
        "planned": ("Planned", _A),
        "running": ("Under way", _W),
        "paused": ("Paused", _W),
        "closed": ("Held", _G),
        "cancelled": ("Cancelled", _Q),
    },
    "agenda_item": {
        "waiting": ("To come", _Q),
        "open": ("Up now", _W),
        "done": ("Done", _G),
        "deferred": ("Deferred", _B),
    },
    "motion": {
        "open": ("Being voted on", _W),
        "carried": ("Carried", _G),
        "lost": ("Lost", _B),
        "withdrawn": ("Withdrawn", _Q),
    },
    "pitch_slot": {
        "planned": ("Not invited yet", _Q),
        "invited": ("To be confirmed", _W),
        "confirmed": ("Confirmed", _G),
        "asked": ("Asked for another time", _W),
        "declined": ("Does not pitch", _B),
        "cancelled": ("Called off", _Q),
    },
    "slate": {
        "draft": ("Draft", _Q),
        "proposed": ("Waits for approval", _W),
        "approved": ("Approved", _A),
        "released": ("Released", _G),
        "void": ("Void", _B),
    },
    "decision": {
        "award": ("Award", _G),
        "waitlist": ("Waitlist", _W),
        "decline": ("Not awarded", _Q),
    },
    "document": {
        "frozen": ("Being prepared", _Q),
        "rendered": ("Ready to check", _W),
        "released": ("Released", _G),
        "void": ("Void", _B),
    },
    "award": {
        "offered": ("Offered", _W),
        "accepted": ("Accepted", _A),
        "declined": ("Declined", _Q),
        "active": ("In force", _G),
    },
    "agreement": {
        "made": ("Waits for signature", _W),
        "signed": ("Waits for countersignature", _A),
        "countersigned": ("In force", _G),
    },
    "installment": {
        "planned": ("Planned", _Q),
        "due": ("Due", _W),
        "requested": ("Requested", _A),
        "approved": ("Approved", _A),
        "paid": ("Paid", _G),
        "held": ("On hold", _B),
        "cancelled": ("Cancelled", _Q),
        "returned": ("Returned by the bank", _B),
    },
    "question": {
        "open": ("To answer", _W),
        "answered": ("Answered privately", _A),
        "published": ("Published", _G),
        "set_aside": ("Set aside", _Q),
    },
    "resource": {
        "draft": ("Not published yet", _W),
        "published": ("Published", _G),
        "withdrawn": ("Withdrawn", _Q),
    },
    "requirement": {
        "scheduled": ("Scheduled", _Q),
        "due": ("Due", _W),
        "late": ("Late", _B),
        "submitted": ("Handed in", _A),
        "returned": ("Returned for changes", _W),
        "accepted": ("Accepted", _G),
        "waived": ("Waived", _Q),
    },
    "grant_health": {
        "on_track": ("On track", _G),
        "watch": ("Watch", _W),
        "at_risk": ("At risk", _B),
    },
    "job": {
        "queued": ("Waiting", _Q),
        "running": ("Running", _A),
        "failed": ("Failed", _B),
        "done": ("Done", _G),
    },
    "message": {
        "queued": ("Queued", _Q),
        "sent": ("Sent", _G),
        "failed": ("Failed", _B),
        "suppressed": ("Not sent", _Q),
    },
    "directory line": {
        "add": ("New", _G),
        "change": ("Changed", _W),
        "alike": ("Perhaps here already", _W),
        "wrong": ("Cannot be brought in", _B),
        "same": ("Unchanged", _Q),
    },
    "directory": {
        "examining": ("Being examined", _W),
        "ready": ("To be looked at", _W),
        "applying": ("Being brought in", _W),
        "done": ("Brought in", _G),
    },
    "export": {
        "making": ("Being made", _W),
        "ready": ("Ready", _G),
        "failed": ("Not made", _B),
        "closed": ("To be made anew", _W),
    },
    "membership invitation": {
        "waits": ("Waiting for an answer", _W),
        "run_out": ("No answer in time", _Q),
    },
    "membership link": {
        "open": ("Open", _G),
        "used_up": ("Used up", _Q),
        "run_out": ("Run out", _Q),
        "ended": ("Ended", _Q),
    },
    "account": {
        "invited": ("Invited", _W),
        "active": ("Active", _G),
        "closed": ("Closed", _Q),
    },
}


def status_of(workflow: str, state: str) -> Status:
    """The word and tone of a state.

    workflow   a key of STATUS, such as "application"
    state      the stored state; an enum member that is text will do
    raises     KeyError for a workflow or state that has no word yet: give it one in the table, once, for everybody
    """
    try:
        return Status(*STATUS[workflow][str(state)])
    except KeyError as unknown:
        raise KeyError(f"No word is agreed for the state {state!r} of {workflow!r}") from unknown


def words_of(workflow: str, *states: str) -> dict[str, str]:
    """State -> word, of these states of a workflow, or of all: what a filter or a question offers."""
    return {state: status_of(workflow, state).word for state in states or STATUS[workflow]}
