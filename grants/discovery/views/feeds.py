"""Calendars that anyone may take in: of a call, and of one event."""

from flask.typing import ResponseReturnValue

from grants.discovery.dates import dates_of_call, event_dates
from grants.discovery.queries.calls import call_for
from grants.discovery.views.blueprint import bp, the_event
from grants.discovery.views.calls import ADDRESS
from grants.messages.calendars import sent
from grants.web.access import current_actor, public, requires


@bp.get(f"{ADDRESS}/calendar.ics")
@public
def call_calendar(key: str, call_id: str) -> ResponseReturnValue:
    """A call's deadlines and events, for anybody's calendar."""
    call = call_for(current_actor(), call_id)
    return sent(call.cycle.title, dates_of_call(call), f"{call.cycle.key}.ics")


@bp.get("/events/<public_id:event_id>/event.ics")
@requires()
def event_file(event_id: str) -> ResponseReturnValue:
    """One event, to put into a calendar by hand."""
    event = the_event(event_id)
    return sent(event.title, event_dates([event]), "event.ics")
