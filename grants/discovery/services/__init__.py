"""What happens to events: planned, changed, cancelled; people registered, and checked in at the door."""

from grants.discovery.services.attendance import record_attendance
from grants.discovery.services.places import cancel_registration, places_taken, register
from grants.discovery.services.planning import EventPlan, cancel_event, change_event, schedule_event

__all__ = [
    "EventPlan",
    "cancel_event",
    "cancel_registration",
    "change_event",
    "places_taken",
    "record_attendance",
    "register",
    "schedule_event",
]
