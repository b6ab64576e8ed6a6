"""People take places at events, and give them up."""

from collections.abc import Sequence

from grants.discovery.models import Event, Registration
from grants.discovery.policy import EventFacts, closed_because, may_register, too_many
from grants.discovery.services.noting import note
from grants.discovery.services.seats import places_left, registration_of, seat
from grants.discovery.services.waitlist import promote
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Organization, OrganizationMembership, Person
from grants.people.queries import belongs
from grants.persistence.moves import lock


def register(actor: Actor, event: Event, person: Person, organization: Organization) -> Registration:
    """Give a person a place for an organization, and open that organization's case in the cycle.

    A place that was given up can be taken again. Staff let people in over the limit.

    raises   Refused for another organization or someone who is not a member of it;
             Clash when the event is full, over or cancelled, or the person has a place already
    """
    by_staff = actor.may("event.manage")
    if not by_staff:
        require_permission(actor, "event.register")
    require(may_register(actor, organization.id, belongs(person, organization)))
    lock(event)
    registration = registration_of(event, person)
    held = registration is not None and registration.cancelled_at is None
    facts = EventFacts(event.cancelled_at is not None, event.ends_at <= now(), places_left(event), held)
    if reason := closed_because(facts, by_staff):
        raise Clash(reason)
    registration = seat(event, person, organization)
    note(actor, event, organization.id, f"{person.name} registered for “{event.title}”.")
    return registration


def register_all(actor: Actor, event: Event, wanted: Sequence[OrganizationMembership]) -> None:
    """Give places to several people at once: all of them, or nobody.

    raises   Refused; Clash as for one, or when there are fewer places than people
    """
    lock(event)
    left = places_left(event)
    if left is not None and not actor.may("event.manage") and (reason := too_many(left, len(wanted))):
        raise Clash(reason)
    for one in wanted:
        register(actor, event, one.person, one.organization)


def cancel_registration(actor: Actor, registration: Registration) -> None:
    """Give up a place: one's own, or a colleague's. The first on the waitlist has it at once.

    raises   Refused; Clash when it was given up already, or the person came
    """
    if not actor.may("event.manage") and registration.person_id != actor.person_id:
        require(may_register(actor, registration.organization_id, belongs=True))
    lock(registration.event)
    if registration.cancelled_at is not None or registration.attended_at is not None:
        raise Clash(
            "This place was given up already." if registration.cancelled_at else "This person came to the event."
        )
    registration.cancelled_at = now()
    sentence = f"{registration.person.name} gave up the place at “{registration.event.title}”."
    note(actor, registration.event, registration.organization_id, sentence)
    promote(registration.event)
