"""Organizations that register themselves, people who ask to join one; nothing counts before an address is proven."""

from dataclasses import asdict
from datetime import timedelta
from typing import Final

from sqlalchemy import delete

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, OrganizationRole, require
from grants.people import policy
from grants.people.details import OrganizationDetails
from grants.people.joining_models import MembershipLink, OrganizationRequest
from grants.people.models import Organization, Person
from grants.people.queries import actor_of, belongs, person_of_email
from grants.people.requests import is_waiting, leads_of, unconfirmed
from grants.people.services import mail
from grants.people.services.accounts import new_account, plain_address
from grants.people.services.inviting import invite_member
from grants.people.services.links import join_by_link, require_open
from grants.people.services.members import known_or_new, must_be_welcome, new_member
from grants.people.services.organizations import new_organization
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

FORGOTTEN_AFTER: Final = timedelta(days=7)


def ask_to_register(name: str, email: str, details: OrganizationDetails) -> OrganizationRequest:
    """Somebody describes an organization that is not here yet; they are sent a link, and nothing else happens.

    Whether the address has an account is not looked up, so the answer tells nobody.
    raises   Invalid
    """
    if errors := details.problems():
        raise Invalid("The registration was not sent.", errors)
    given = {field: value for field, value in asdict(details).items() if value}
    request = _kept(OrganizationRequest(**_who(name, email), details=given, asked_at=now()))
    mail.send_confirmation(request)
    return request


def ask_to_join(name: str, email: str, organization: Organization) -> OrganizationRequest:
    """Somebody asks to join an organization that is here already; they are sent a link, and nothing else happens.

    raises   Invalid
    """
    request = _kept(OrganizationRequest(**_who(name, email), organization_id=organization.id, asked_at=now()))
    mail.send_confirmation(request)
    return request


def vouch_for(actor: Actor, name: str, email: str, organization: Organization) -> Person:
    """Somebody of the foundation has met a person who says that they belong to an organization: they have an account
    from now on, and see nothing of it until those who decide let them in, who are asked.

    raises   Refused; Invalid when the name or address does not hold, or the person cannot belong to one
    """
    require(policy.may_manage_members(actor, organization.id))
    lock(organization)
    person, is_new = known_or_new(actor, name, email)
    must_be_welcome(actor, person)
    if is_new:
        mail.send_invitation(actor, person, f"{organization.name} is asked whether you belong to it")
    if not belongs(person, organization):
        asked = {"organization_id": organization.id, "asked_at": now(), "confirmed_at": now()}
        vouched = OrganizationRequest(name=person.name, email=person.email, vouched_by_id=actor.person_id, **asked)
        _ask_leads(actor, _kept(vouched))
    return person


def ask_by_link(name: str, email: str, link: MembershipLink) -> OrganizationRequest:
    """Somebody without an account comes by a link; they are sent another that proves their address, and nothing else
    happens.

    raises   Invalid; Clash when the link lets nobody in any more
    """
    require_open(link)
    asked = {"organization_id": link.organization_id, "link_id": link.id, "asked_at": now()}
    request = _kept(OrganizationRequest(**_who(name, email), **asked))
    mail.send_confirmation(request)
    return request


