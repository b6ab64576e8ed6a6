"""Who coaches an organization: asked by a lead, and tied to it from the moment they say yes."""

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing, required
from grants.kernel.policy import Actor, require
from grants.people import policy
from grants.people.invitations import follow_arrival
from grants.people.models import CoachInvitation, Organization, Person
from grants.people.services import mail
from grants.people.services.members import known_or_new, membership_of, must_be_welcome
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db


def invite_coach(
    actor: Actor, organization: Organization, name: str, email: str, partner: str, task: str, cause: str
) -> CoachInvitation:
    """Ask a mentor from a partner to coach the organization; whoever does already is told what is asked, and goes on.

    What they may read, the caller keeps.
    partner   the organization they come from
    task      what they are asked for, as the end of a sentence that begins "you are asked to"
    cause     names the request, so that it is told once
    raises    Refused; Invalid; Clash when they are a member
    """
    require(policy.may_manage_members(actor, organization.id))
    partner = required(partner, "partner", "Write which organization the coach comes from.")
    lock(organization)  # before the person's row, as wherever people come and go: see through.take
    person, is_new = known_or_new(actor, name, email)
    must_be_welcome(actor, person)
    if membership_of(organization, person) is not None:
        raise Clash(f"{person.name} belongs to {organization.name}, and so reads its drafts already.")
    invitation = _asked(actor, organization, person)
    invitation.partner = partner
    db.session.flush()
    audit.record(actor, "organization.invite_coach", organization, after={"person": person.name, "from": partner})
    if is_new:
        mail.send_invitation(actor, person, f"you are asked to {task}")
    else:
        mail.send_asked_to_coach(actor, invitation, task, cause)
    return invitation


def accept_coaching(actor: Actor, invitation: CoachInvitation) -> None:
    """Whoever is asked says yes: from now on they coach the organization, and never judge it.

    raises   Missing when the actor is not asked, or no longer; Invalid for one of the foundation's own staff
    """
    _must_be_asked(actor, invitation)
    must_be_welcome(actor, invitation.person)
    invitation.accepted_at = now()
    audit.record(actor, "organization.accept_coaching", invitation.organization, after={"from": invitation.partner})
    follow_arrival(invitation.organization, invitation.person)
    mail.send_answered_coaching(invitation, f"{invitation.person.name} coaches {invitation.organization.name} now.")


def decline_coaching(actor: Actor, invitation: CoachInvitation) -> None:
    """Whoever is asked says no: the organization is no tie of theirs.

    raises   Missing when the actor is not asked, or no longer
    """
    _must_be_asked(actor, invitation)
    invitation.ended_at = now()
    audit.record(actor, "organization.decline_coaching", invitation.organization, after={"from": invitation.partner})
    sentence = f"{invitation.person.email} does not take on to coach {invitation.organization.name}."
    mail.send_answered_coaching(invitation, sentence)


def end_coaching(actor: Actor, organization: Organization, person: Person) -> None:
    """Let a coach go, or take back that somebody was asked; they see nothing of the organization from now on.

    raises   Refused; Clash when they do not coach it
    """
    require(policy.may_manage_members(actor, organization.id))
    lock(organization)  # who says yes at the same moment waits
    invitation = _invitation(organization, person)
    if invitation is None or invitation.ended_at is not None:
        raise Clash(f"{person.name} does not coach {organization.name}.")
    invitation.ended_at = now()
    audit.record(actor, "organization.end_coaching", organization, before={"person": person.name})


def _asked(actor: Actor, organization: Organization, person: Person) -> CoachInvitation:
    """The invitation of somebody who coaches the organization or is asked to; a new one, or begun anew, of others."""
    invitation = _invitation(organization, person)
    if invitation is None:
        invitation = CoachInvitation(
            organization=organization, person=person, invited_by_id=actor.person_id, since=now(), ended_at=now()
        )
        db.session.add(invitation)
    if invitation.ended_at is not None:
        invitation.since, invitation.accepted_at, invitation.ended_at = now(), None, None
        invitation.invited_by_id = actor.person_id or invitation.invited_by_id
    return invitation


def _must_be_asked(actor: Actor, invitation: CoachInvitation) -> None:
    lock(invitation.organization)  # who takes the invitation back, or names other sections, at the same moment waits
    if invitation.person_id != actor.person_id or invitation.accepted_at or invitation.ended_at:
        raise Missing("You are not asked to coach this organization, or no longer.")


def _invitation(organization: Organization, person: Person) -> CoachInvitation | None:
    return db.session.scalar(
        select(CoachInvitation).where(
            CoachInvitation.organization_id == organization.id, CoachInvitation.person_id == person.id
        )
    )
