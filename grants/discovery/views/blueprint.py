"""The blueprint, what leads to it, and what its views share."""

from flask import Blueprint

from grants.discovery import queries
from grants.discovery.models import Event
from grants.kernel.roles import Role
from grants.web.access import current_actor
from grants.web.navigation import register_nav

bp = Blueprint("discovery", __name__)

# Where schools say they stand is a page of applications; staff come to it from here.
_AROUND = dict.fromkeys((Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR), ("/events", "/readiness"))
for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR, Role.APPLICANT, Role.COACH):
    register_nav(
        _role, "Events", "discovery.events", 25 if _role in (Role.APPLICANT, Role.COACH) else 28, _AROUND.get(_role, ())
    )


def the_event(event_id: str) -> Event:
    """The event of a URL.

    raises   Missing when there is none that the actor may know of
    """
    return queries.event_for(current_actor(), event_id)
