"""What an applicant is told of their pitch on the page of their application."""

from datetime import datetime

from flask import url_for

from grants.applications.beside import Beside, stand_beside
from grants.applications.models import Application
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.queries.pitches import is_expected, own_slot
from grants.meetings.queries.slides import slides_deadline, slides_of
from grants.web.filters import plural


def _pitch(actor: Actor, application: Application) -> Beside | None:
    try:
        slot = own_slot(actor, application.public_id)
    except Missing:
        return None
    facts: list[tuple[str, str | datetime]] = []
    action, due = "", slides_deadline(slot)
    if slot.state != "cancelled" and slot.starts_at is not None:
        where = slot.meeting.place or ("By a link" if slot.meeting.link else "To be announced")
        facts = [("When", slot.starts_at), ("How long", plural(slot.minutes or 0, "minute")), ("Where", where)]
        facts.append(("Slides are due", due.at))
        if is_expected(slot) and slot.state == "invited":
            action = "Confirm your pitch"
        elif is_expected(slot) and slot.state == "confirmed" and due.holds(now()) and not slides_of(slot):
            action = "Upload your slides"
    url = url_for("meetings.own_pitch", application_id=application.public_id)
    return Beside("Your pitch", url, ("pitch_slot", slot.state), facts, action)


stand_beside(_pitch)
