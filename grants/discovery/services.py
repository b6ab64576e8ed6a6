"""What happens to events: planned, changed, cancelled; people registered, and checked in at the door."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from grants.casework import services as casework
from grants.discovery import queries
from grants.discovery.models import EVENT_KINDS, Event, Registration
from grants.discovery.policy import EventFacts, closed_because, door_is_open, may_register
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.messages import services as messages
from grants.people.models import Organization, OrganizationMembership, Person
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
    """Change what is planned; people who have a place keep it.

    raises   Refused; Invalid with a sentence by field; Clash when it was cancelled
    """
    require_permission(actor, "event.manage")
    plan.check()
    if event.cancelled_at is not None:
        raise Clash("This event was cancelled; plan a new one instead.")
    taken = places_taken(event)
    if plan.capacity is not None and plan.capacity < taken:
        sentence = f"{taken} people have a place already. Write at least {taken}."
        raise Invalid(sentence, {"capacity": sentence})
    before = _said(event)
    for name, value in vars(replace(plan, illustrative=event.illustrative)).items():
        setattr(event, name, value)
    db.session.flush()
    audit.record(actor, "event.change", event, before=before, after=_said(event))


def cancel_event(actor: Actor, event: Event, reason: str) -> None:
    """Call an event off and tell everyone who has a place.

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
    for registration in queries.places(event):
        facts = {"event": event.title, "reason": reason.strip()}
        messages.post(f"event-cancelled:{registration.public_id}", "event.cancelled", registration.person, facts)


def register(actor: Actor, event: Event, person: Person, organization: Organization) -> Registration:
    """Give a person a place for an organization, and open that organization's case in the cycle.

    A place that was given up can be taken again.

    raises   Refused for another organization or someone who is not a member of it;
             Clash when the event is full, over or cancelled, or the person has a place already
    """
    by_staff = actor.may("event.manage")
    if not by_staff:
        require_permission(actor, "event.register")
    require(may_register(actor, organization.id, _belongs(person, organization)))
    lock(event)
    registration = db.session.scalar(
        select(Registration).where(Registration.event_id == event.id, Registration.person_id == person.id)
    )
    held = registration is not None and registration.cancelled_at is None
    left = None if event.capacity is None else max(0, event.capacity - places_taken(event))
    facts = EventFacts(event.cancelled_at is not None, event.ends_at <= now(), left, held)
    if reason := closed_because(facts, by_staff):
        raise Clash(reason)
    if registration is None:
        registration = Registration(event_id=event.id, person_id=person.id)
    registration.organization_id, registration.registered_at, registration.cancelled_at = organization.id, now(), None
    db.session.add(registration)
    db.session.flush()
    _note(actor, event, organization.id, f"{person.name} registered for “{event.title}”.")
    return registration


def cancel_registration(actor: Actor, registration: Registration) -> None:
    """Give up a place: one's own, or a colleague's.

    raises   Refused; Clash when it was given up already, or the person came
    """
    if not actor.may("event.manage"):
        require(may_register(actor, registration.organization_id, belongs=True))
    if registration.cancelled_at is not None or registration.attended_at is not None:
        raise Clash(
            "This place was given up already." if registration.cancelled_at else "This person came to the event."
        )
    registration.cancelled_at = now()
    sentence = f"{registration.person.name} gave up the place at “{registration.event.title}”."
    _note(actor, registration.event, registration.organization_id, sentence)


def record_attendance(actor: Actor, event: Event, registrations: Collection[Registration], came: bool = True) -> int:
    """Write down who came, or that someone did not after all. Saying it twice changes nothing.

    returns  how many entries were changed
    raises   Refused; Clash before the day of the event
    """
    require_permission(actor, "event.manage")
    if event.cancelled_at is not None or not door_is_open(event.starts_at, now()):
        raise Clash("Attendance is written down on the day of the event or after it.")
    changed = [
        place
        for place in registrations
        if place.event_id == event.id and place.cancelled_at is None and (place.attended_at is not None) != came
    ]
    for place in changed:
        place.attended_at = now() if came else None
    names = sorted(place.person.name for place in changed)
    if changed:
        after: dict[str, Any] = {"came" if came else "did_not_come": names}
        audit.record(actor, "event.attendance", event, after=after)
    for organization_id in {place.organization_id for place in changed}:
        mine = sorted(place.person.name for place in changed if place.organization_id == organization_id)
        verb = "came to" if came else "did not come to"
        _note(actor, event, organization_id, f"{_listing(mine)} {verb} “{event.title}”.")
    return len(changed)


def places_taken(event: Event) -> int:
    """How many people have a place now."""
    held = Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Registration).where(*held)) or 0


def _belongs(person: Person, organization: Organization) -> bool:
    statement = select(OrganizationMembership.id).where(
        OrganizationMembership.person_id == person.id, OrganizationMembership.organization_id == organization.id
    )
    return db.session.scalar(statement) is not None


def _note(actor: Actor, event: Event, organization_id: int, sentence: str) -> None:
    case = casework.open_case(actor, event.cycle_id, organization_id)
    reference = ["discovery.event", event.public_id]
    casework.note_event(actor, case, "discovery", sentence, audience="applicant", reference=reference)


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _said(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in EventPlan.__dataclass_fields__ if name != "illustrative"}
