"""A seat at an event: how many are taken and left, and giving one. Whoever calls has taken the event's lock."""

from sqlalchemy import func, select

from grants.discovery.models import Event, Registration, Waiting
from grants.kernel.clock import now
from grants.people.models import Organization, Person
from grants.persistence.session import db


def places_taken(event: Event) -> int:
    """How many people have a place now."""
    held = Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Registration).where(*held)) or 0


def places_left(event: Event) -> int | None:
    """How many more could come, 0 or more; nothing when the event has no limit."""
    return None if event.capacity is None else max(0, event.capacity - places_taken(event))


def registration_of(event: Event, person: Person) -> Registration | None:
    """A person's place at an event, held or given up."""
    return db.session.scalar(
        select(Registration).where(Registration.event_id == event.id, Registration.person_id == person.id)
    )


def waiting_of(event: Event, person: Person) -> Waiting | None:
    """A person's place in the line for an event."""
    return db.session.scalar(select(Waiting).where(Waiting.event_id == event.id, Waiting.person_id == person.id))


def seat(event: Event, person: Person, organization: Organization) -> Registration:
    """Write a person down for an organization; whoever was in line for the event is so no longer."""
    registration = registration_of(event, person) or Registration(event=event, person=person)
    registration.organization, registration.registered_at, registration.cancelled_at = organization, now(), None
    db.session.add(registration)
    if (waited := waiting_of(event, person)) is not None:
        db.session.delete(waited)
    db.session.flush()
    return registration
