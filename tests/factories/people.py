"""People and organizations for tests. Called inside a unit of work; they flush, so that ids are known."""

from itertools import count
from typing import Any

from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Organization, OrganizationMembership, Person, RoleGrant
from grants.persistence.base import new_public_id
from grants.persistence.session import db

_numbers = count(1)


def person(name: str | None = None, *roles: Role, email: str | None = None, **more: Any) -> Person:
    """A person with an account and these foundation roles."""
    number = next(_numbers)
    someone = Person(
        name=name or f"Person {number}",
        email=email or f"person{number}@example.org",
        session_stamp=new_public_id(),
        created_at=now(),
        **more,
    )
    db.session.add(someone)
    db.session.flush()
    db.session.add_all(RoleGrant(person_id=someone.id, role=role, granted_at=now()) for role in roles)
    db.session.flush()
    return someone


def organization(name: str | None = None, kind: str = "school", **more: Any) -> Organization:
    """An organization; a district-run school unless told otherwise."""
    more.setdefault("sector", "district" if kind == "school" else None)
    one = Organization(name=name or f"School {next(_numbers)}", kind=kind, created_at=now(), **more)
    db.session.add(one)
    db.session.flush()
    return one


def join(someone: Person, place: Organization, role: OrganizationRole = OrganizationRole.LEAD) -> None:
    """Make a person a member of an organization."""
    db.session.add(OrganizationMembership(person_id=someone.id, organization_id=place.id, role=role, since=now()))
    db.session.flush()


def actor(someone: Person) -> Actor:
    """The person as an actor, as a request of theirs would see it."""
    from grants.people.queries import actor_of

    db.session.expire(someone, ["grants", "memberships", "coaching"])
    return actor_of(someone)
