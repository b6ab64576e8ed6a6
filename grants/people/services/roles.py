"""Foundation roles, given and taken."""

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, Role, require, require_permission
from grants.people import policy
from grants.people.accounts import coaches_now
from grants.people.models import CoachInvitation, Organization, OrganizationMembership, Person, RoleGrant
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db


def grant_role(actor: Actor, person: Person, role: Role) -> None:
    """Give a person a role.

    raises   Refused, for oneself too, and for one of the staff's to someone of an organization; Clash when they hold it
    """
    require(policy.may_grant(actor, person.id, role))
    lock(person)  # who is let into an organization at the same moment waits here
    require(policy.may_work_here(person.name, role, _organizations_of(person)))
    if _held(person, role) is not None:
        raise Clash(f"{person.name} is {role.label.lower()} already.")
    db.session.add(RoleGrant(person=person, role=role, granted_at=now(), granted_by_id=actor.person_id))
    db.session.flush()
    audit.record(actor, "account.grant", person, after={"role": role.value})


def revoke_role(actor: Actor, person: Person, role: Role) -> None:
    """Take a role from a person; what they may do changes with their next click.

    raises   Refused for the last administrator; Clash when they do not hold it
    """
    require_permission(actor, "account.manage")
    grant = _held(person, role)
    if grant is None:
        raise Clash(f"{person.name} is not {role.label.lower()}.")
    if role is Role.ADMINISTRATOR:
        require(policy.may_lose_administrator(other_administrators(person)))
    db.session.delete(grant)
    db.session.flush()
    db.session.expire(person, ["grants"])
    audit.record(actor, "account.revoke", person, before={"role": role.value})


def other_administrators(person: Person) -> int:
    """How many administrators with an open account there are beside a person.

    Their grants are locked until the transaction ends, so that two who take the role from each other at the same
    moment cannot both succeed.
    """
    held = db.session.scalars(
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.ADMINISTRATOR, Person.is_active)
        .order_by(RoleGrant.id)
        .with_for_update(of=RoleGrant)
    ).all()
    return sum(person_id != person.id for person_id in held)


def _organizations_of(person: Person) -> list[str]:
    """Names of the organizations a person belongs to or coaches."""
    belongs = select(OrganizationMembership.organization_id).where(OrganizationMembership.person_id == person.id)
    coaches = select(CoachInvitation.organization_id).where(CoachInvitation.person_id == person.id, coaches_now())
    named = select(Organization.name).where(Organization.id.in_(belongs.union(coaches))).order_by(Organization.name)
    return list(db.session.scalars(named))


def _held(person: Person, role: Role) -> RoleGrant | None:
    return db.session.scalar(select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == role))
