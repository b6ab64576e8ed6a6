"""Pages of discovery: public pages, questions and resources; events, places, the door, what was reached."""

from grants.discovery.views import (
    afterwards,
    answering,
    asking,
    calendar,
    calls,
    door,
    event,
    feeds,
    keeping,
    planning,
    reach,
    resources,
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
    "keeping",
    "planning",
    "reach",
    "resources",
    "roster",
]
