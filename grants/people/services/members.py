"""Who belongs to an organization, and who coaches it."""

from sqlalchemy import func, select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused, required
from grants.kernel.policy import Actor, OrganizationRole, require
from grants.people import policy
from grants.people.models import CoachInvitation, Organization, OrganizationMembership, Person
from grants.people.queries import person_of_email
from grants.people.services import mail
from grants.people.services.accounts import new_account
from grants.people.services.through import follow_in_consortia, keep_in_step
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db


def invite_member(
    actor: Actor, organization: Organization, name: str, email: str, role: OrganizationRole
) -> OrganizationMembership:
    """Let a colleague in by their address: with an account they are told, without one they are invited.

    raises   Refused; Invalid when the name or address does not hold; Clash when they belong to it already
    """
    require(policy.may_manage_members(actor, organization.id))
    person, is_new = known_or_new(actor, name, email)
    membership = add_member(actor, organization, person, role)
    if is_new:
        mail.send_invitation(actor, person, f"you are with {organization.name}, as {role.label.lower()}")
    else:
        mail.send_joined(actor, person, f"member:{membership.id}", organization.name, role.label.lower())
    return membership


def add_member(
    actor: Actor, organization: Organization, person: Person, role: OrganizationRole
) -> OrganizationMembership:
    """Make a person with an account a member, without a word to them.

    raises   Refused; Invalid for one of the foundation's own staff or a closed account; Clash when they are a member
    """
    require(policy.may_manage_members(actor, organization.id))
    return new_member(actor, organization, person, role)


def new_member(
    actor: Actor, organization: Organization, person: Person, role: OrganizationRole
) -> OrganizationMembership:
    """The bare membership; those who call it have asked whether the actor may.

    raises   Invalid for one of the foundation's own staff or a closed account; Clash when they are a member
    """
    must_be_welcome(person)
    lock(organization)  # one that joins a consortium at the same moment waits here
    if _membership(organization, person) is not None:
        raise Clash(f"{person.name} belongs to {organization.name} already.")
    membership = OrganizationMembership(organization=organization, person=person, role=role, since=now())
    db.session.add(membership)
    db.session.flush()
    audit.record(actor, "organization.add_member", organization, after={"person": person.name, "role": role.value})
    follow_in_consortia(actor, organization)
    return membership


def change_member_role(actor: Actor, organization: Organization, person: Person, role: OrganizationRole) -> None:
    """Give a member another role.

    raises   Refused, also when the organization would lose its only lead; Clash when they are no member
    """
    require(policy.may_manage_members(actor, organization.id))
    lock(organization)
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


def remove_member(actor: Actor, organization: Organization, person: Person) -> None:
    """Take a member out; what they wrote stays, and they see nothing of it any more.

    raises   Refused, also when the organization would lose its only lead; Clash when they are no member
    """
    require(policy.may_manage_members(actor, organization.id))
    lock(organization)
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


def invite_coach(
    actor: Actor, organization: Organization, name: str, email: str, partner: str, task: str, cause: str
) -> CoachInvitation:
    """Let a mentor from a partner in, and tell them; whoever coaches the organization already goes on to.

    What they may read, the caller keeps.
    partner   the organization they come from
    task      what they are asked for, as the end of a sentence that begins "you are to"
    cause     names the request, so that it is told once
    raises    Refused; Invalid; Clash when they are a member
    """
    require(policy.may_manage_members(actor, organization.id))
    partner = required(partner, "partner", "Write which organization the coach comes from.")
    person, is_new = known_or_new(actor, name, email)
    must_be_welcome(person)
    if _membership(organization, person) is not None:
        raise Clash(f"{person.name} belongs to {organization.name}, and so reads its drafts already.")
    invitation = _coaching(organization, person)
    if invitation is None:
        invitation = CoachInvitation(
            organization=organization, person=person, invited_by_id=actor.person_id, since=now(), ended_at=now()
        )
        db.session.add(invitation)
    if invitation.ended_at is not None:
        invitation.since, invitation.ended_at = now(), None
        invitation.invited_by_id = actor.person_id or invitation.invited_by_id
    invitation.partner = partner
    db.session.flush()
    audit.record(actor, "organization.invite_coach", organization, after={"person": person.name, "from": partner})
    if is_new:
        mail.send_invitation(actor, person, f"you are to {task}")
    else:
        mail.send_joined(actor, person, f"coach:{cause}", organization.name, f"coach, to {task}")
    return invitation


def end_coaching(actor: Actor, organization: Organization, person: Person) -> None:
    """Let a coach go; they see nothing of the organization from now on.

    raises   Refused; Clash when they do not coach it
    """
    require(policy.may_manage_members(actor, organization.id))
    invitation = _coaching(organization, person)
    if invitation is None or invitation.ended_at is not None:
        raise Clash(f"{person.name} does not coach {organization.name}.")
    invitation.ended_at = now()
    audit.record(actor, "organization.end_coaching", organization, before={"person": person.name})


def known_or_new(actor: Actor, name: str, email: str) -> tuple[Person, bool]:
    """The account of an address, and whether it was made for this."""
    person = person_of_email(email)
    if person is not None:
        return person, False
    person = new_account(name, email)
    audit.record(actor, "account.add", person, after={"name": person.name, "email": person.email})
    return person, True


def must_be_welcome(person: Person) -> None:
    """raises   Invalid for one of the foundation's own staff or a closed account"""
    if not person.is_active:
        raise Invalid("This account is closed.", {"email": f"The account of {person.name} is closed."})
    lock(person)  # who is given a role at the same moment waits here
    verdict = policy.may_belong(person.name, {grant.role for grant in person.grants})
    if verdict.reason is not None:
        raise Invalid(verdict.reason, {"email": verdict.reason})


def _membership(organization: Organization, person: Person) -> OrganizationMembership | None:
    return db.session.scalar(
        select(OrganizationMembership).where(
            OrganizationMembership.organization_id == organization.id, OrganizationMembership.person_id == person.id
        )
    )


def _must_be_member(organization: Organization, person: Person) -> OrganizationMembership:
    membership = _membership(organization, person)
    if membership is None:
        raise Clash(f"{person.name} no longer belongs to {organization.name}.")
    return membership


def _must_be_own(organization: Organization, person: Person) -> OrganizationMembership:
    """The same, of somebody who belongs to it directly: who comes through a member organization is changed there."""
    membership = _must_be_member(organization, person)
    if membership.through is not None:
        raise Refused(f"{person.name} is here through {membership.through.name}: change that there.")
    return membership


def _coaching(organization: Organization, person: Person) -> CoachInvitation | None:
    return db.session.scalar(
        select(CoachInvitation).where(
            CoachInvitation.organization_id == organization.id, CoachInvitation.person_id == person.id
        )
    )


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
