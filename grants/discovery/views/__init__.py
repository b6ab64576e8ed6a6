"""Pages of discovery: public pages and questions; the calendar of events, places, the door, what was reached."""

from grants.discovery.views import (
    afterwards,
    answering,
    asking,
    calendar,
    calls,
    door,
    event,
    feeds,
    planning,
    reach,
    roster,
)
from grants.discovery.views.blueprint import bp

__all__ = [
    "afterwards",
    "answering",
    "asking",
    "bp",
    "calendar",
    "calls",
    "door",
    "event",
    "feeds",
    "planning",
    "reach",
    "roster",
]
