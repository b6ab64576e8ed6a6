"""Reading people and organizations, always as someone."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, Membership
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import CoachInvitation, Person
from grants.people.todos import todos
from grants.persistence.session import db

__all__ = ["actor_by_token", "actor_of", "person_of", "todos"]


def actor_of(person: Person) -> Actor:
    """A person as an actor, with the roles they hold now."""
    coaching = db.session.scalars(
        select(CoachInvitation.organization_id).where(
            CoachInvitation.person_id == person.id, CoachInvitation.ended_at.is_(None)
        )
    ).all()
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
        coaching=frozenset(coaching),
    )


def actor_by_token(token: str) -> Actor | None:
    """The person a session was opened for, or None when the session no longer holds.

    token   "<public id>.<session stamp>"
    """
    public_id, _, stamp = token.partition(".")
    person = db.session.scalar(
        select(Person)
        .where(Person.public_id == public_id, Person.session_stamp == stamp, Person.is_active)
        .options(selectinload(Person.grants), selectinload(Person.memberships))
    )
    return actor_of(person) if person else None


def person_of(actor: Actor) -> Person:
    """The person an actor is.

    raises   Missing for the system and for visitors, who are nobody
    """
    person = db.session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise Missing("There is no person behind this act.")
    return person
