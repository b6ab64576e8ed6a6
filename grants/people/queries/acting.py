"""As whom one acts: people as actors, and who somebody is."""

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, Membership
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.session import db


def actor_of(person: Person) -> Actor:
    """A person as an actor, with the roles they hold now."""
    coaching = frozenset(invitation.organization_id for invitation in person.coaching)
    roles = {Role(grant.role) for grant in person.grants}
    if person.memberships:
        roles.add(Role.APPLICANT)
    if coaching:
        roles.add(Role.COACH)
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        roles=frozenset(roles),
        memberships=tuple(
            Membership(place.organization_id, OrganizationRole(place.role)) for place in person.memberships
        ),
        coaching=coaching,
        public_id=person.public_id,
        looks_at=person.looks_at_id,
    )


def actor_by_token(token: str) -> Actor | None:
    """The person a session was opened for, or None when the session no longer holds.

    token   "<public id>.<session stamp>"
    """
    public_id, _, stamp = token.partition(".")
    found = db.session.execute(_signed_in(), {"public_id": public_id, "stamp": stamp})
    person = found.unique().scalar_one_or_none()
    return actor_of(person) if person else None


@cache
def _signed_in() -> Select[Person]:
    """Every request begins with this: one statement, since nobody has more than a few of each; put together once."""
    return (
        select(Person)
        .where(Person.public_id == bindparam("public_id"), Person.session_stamp == bindparam("stamp"), Person.is_active)
        .options(joinedload(Person.grants), joinedload(Person.memberships), joinedload(Person.coaching))
    )


def person_of(actor: Actor) -> Person:
    """The person an actor is.

    raises   Missing for the system and for visitors, who are nobody
    """
    person = db.session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise Missing("There is no person behind this act.")
    return person


def person_of_email(email: str) -> Person | None:
    """Whoever has this address, whether their account is open or closed."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def belongs(person: Person, organization: Organization) -> bool:
    """Whether a person is a member of an organization."""
    statement = select(OrganizationMembership.id).where(
        OrganizationMembership.person_id == person.id, OrganizationMembership.organization_id == organization.id
    )
    return db.session.scalar(statement) is not None


def account_of_email(email: str) -> Person | None:
    """The open account that signs in with this address: for signing in and for a forgotten password, as nobody yet."""
    person = person_of_email(email)
    return person if person is not None and person.is_active else None
