"""What happens to events: planned, changed, cancelled; people in line, registered, at the door, and afterwards."""

from grants.discovery.services.attendance import let_in, record_attendance
from grants.discovery.services.certificates import certify
from grants.discovery.services.changing import tell_of_change
from grants.discovery.services.feedback import Opinion, ask_for_feedback, give_feedback
from grants.discovery.services.places import cancel_registration, register, register_all
from grants.discovery.services.planning import EventPlan, cancel_event, change_event, schedule_event
from grants.discovery.services.seats import places_left, places_taken
from grants.discovery.services.telling import certify_all, make_some, write_to_all
from grants.discovery.services.visits import write_visit_note
from grants.discovery.services.waitlist import give_place, join_waitlist, leave_waitlist

__all__ = [
    "EventPlan",
    "Opinion",
    "ask_for_feedback",
    "cancel_event",
    "cancel_registration",
    "certify",
    "certify_all",
    "change_event",
    "give_feedback",
    "give_place",
    "join_waitlist",
    "leave_waitlist",
    "let_in",
    "make_some",
    "places_left",
    "places_taken",
    "record_attendance",
    "register",
    "register_all",
    "schedule_event",
    "tell_of_change",
    "write_to_all",
    "write_visit_note",
]
