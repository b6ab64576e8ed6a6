"""Whom an organization asks to belong to it: members from the moment they say yes, and nothing before."""

from datetime import timedelta
from typing import Final

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, OrganizationRole, require
from grants.people import policy
from grants.people.invitations import open_invitation
from grants.people.joining_models import MembershipInvitation
from grants.people.models import Organization, OrganizationMembership
from grants.people.queries import person_of
from grants.people.services import mail
from grants.people.services.members import known_or_new, membership_of, must_be_welcome, new_member
from grants.people.services.through import take
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

AGAIN_AFTER: Final = timedelta(minutes=10)


def invite_member(
    actor: Actor, organization: Organization, name: str, email: str, role: OrganizationRole
) -> MembershipInvitation:
    """Ask somebody, by their address, to belong to an organization; who has no account gets one, and is asked there.

    raises   Refused; Invalid when the name or address does not hold; Clash when they belong to it, or are asked already
    """
    require(policy.may_manage_members(actor, organization.id))
    lock(organization)  # of two who ask the same person at once, the second sees it done
    person, is_new = known_or_new(actor, name, email)
    must_be_welcome(actor, person)
    if membership_of(organization, person) is not None:
        raise Clash(f"{person.name} belongs to {organization.name} already.")
    if before := open_invitation(organization.id, person.id):
        if not before.has_run_out:
            raise Clash(f"{person.email} is asked already. You can send the question again, or take it back.")
        _end(before, "run_out")
    asked = MembershipInvitation(
        organization=organization, person=person, role=role, invited_by_id=person_of(actor).id, since=now()
    )
    db.session.add(asked)
    db.session.flush()
    audit.record(actor, "organization.invite_member", organization, after={"person": person.name, "role": role.value})
    if is_new:
        mail.send_invitation(actor, person, f"you are asked to join {organization.name}, as {role.label.lower()}")
    else:
        mail.send_asked_to_belong(asked)
    return asked


def invite_member_again(actor: Actor, asked: MembershipInvitation) -> None:
    """Ask somebody once more, who has time to answer from now on; within ten minutes, twice is once.

    raises   Refused; Clash when it was answered or taken back meanwhile
    """
    _must_be_open(actor, asked)
    must_be_welcome(actor, asked.person)
    if now() < asked.since + AGAIN_AFTER:
        return
    asked.since, asked.invited_by_id = now(), person_of(actor).id
    db.session.flush()
    after = {"person": asked.person.name, "role": asked.role}
    audit.record(actor, "organization.invite_member", asked.organization, after=after)
    mail.send_asked_to_belong(asked)


def take_invitation_back(actor: Actor, asked: MembershipInvitation) -> None:
    """Ask somebody no longer.

    raises   Refused; Clash when it was answered or taken back meanwhile
    """
    _must_be_open(actor, asked)
    _end(asked, "taken_back")
    audit.record(actor, "organization.take_back", asked.organization, before={"person": asked.person.name})


def accept_invitation(actor: Actor, asked: MembershipInvitation) -> OrganizationMembership:
    """Whoever is asked says yes: from now on they belong to the organization, and never judge it.

    raises   Missing when the actor is not asked, or no longer; Invalid for one of the foundation's own staff
    """
    _must_be_asked(actor, asked)
    membership = new_member(actor, asked.organization, asked.person, OrganizationRole(asked.role))
    after = {"role": asked.role, "asked by": asked.invited_by.name}
    audit.record(actor, "organization.accept_invitation", asked.organization, after=after)
    mail.send_answered_belonging(asked, f"{asked.person.name} belongs to {asked.organization.name} now.")
    return membership


def decline_invitation(actor: Actor, asked: MembershipInvitation) -> None:
    """Whoever is asked says no: the organization is no tie of theirs.

    raises   Missing when the actor is not asked, or no longer
    """
    _must_be_asked(actor, asked)
    _end(asked, "declined")
    audit.record(actor, "organization.decline_invitation", asked.organization, before={"role": asked.role})
    mail.send_answered_belonging(asked, f"{asked.person.email} does not join {asked.organization.name}.")


def _must_be_asked(actor: Actor, asked: MembershipInvitation) -> None:
    take(asked.organization)  # who takes it back at the same moment waits
    if asked.person_id != actor.person_id or asked.ended_at is not None or asked.has_run_out:
        raise Missing("You are not asked to join this organization, or no longer.")


def _must_be_open(actor: Actor, asked: MembershipInvitation) -> None:
    require(policy.may_manage_members(actor, asked.organization_id))
    lock(asked.organization)  # who answers at the same moment waits
    if asked.ended_at is not None:
        raise Clash(f"{asked.person.email} has answered, or is asked no longer. Look at the page again.")


def _end(asked: MembershipInvitation, how: str) -> None:
    asked.ended_at, asked.ended = now(), how
    db.session.flush()
