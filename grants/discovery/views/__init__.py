"""Pages of events: the calendar, places, the door, and what discovery has reached."""

from grants.discovery.views import afterwards, calendar, door, event, planning, reach, roster
from grants.discovery.views.blueprint import bp

__all__ = ["afterwards", "bp", "calendar", "door", "event", "planning", "reach", "roster"]