def send_confirmation_again(request_id: str) -> None:
    """Send the link of a request that is not confirmed yet once more, within ten minutes once.

    request_id   its public id; one that is confirmed or forgotten is sent nothing
    """
    if request := unconfirmed(request_id):
        mail.send_confirmation(request, again=str(int(now().timestamp()) // 600))


def confirm(actor: Actor, request: OrganizationRequest) -> Person | None:
    """Whoever asked has opened the link: a new organization is made with them as its lead; a request to join is told
    to the leads; whoever has a link to an organization is let in by it.

    returns  the account that was made for them; None when they had one, or when others decide first
    raises   Clash when it was confirmed before; Invalid when the organization cannot be made, or not with them
    """
    if request.organization is not None:
        lock(request.organization)
    lock(request)
    if request.confirmed_at is not None:
        raise Clash("This address is confirmed already. Sign in to go on, or ask for a new password if you have none.")
    request.confirmed_at = now()
    if request.details is None and request.link is None:
        _ask_leads(actor, request)
        return None
    registrant, is_new = _account(request)
    made = registrant if is_new else None
    if request.details is None:
        _come_by_link(request, registrant)
        return made
    organization = new_organization(OrganizationDetails(**request.details), unchecked_since=now())
    request.organization = organization
    as_themselves = actor_of(registrant)
    audit.record(as_themselves, "organization.register", organization, after=request.details)
    new_member(as_themselves, organization, registrant, OrganizationRole.LEAD)
    return made


def _come_by_link(request: OrganizationRequest, registrant: Person) -> None:
    assert request.link is not None  # noqa: S101 - for the type checker: without a link others decide
    request.answered_at = request.confirmed_at
    join_by_link(actor_of(registrant), request.link, registrant)


def _account(request: OrganizationRequest) -> tuple[Person, bool]:
    """The account of the address that was confirmed, and whether it was made for this."""
    person = person_of_email(request.email)
    if person is not None:
        return person, False
    person = new_account(request.name, request.email)
    audit.record(actor_of(person), "account.add", person, after={"name": person.name, "email": person.email})
    return person, True


def let_in(actor: Actor, request: OrganizationRequest, role: OrganizationRole) -> None:
    """Let in who asked to join; they are told. For whom somebody else asked, they are asked themselves first.

    raises   Refused; Clash when it was answered before; Invalid when they cannot belong to it
    """
    organization = _open(actor, request)
    person = person_of_email(request.email)
    if person is not None and belongs(person, organization):
        return
    if request.vouched_by_id is not None:
        invite_member(actor, organization, request.name, request.email, role)
        return
    person, is_new = known_or_new(actor, request.name, request.email)
    membership = new_member(actor, organization, person, role)
    if is_new:
        mail.send_invitation(actor, person, f"you are with {organization.name}, as {role.label.lower()}")
    else:
        mail.send_joined(actor, person, f"member:{membership.id}", organization.name, role.label.lower())


def not_let_in(actor: Actor, request: OrganizationRequest) -> None:
    """Say no to who asked to join; they are told.

    raises   Refused; Clash when it was answered before
    """
    organization = _open(actor, request)
    audit.record(actor, "organization.decline", organization, before={"person": request.name, "email": request.email})
    mail.send_not_let_in(request, organization)


def forget_unconfirmed() -> None:
    """Remove what nobody confirmed in time: names and addresses that may be anybody's."""
    late = OrganizationRequest.asked_at < now() - FORGOTTEN_AFTER
    db.session.execute(delete(OrganizationRequest).where(OrganizationRequest.confirmed_at.is_(None), late))


def _open(actor: Actor, request: OrganizationRequest) -> Organization:
    organization = request.organization
    if organization is None or request.details is not None or request.confirmed_at is None:
        raise Clash("Nobody has to decide on this request.")
    require(policy.may_manage_members(actor, organization.id))
    lock(organization)
    lock(request)
    if request.answered_at is not None:
        raise Clash(f"The request of {request.name} was answered a moment ago.")
    request.answered_at, request.answered_by_id = now(), actor.person_id
    return organization


def _ask_leads(actor: Actor, request: OrganizationRequest) -> None:
    """Tell those who decide, unless the same address waits for them already: asking again is asking once."""
    lock(db.session.get_one(Organization, request.organization_id))
    if is_waiting(request):
        request.answered_at = request.confirmed_at
    else:
        _tell_leads(actor, request)


def _tell_leads(actor: Actor, request: OrganizationRequest) -> None:
    organization = db.session.get_one(Organization, request.organization_id)
    asked = {"person": request.name, "email": request.email}
    audit.record(actor, "organization.ask_to_join", organization, after=asked)
    for lead in leads_of(organization):
        mail.send_asked_to_join(request, organization, lead)


def _who(name: str, email: str) -> dict[str, str]:
    name = required(" ".join(name.split()), "person", "Write your name.")
    return {"name": name, "email": plain_address(email)}


def _kept(request: OrganizationRequest) -> OrganizationRequest:
    db.session.add(request)
    db.session.flush()
    return request
