"""Who may put whom down for an event, and what stands in the way."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from grants.kernel.policy import YES, Actor, Verdict, no

DOOR_OPENS = timedelta(hours=12)
FEEDBACK_FOR = timedelta(days=30)


@dataclass(frozen=True)
class EventFacts:
    """What is known of an event when someone asks for a place.

    places_left   0 or more; nothing when the event has no limit
    registered    the person has a place already
    waiting       the person is on the waitlist already
    """

    cancelled: bool = False
    over: bool = False
    places_left: int | None = None
    registered: bool = False
    begun: bool = False
    waiting: bool = False


def may_register(actor: Actor, organization_id: int, belongs: bool) -> Verdict:
    """Staff put down anyone who comes; members of an organization put down themselves and their colleagues.

    belongs   the person to be put down is a member of the organization
    """
    if actor.may("event.manage"):
        return YES
    if organization_id not in actor.organization_ids:
        return no("You can register people of your own organizations only.")
    return (
        YES if belongs else no("This person is not a member of your organization. Ask your lead to invite them first.")
    )


def closed_because(facts: EventFacts, by_staff: bool) -> str | None:
    """Why no place can be given, in a sentence; staff still write down who came once an event is over or full."""
    if facts.cancelled:
        return "This event was cancelled."
    if facts.registered:
        return "This person is registered already."
    if by_staff:
        return None
    if facts.over:
        return "This event is over."
    return "This event is full." if facts.places_left == 0 else None


def too_many(left: int, wanted: int) -> str | None:
    """Why so many places cannot be given, in a sentence.

    >>> too_many(1, 2)
    'There is 1 place left, and you asked for 2. Choose fewer people; the others can join the waitlist once it is full.'
    """
    if wanted <= left or left == 0:  # of none left each person's own sentence tells
        return None
    places = "is 1 place" if left == 1 else f"are {left} places"
    return (
        f"There {places} left, and you asked for {wanted}. Choose fewer people; the others can join the waitlist once "
        "it is full."
    )


def not_waiting_because(facts: EventFacts) -> str | None:
    """Why someone cannot join the waitlist, in a sentence."""
    if facts.cancelled:
        return "This event was cancelled."
    if facts.begun:
        return "This event has begun; nobody is called from the waitlist any more."
    if facts.registered:
        return "This person is registered already."
    if facts.waiting:
        return "This person is on the waitlist already."
    return None if facts.places_left == 0 else "There are places free. Take one instead."


def door_is_open(starts_at: datetime, at: datetime) -> bool:
    """Whether attendance can be written down: from half a day before the start, and ever after."""
    return at >= starts_at - DOOR_OPENS


def feedback_closed_because(came: bool, cancelled: bool, ends_at: datetime, at: datetime) -> str | None:
    """Why someone cannot say what they think of an event, in a sentence."""
    if cancelled or not came:
        return "Feedback is asked of those who came, once it is written down that they did."
    if at < ends_at:
        return "Feedback is asked once the event is over."
    return "Feedback could be given for 30 days after the event." if at > ends_at + FEEDBACK_FOR else None


def note_closed_because(kind: str, came: bool, by_staff: bool, begun: bool, cancelled: bool) -> str | None:
    """Why someone cannot write down what they saw at a school, in a sentence."""
    if kind != "school_visit":
        return "Notes are kept of visits to schools."
    if cancelled or not begun:
        return "Notes are written once the visit has begun."
    return None if came or by_staff else "Notes are written by those who came."


def when_met(
    came_to: Iterable[tuple[str, datetime]], counts: Collection[str], least: int
) -> tuple[int, datetime | None]:
    """How many of the events a school came to count, and when it had come to enough of them.

    came_to   (kind, start) of each different event
    counts    kinds that count; `least` of them, 1 or more, are enough
    returns   the number that count, and the start of the one with which it was enough, or nothing

    >>> when_met([("workshop", datetime(2015, 2, 3)), ("webinar", datetime(2015, 1, 5))], ["workshop"], 1)
    (1, datetime.datetime(2015, 2, 3, 0, 0))
    """
    counted = sorted(start for kind, start in came_to if kind in counts)
    return len(counted), counted[least - 1] if len(counted) >= least else None
