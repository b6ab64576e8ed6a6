"""Who belongs to a consortium through its member organizations: kept in step with them, in the same transaction.

They have rows like everybody else's, so that whatever asks who belongs to an organization, a conflict of interest above
all, finds them without knowing of consortia.
"""

from collections.abc import Sequence

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.policy import Actor, OrganizationRole
from grants.people import consortia, policy
from grants.people.models import ConsortiumMember, Organization, OrganizationMembership
from grants.people.services.moving import STRENGTH
from grants.persistence import audit
from grants.persistence.moves import lock, lock_all
from grants.persistence.session import db

_Place = tuple[OrganizationRole, int]


def take(organization: Organization) -> None:
    """Take the row of an organization whose people change, then those of the consortia it is in, whose people follow.

    One that joins a consortium at the same moment waits. Rows are taken in one order wherever people come and go: the
    organization, its consortia, then the person; whoever is given a role meanwhile waits for theirs, or it for them.
    """
    lock(organization)
    lock_all(_consortia_of(organization))


def follow_in_consortia(actor: Actor, organization: Organization) -> None:
    """Somebody joined or left an organization, or has another role in it: so do they in the consortia it is in.

    Their rows have to be taken (`take`), before that of whoever it is.
    """
    for consortium in _consortia_of(organization):
        keep_in_step(actor, consortium)


def _consortia_of(organization: Organization) -> Sequence[Organization]:
    """Those it is in now, in the order in which their rows are taken."""
    return db.session.scalars(
        select(Organization)
        .join(ConsortiumMember, ConsortiumMember.consortium_id == Organization.id)
        .where(ConsortiumMember.organization_id == organization.id, consortia.is_in())
        .order_by(Organization.id)
    ).all()


def keep_in_step(actor: Actor, consortium: Organization, what: str = "") -> None:
    """Let in who belongs to a member, with the role that follows, and out who no longer does.

    what   a sentence of what happened to its members; empty where only people came or went
    """
    lock(consortium)
    wanted = _wanted(consortium)
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for place in _present(consortium):
        role, through = wanted.pop(place.person_id, (None, None))
        if place.through_id is None or (place.role, place.through_id) == (role, through):
            continue
        before[place.person.name] = place.role
        if role is None:
            db.session.delete(place)
        else:
            place.role, place.through_id = role, through
            after[place.person.name] = role
    after |= dict(_let_in(consortium, *one) for one in sorted(wanted.items()))
    db.session.flush()
    if before or after:
        audit.record(actor, "organization.change_member", consortium, before=before, after=after)
    if what or before or after:
        for follow in consortia.changes:
            follow(actor, consortium, what)


def _let_in(consortium: Organization, person_id: int, place: _Place) -> tuple[str, OrganizationRole]:
    role, through = place
    new = OrganizationMembership(
        organization_id=consortium.id, person_id=person_id, role=role, since=now(), through_id=through
    )
    db.session.add(new)
    db.session.flush()
    return new.person.name, role


def _present(consortium: Organization) -> list[OrganizationMembership]:
    found = select(OrganizationMembership).where(OrganizationMembership.organization_id == consortium.id)
    return list(db.session.scalars(found.order_by(OrganizationMembership.id)))


def _wanted(consortium: Organization) -> dict[int, _Place]:
    """Person id -> their role, and through which organization, by what its members are now."""
    rows = db.session.execute(
        select(OrganizationMembership.person_id, OrganizationMembership.role, ConsortiumMember)
        .join(ConsortiumMember, ConsortiumMember.organization_id == OrganizationMembership.organization_id)
        .where(ConsortiumMember.consortium_id == consortium.id, consortia.is_in())
        .order_by(ConsortiumMember.role != "lead", ConsortiumMember.id, OrganizationMembership.id)
    )
    wanted: dict[int, _Place] = {}
    for person_id, at_home, member in rows:
        role = policy.role_through(OrganizationRole(at_home), leads=member.role == "lead", writes=member.writes)
        had = wanted.get(person_id)
        # Who comes through two members is what gives them more.
        if had is None or STRENGTH.index(role) < STRENGTH.index(had[0]):
            wanted[person_id] = (role, member.organization_id)
    return wanted
