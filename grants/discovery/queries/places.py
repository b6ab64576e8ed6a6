"""Reading who has a place, and who could take one."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from grants.discovery.models import Event, Registration
from grants.kernel.errors import Invalid, Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.session import db


def held() -> ColumnElement[bool]:
    """Holds for places that were not given up."""
    return Registration.cancelled_at.is_(None)


def places(event: Event) -> Sequence[Registration]:
    """Everyone who has a place, by name, with person and organization. For services: not scoped to an actor."""
    return db.session.scalars(_places(event)).unique().all()


def places_seen_by(actor: Actor, event: Event) -> Sequence[Registration]:
    """Those whose names the actor may read: all for staff, their own organizations' for members."""
    return db.session.scalars(_places(event).where(_sees(actor))).unique().all()


def place_for(actor: Actor, public_id: str) -> Registration:
    """One person's place, with its event.

    raises   Missing when there is none, or it is another organization's
    """
    place = db.session.scalar(
        select(Registration)
        .where(Registration.public_id == public_id, _sees(actor))
        .options(joinedload(Registration.event).joinedload(Event.cycle), joinedload(Registration.person))
    )
    if place is None:
        raise Missing("There is no such registration, or it is not yours to see.")
    return place


def _places(event: Event) -> Select[Registration]:
    return (
        select(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event.id, held())
        .options(contains_eager(Registration.person), joinedload(Registration.organization))
        .order_by(Person.name, Registration.id)
    )


def _sees(actor: Actor) -> ColumnElement[bool]:
    if actor.is_staff or actor.may("event.manage"):
        return true()
    return or_(Registration.organization_id.in_(actor.organization_ids), Registration.person_id == actor.person_id)


def can_join(actor: Actor, event: Event) -> Sequence[OrganizationMembership]:
    """The actor's own organizations' members who have no place yet, themselves first, with person and organization."""
    placed = select(Registration.person_id).where(Registration.event_id == event.id, held())
    return db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .join(OrganizationMembership.organization)
        .where(
            OrganizationMembership.organization_id.in_(actor.organization_ids),
            OrganizationMembership.person_id.not_in(placed),
            Person.is_active,
        )
        .options(contains_eager(OrganizationMembership.person), contains_eager(OrganizationMembership.organization))
        .order_by(
            OrganizationMembership.person_id != actor.person_id,
            Person.name,
            Organization.name,
            OrganizationMembership.id,
        )
    ).all()


def someone_at_the_door(email: str) -> tuple[Person, Organization]:
    """A person with an account, by email address, and the organization they come for.

    raises   Invalid when nobody has that address, or the person belongs to no organization
    """
    found = db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .where(Person.email == email.strip().lower(), Person.is_active)
        .options(contains_eager(OrganizationMembership.person), joinedload(OrganizationMembership.organization))
        .order_by(OrganizationMembership.since, OrganizationMembership.id)
    ).first()
    if found is None:
        sentence = "Nobody of a school has an account with this address."
        raise Invalid(sentence, {"email": sentence})
    return found.person, found.organization
