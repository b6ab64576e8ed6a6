"""Who may put whom down for an event, and what stands in the way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from grants.kernel.policy import YES, Actor, Verdict, no

DOOR_OPENS = timedelta(hours=12)


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
