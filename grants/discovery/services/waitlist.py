"""The waitlist of an event: who came first is first, and a place that comes free is theirs at once."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.policy import EventFacts, may_register, not_waiting_because
from grants.discovery.services.noting import case_of, note, said_of
from grants.discovery.services.seats import places_left, registration_of, seat, waiting_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import SYSTEM, Actor, require, require_permission
from grants.messages import services as messages
from grants.people.models import Organization, Person
from grants.people.queries import belongs
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db


def join_waitlist(actor: Actor, event: Event, person: Person, organization: Organization) -> Waiting:
    """Put a person at the end of the line for an event that is full.

    raises   Refused for another organization or someone who is not a member of it;
             Clash when there are places, the event has begun or is cancelled, or the person is in it or in line already
    """
    if not actor.may("event.manage"):
        require_permission(actor, "event.register")
    require(may_register(actor, organization.id, belongs(person, organization)))
    lock(event)
    registration = registration_of(event, person)
    facts = EventFacts(
        cancelled=event.cancelled_at is not None,
        begun=event.starts_at <= now(),
        places_left=places_left(event),
        registered=registration is not None and registration.cancelled_at is None,
        waiting=waiting_of(event, person) is not None,
    )
    if reason := not_waiting_because(facts):
        raise Clash(reason)
    waiting = Waiting(event=event, person=person, organization=organization, since=now())
    db.session.add(waiting)
    db.session.flush()
    note(actor, event, organization.id, f"{person.name} joined the waitlist of “{event.title}”.")
    return waiting


def leave_waitlist(actor: Actor, waiting: Waiting) -> None:
    """Take a person out of the line: oneself or a colleague; staff take out anyone.

    raises   Refused; Clash when they are not in line any more
    """
    if not actor.may("event.manage") and waiting.person_id != actor.person_id:
        require(may_register(actor, waiting.organization_id, belongs=True))
    waiting = _still(waiting)
    sentence = f"{waiting.person.name} left the waitlist of “{waiting.event.title}”."
    note(actor, waiting.event, waiting.organization_id, sentence)
    db.session.delete(waiting)


def give_place(actor: Actor, waiting: Waiting) -> Registration:
    """Let someone in from the line before their turn, over the limit if it is reached.

    raises   Refused; Clash once the event is over or cancelled, or when they are not in line any more
    """
    require_permission(actor, "event.manage")
    waiting = _still(waiting)
    if waiting.event.cancelled_at is not None or waiting.event.ends_at <= now():
        raise Clash("This event was cancelled." if waiting.event.cancelled_at else "This event is over.")
    case, after = case_of(waiting), {"person": waiting.person.name}
    audit.record(actor, "event.give_place", waiting.event, after=after, case_id=case.id if case else None)
    return _let_in(actor, waiting)


def promote(event: Event) -> list[Registration]:
    """Give the places that are free to the first in line, each of whom is told; the caller holds the event's lock.

    Nobody is called once the event has begun or was cancelled: they could not come any more.
    """
    if event.cancelled_at is not None or event.starts_at <= now():
        return []
    first = (
        select(Waiting)
        .join(Waiting.person)
        .where(Waiting.event_id == event.id, Person.is_active)
        .options(contains_eager(Waiting.person), joinedload(Waiting.organization))
        .order_by(Waiting.since, Waiting.id)
        .limit(places_left(event))
    )
    return [_let_in(SYSTEM, waiting) for waiting in db.session.scalars(first).all()]


def _still(waiting: Waiting) -> Waiting:
    """Someone in line, once the event is locked: a place may have come free for them meanwhile."""
    number = waiting.id
    lock(waiting.event)
    found = db.session.get(Waiting, number, populate_existing=True)
    if found is None:
        raise Clash("This person is not on the waitlist any more. Look at the page again.")
    return found


def _let_in(actor: Actor, waiting: Waiting) -> Registration:
    event, person, key = waiting.event, waiting.person, f"event-place:{waiting.public_id}"
    registration = seat(event, person, waiting.organization)
    messages.post(key, "event.place", person, said_of(event), case_of(registration))
    note(actor, event, registration.organization_id, f"{person.name} got a place at “{event.title}” from the waitlist.")
    return registration
