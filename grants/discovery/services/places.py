"""People take places at events, and give them up."""

from sqlalchemy import func, select

from grants.discovery.models import Event, Registration
from grants.discovery.policy import EventFacts, closed_because, may_register
from grants.discovery.services.noting import note
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.moves import lock
from grants.persistence.session import db


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
    note(actor, event, organization.id, f"{person.name} registered for “{event.title}”.")
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
    note(actor, registration.event, registration.organization_id, sentence)


def places_taken(event: Event) -> int:
    """How many people have a place now."""
    held = Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(Registration).where(*held)) or 0


def _belongs(person: Person, organization: Organization) -> bool:
    statement = select(OrganizationMembership.id).where(
        OrganizationMembership.person_id == person.id, OrganizationMembership.organization_id == organization.id
    )
    return db.session.scalar(statement) is not None
