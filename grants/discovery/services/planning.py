"""Events are planned, changed, called off."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from grants.discovery import queries
from grants.discovery.models import EVENT_KINDS, Event, Registration, Waiting
from grants.discovery.services.changing import TIES, tell_later, when_and_where
from grants.discovery.services.noting import case_of
from grants.discovery.services.seats import places_taken
from grants.discovery.services.waitlist import promote
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.messages import services as messages
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.models import Cycle


@dataclass(frozen=True)
class EventPlan:
    """All that is known of an event before it is held; `capacity` is None without a limit."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    topic: str | None = None
    description: str | None = None
    host_id: int | None = None
    place: str | None = None
    capacity: int | None = None
    illustrative: bool = False

    def check(self) -> None:
        """raises   Invalid, with a sentence by field"""
        errors = {
            "kind": "Choose a kind of event." if self.kind not in EVENT_KINDS else "",
            "title": "" if self.title.strip() else "Give the event a title.",
            "ends_at": "" if self.ends_at > self.starts_at else "The event must end after it starts.",
            "capacity": "Write at least one place, or leave it empty for no limit." if self.capacity == 0 else "",
        }
        if wrong := {field: sentence for field, sentence in errors.items() if sentence}:
            raise Invalid("The event cannot be planned like this.", wrong)


def schedule_event(actor: Actor, cycle: Cycle, plan: EventPlan) -> Event:
    """Put an event on the cycle's calendar.

    raises   Refused; Invalid with a sentence by field
    """
    require_permission(actor, "event.manage")
    plan.check()
    event = Event(cycle_id=cycle.id, **vars(plan))
    db.session.add(event)
    db.session.flush()
    audit.record(actor, "event.schedule", event, after=_said(event))
    return event


def change_event(actor: Actor, event: Event, plan: EventPlan) -> None:
    """Change what is planned; people who have a place keep it, and those who wait get what places it gains.

    Of another time or place they are told in a few minutes. Saying the same again changes nothing.

    raises   Refused; Invalid with a sentence by field; Clash when it was cancelled
    """
    require_permission(actor, "event.manage")
    plan.check()
    lock(event)
    if event.cancelled_at is not None:
        raise Clash("This event was cancelled; plan a new one instead.")
    taken = places_taken(event)
    if plan.capacity is not None and plan.capacity < taken:
        sentence = f"{taken} people have a place already. Write at least {taken}."
        raise Invalid(sentence, {"capacity": sentence})
    before, known_as = _said(event), when_and_where(event)
    if before == _said(plan):
        return
    for name, value in vars(replace(plan, illustrative=event.illustrative)).items():
        setattr(event, name, value)
    db.session.flush()
    audit.record(actor, "event.change", event, before=before, after=_said(event))
    if when_and_where(event) != known_as:
        tell_later(event, known_as)
    promote(event)


def cancel_event(actor: Actor, event: Event, reason: str) -> None:
    """Call an event off and tell everyone who has a place or waits for one.

    raises   Refused; Invalid without a reason; Clash when it is cancelled or over already
    """
    require_permission(actor, "event.manage")
    if not reason.strip():
        raise Invalid("Say why, for those who planned to come.", {"reason": "Say why, for those who planned to come."})
    lock(event)
    if event.cancelled_at is not None or event.ends_at <= now():
        raise Clash("This event was cancelled already." if event.cancelled_at else "This event is over.")
    event.cancelled_at = now()
    audit.record(actor, "event.cancel", event, after={"reason": reason.strip()})
    _tell_of_cancelling(event, reason.strip())


def _tell_of_cancelling(event: Event, reason: str) -> None:
    facts = {"event": event.title, "reason": reason}
    for registration in queries.places(event):
        tie = {"tie": TIES[Registration]}
        key, case = f"event-cancelled:{registration.public_id}", case_of(registration)
        messages.post(key, "event.cancelled", registration.person, facts | tie, case)
    for waiting in queries.waitlist(event):
        tie = {"tie": TIES[Waiting]}
        key, case = f"event-cancelled:{waiting.public_id}", case_of(waiting)
        messages.post(key, "event.cancelled", waiting.person, facts | tie, case)
        db.session.delete(waiting)


def _said(event: Event | EventPlan) -> dict[str, Any]:
    return {name: getattr(event, name) for name in EventPlan.__dataclass_fields__ if name != "illustrative"}
