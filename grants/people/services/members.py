"""Who belongs to an organization."""

from sqlalchemy import func, select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import Actor, OrganizationRole, require, require_permission
from grants.people import policy
from grants.people.invitations import follow_arrival, open_invitation
from grants.people.models import Organization, OrganizationMembership, Person
from grants.people.queries import person_of_email
from grants.people.services.accounts import new_account
from grants.people.services.through import follow_in_consortia, keep_in_step, take
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db


def add_member(
    actor: Actor, organization: Organization, person: Person, role: OrganizationRole
) -> OrganizationMembership:
    """Make a person with an account a member, without asking them: for the foundation alone, which knows that they are.

    A lead asks (invite_member): whoever belongs to an organization never judges it, which nobody else decides for them.
    raises   Refused; Invalid for one of the foundation's own staff or a closed account; Clash when they are a member
    """
    require_permission(actor, "organization.manage")
    return new_member(actor, organization, person, role)


def new_member(
    actor: Actor, organization: Organization, person: Person, role: OrganizationRole
) -> OrganizationMembership:
    """The bare membership; those who call it have asked whether the actor may, and whether the person wants it.

    raises   Invalid for one of the foundation's own staff or a closed account; Clash when they are a member
    """
    take(organization)
    must_be_welcome(actor, person)
    if membership_of(organization, person) is not None:
        raise Clash(f"{person.name} belongs to {organization.name} already.")
    membership = OrganizationMembership(organization=organization, person=person, role=role, since=now())
    db.session.add(membership)
    if asked := open_invitation(organization.id, person.id):
        asked.ended_at, asked.ended = now(), "accepted"
    db.session.flush()
    audit.record(actor, "organization.add_member", organization, after={"person": person.name, "role": role.value})
    follow_in_consortia(actor, organization)
    follow_arrival(organization, person)
    return membership


def change_member_role(actor: Actor, organization: Organization, person: Person, role: OrganizationRole) -> None:
    """Give a member another role.

    raises   Refused, also when the organization would lose its only lead; Clash when they are no member
    """
    require(policy.may_manage_members(actor, organization.id))
    take(organization)
    membership = _must_be_own(organization, person)
    before = membership.role
    if before == role:
        return
    _keep_a_lead(actor, organization, membership)
    membership.role = role
    audit.record(
        actor,
        "organization.change_member",
        organization,
        before={"person": person.name, "role": before},
        after={"person": person.name, "role": role.value},
    )
    db.session.flush()
    follow_in_consortia(actor, organization)
    follow_arrival(organization, person)


def remove_member(actor: Actor, organization: Organization, person: Person) -> None:
    """Take a member out; what they wrote stays, and they see nothing of it any more.

    raises   Refused, also when the organization would lose its only lead; Clash when they are no member
    """
    require(policy.may_manage_members(actor, organization.id))
    take(organization)
    membership = _must_be_own(organization, person)
    _keep_a_lead(actor, organization, membership)
    db.session.delete(membership)
    db.session.flush()
    audit.record(
        actor, "organization.remove_member", organization, before={"person": person.name, "role": membership.role}
    )
    if organization.kind == "consortium":  # they may be in a member organization too
        keep_in_step(actor, organization)
    follow_in_consortia(actor, organization)


def known_or_new(actor: Actor, name: str, email: str) -> tuple[Person, bool]:
    """The account of an address, and whether it was made for this."""
    person = person_of_email(email)
    if person is not None:
        return person, False
    person = new_account(name, email)
    audit.record(actor, "account.add", person, after={"name": person.name, "email": person.email})
    return person, True


def must_be_welcome(actor: Actor, person: Person) -> None:
    """Whether somebody can be of an organization. Why not, the foundation and they themselves are told; of a school's
    own people nobody learns whose an address is, and what they are here.

    It takes the person's row; the organization's, where somebody comes to belong to one, has to be taken before.
    raises   Invalid for one of the foundation's own staff or a closed account
    """
    lock(person)  # who is given a role at the same moment waits here
    reason = f"The account of {person.name} is closed."
    if person.is_active:
        reason = policy.may_belong(person.name, {grant.role for grant in person.grants}).reason or ""
    if reason and actor.person_id != person.id and not actor.may("organization.manage"):
        reason = "This address cannot be invited. Ask the foundation, which can tell you more."
    if reason:
        raise Invalid(reason, {"email": reason})


def membership_of(organization: Organization, person: Person) -> OrganizationMembership | None:
    """A person's place in an organization, of those who have one."""
    return db.session.scalar(
        select(OrganizationMembership).where(
            OrganizationMembership.organization_id == organization.id, OrganizationMembership.person_id == person.id
        )
    )


def _must_be_member(organization: Organization, person: Person) -> OrganizationMembership:
    membership = membership_of(organization, person)
    if membership is None:
        raise Clash(f"{person.name} no longer belongs to {organization.name}.")
    return membership


def _must_be_own(organization: Organization, person: Person) -> OrganizationMembership:
    """The same, of somebody who belongs to it directly: who comes through a member organization is changed there."""
    membership = _must_be_member(organization, person)
    if membership.through is not None:
        raise Refused(f"{person.name} is here through {membership.through.name}: change that there.")
    return membership


def _keep_a_lead(actor: Actor, organization: Organization, leaving: OrganizationMembership) -> None:
    if leaving.role != OrganizationRole.LEAD:
        return
    # Whoever calls holds the organization's row: two leads who remove each other at the same moment wait there.
    others = db.session.scalar(
        select(func.count())
        .select_from(OrganizationMembership)
        .where(
            OrganizationMembership.organization_id == organization.id,
            OrganizationMembership.role == OrganizationRole.LEAD,
            OrganizationMembership.id != leaving.id,
        )
    )
    require(policy.may_lose_lead(others or 0, by_staff=actor.may("organization.manage")))
