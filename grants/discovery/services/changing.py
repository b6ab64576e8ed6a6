"""Who comes to an event is told of another time or place, in one mail for all that changes within minutes."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from grants.background import enqueue
from grants.discovery import queries
from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.services.noting import case_of, said_of
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.messages import services as messages
from grants.persistence.moves import lock
from grants.persistence.session import db

GATHERED_FOR: Final = timedelta(minutes=5)
JOB: Final = "discovery.tell_of_change"
TIES: Final = {Registration: "for which you have a place", Waiting: "on whose waitlist you are"}


def when_and_where(event: Event) -> str:
    """What somebody has to know to be there, from the first minute to the last."""
    begins, ends = in_words(event.starts_at, event.cycle.time_zone), in_words(event.ends_at, event.cycle.time_zone)
    zone = ZoneInfo(event.cycle.time_zone)
    if event.starts_at.astimezone(zone).date() == event.ends_at.astimezone(zone).date():
        ends = ends.rsplit(", ", 1)[1]
    place = event.place or "the place is announced later"
    return f"{begins}, to {ends}; {place}"


def tell_later(event: Event, told_as: str) -> None:
    """Have everyone told in a few minutes, unless that is asked for already; the caller holds the event's lock.

    told_as   when and where it was until now, as people know it
    """
    if event.untold_since is not None or event.ends_at <= now():
        return
    event.untold_since, event.told_as = now(), told_as
    at = now() + GATHERED_FOR
    key = f"{JOB}:{event.public_id}:{event.untold_since.isoformat()}"
    enqueue(db.session(), JOB, key=key, run_at=at, event_id=event.public_id)


def tell_of_change(event: Event) -> int:
    """Tell everyone who has a place or waits for one, and knew of the event before it changed. Twice is once.

    returns   how many people are told now: nobody when all is as it was, or the event is cancelled or over
    """
    lock(event)
    since, was = event.untold_since, event.told_as
    if since is None:
        return 0
    event.untold_since = event.told_as = None
    if event.cancelled_at is not None or event.ends_at <= now() or was == when_and_where(event):
        return 0
    people: list[Registration | Waiting] = [one for one in queries.places(event) if one.registered_at <= since]
    people += [one for one in queries.waitlist(event) if one.since <= since]
    return sum(_tell(event, one, since, was or "") for one in people)


def _tell(event: Event, one: Registration | Waiting, since: datetime, was: str) -> bool:
    facts = {**said_of(event), "tie": TIES[type(one)], "now": when_and_where(event), "was": was}
    key = f"event-changed:{one.public_id}:{since.isoformat()}"
    return messages.post(key, "event.changed", one.person, facts, case_of(one)) is not None
