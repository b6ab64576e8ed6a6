"""A person's own calendar: what every step of the process contributes, as far as they may know of it."""

from collections.abc import Callable
from itertools import chain

from grants.applications import dates as applications
from grants.discovery import dates as discovery
from grants.kernel.policy import Actor
from grants.meetings import dates as meetings
from grants.messages.calendars import Entry
from grants.monitoring import dates as monitoring
from grants.review import dates as review

SOURCES: tuple[Callable[[Actor], list[Entry]], ...] = (
    discovery.dates,
    applications.dates,
    review.dates,
    meetings.dates,
    monitoring.dates,
)


def dates_of(actor: Actor) -> list[Entry]:
    """Everything that stands in the actor's calendar."""
    return list(chain.from_iterable(source(actor) for source in SOURCES))
