"""Mail about accounts. Messages come after people in the order of things, so it is asked for by name."""

from typing import Any

from grants.background import enqueue
from grants.kernel.policy import Actor
from grants.people.joining_models import MembershipInvitation, MembershipLink, OrganizationRequest
from grants.people.models import CoachInvitation, ConsortiumMember, Organization, Person
from grants.persistence.session import db


def send_invitation(actor: Actor, person: Person, purpose: str) -> None:
    """Send a person the link to their first password; a new session stamp brings a new link and ends the last one.

    purpose   what they are invited to, as the end of a sentence
    """
    key = f"invitation:{person.public_id}:{person.session_stamp}"
    # Nobody's name stands for what the system does: its own would stand in the sentence twice.
    by = "The foundation" if actor.person_id is None else actor.name
    _post(key, "people.invitation", person, invited_by=by, purpose=purpose)


def send_joined(actor: Actor, person: Person, cause: str, organization: str, role: str) -> None:
    """Tell someone who has an account what they belong to now.

    cause   names the tie, so that it is told once
    """
    _post(f"joined:{cause}", "people.joined", person, invited_by=actor.name, organization=organization, role=role)


def send_asked_to_coach(actor: Actor, invitation: CoachInvitation, task: str, cause: str) -> None:
    """Ask someone who has an account whether they coach an organization.

    task    what is asked of them, as the end of a sentence that begins "you are asked to"
    cause   names the request, so that it is told once
    """
    school = invitation.organization
    facts = {"invited_by": actor.name, "task": task, "organization": school.name, "organization_id": school.public_id}
    template = "people.coach_named" if invitation.accepted_at else "people.coach_asked"
    _post(f"coach:{cause}", template, invitation.person, **facts)


def send_answered_coaching(invitation: CoachInvitation, sentence: str) -> None:
    """Tell whoever asked a coach what they said."""
    school = invitation.organization
    asked_at = invitation.since.isoformat()
    key = f"coach-answered:{school.public_id}:{invitation.person.public_id}:{asked_at}"
    if invitation.invited_by.is_active:
        _post(key, "people.coach_answered", invitation.invited_by, organization=school.name, sentence=sentence)


def send_asked_to_belong(asked: MembershipInvitation) -> None:
    """Ask someone who has an account whether they belong to an organization; asked once more, it is one more mail."""
    facts = {"invited_by": asked.invited_by.name, "organization": asked.organization.name, "role": asked.role}
    key = f"asked-to-belong:{asked.public_id}:{asked.since.isoformat()}"
    _post(key, "people.belonging_asked", asked.person, **facts, invitation_id=asked.public_id)


def send_answered_belonging(asked: MembershipInvitation, sentence: str) -> None:
    """Tell whoever asked somebody to belong to an organization what they said."""
    school = asked.organization
    if asked.invited_by.is_active:
        facts = {"organization": school.name, "organization_id": school.public_id, "sentence": sentence}
        _post(f"belonging-answered:{asked.public_id}", "people.belonging_answered", asked.invited_by, **facts)


def send_password_link(person: Person, cause: str) -> None:
    """Send a person the link to a new password."""
    _post(f"password:{cause}", "people.password", person)


def send_confirmation(request: OrganizationRequest, again: str = "") -> None:
    """Send whoever asks the link that confirms their address.

    again   names the time that it is sent once more, so that each is sent once
    """
    joins = request.organization.name if request.organization else ""
    aim = f"register {request.details['name']}" if request.details else f"join {joins}"
    _post_to_visitor("people.confirm", request, again, aim=aim)


def send_asked_to_join(request: OrganizationRequest, organization: Organization, lead: Person) -> None:
    """Tell a lead who asks to join."""
    key = f"asked-to-join:{request.public_id}:{lead.public_id}"
    facts = {"who": request.name, "address": request.email, "organization": organization.name}
    _post(key, "people.asked_to_join", lead, **facts, organization_id=organization.public_id)


def send_came_by_link(link: MembershipLink, person: Person) -> None:
    """Tell whoever made a link who came by it."""
    facts = {"who": person.name, "address": person.email, "role": link.role, "organization": link.organization.name}
    key = f"came-by-link:{link.public_id}:{person.public_id}"
    _post(key, "people.came_by_link", link.made_by, **facts, organization_id=link.organization.public_id)


def send_not_let_in(request: OrganizationRequest, organization: Organization) -> None:
    """Tell whoever asked to join that they are not let in."""
    _post_to_visitor("people.not_let_in", request, organization=organization.name)


def send_merged(actor: Actor, gone: Organization, stays: Organization, lead: Person) -> None:
    """Tell a lead of either that two organizations are one now."""
    facts = {"gone": gone.name, "organization": stays.name, "merged_by": actor.name}
    key = f"merged:{gone.public_id}:{lead.public_id}"
    _post(key, "people.merged", lead, **facts, organization_id=stays.public_id)


def send_asked_into(member: ConsortiumMember, asked_by: str, leader: str, lead: Person) -> None:
    """Tell a lead that their organization is asked to join a consortium."""
    facts = {"organization": member.organization.name, "consortium": member.consortium.name}
    facts |= {"asked_by": asked_by, "leader": leader, "organization_id": member.organization.public_id}
    _post(f"consortium-asked:{member.public_id}:{lead.public_id}", "people.consortium_asked", lead, **facts)


def send_consortium_news(member: ConsortiumMember, page: Organization, news: str, sentence: str, lead: Person) -> None:
    """Tell a lead what became of an organization's place in a consortium.

    page   the organization whose page the mail leads to: one that the reader may open
    """
    key = f"consortium-news:{member.public_id}:{member.ended or 'in'}:{lead.public_id}"
    facts = {"consortium": member.consortium.name, "news": news, "sentence": sentence}
    _post(key, "people.consortium_news", lead, **facts, organization_id=page.public_id)


def _post_to_visitor(template: str, request: OrganizationRequest, again: str = "", **facts: str) -> None:
    # The key ends in the request's public id: the link to confirm it is made of that.
    key = ":".join(filter(None, (template, again, request.public_id)))
    _enqueue(key, template, {"to_name": request.name, "to_email": request.email}, facts)


def _post(key: str, template: str, person: Person, **facts: str) -> None:
    _enqueue(key, template, {"person_id": person.public_id}, facts)


def _enqueue(key: str, template: str, to: dict[str, Any], facts: dict[str, str]) -> None:
    enqueue(db.session(), "messages.post", key=key, message_key=key, template=template, facts=facts, **to)
