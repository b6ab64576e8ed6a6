"""Consortia: formed by one organization, joined by those that say yes, left again; every time stays on record."""

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require
from grants.people import consortia, policy
from grants.people.details import OrganizationDetails
from grants.people.models import ConsortiumMember, Organization
from grants.people.requests import leads_of
from grants.people.services import mail
from grants.people.services.organizations import new_organization
from grants.people.services.through import keep_in_step
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db


def form_consortium(actor: Actor, leader: Organization, name: str, *, illustrative: bool = False) -> Organization:
    """A new consortium that an organization leads; its members are asked afterwards.

    raises   Refused for anyone but a lead of the organization and the foundation; Invalid without a name, and when the
             organization is a consortium itself
    """
    require(policy.may_manage_members(actor, leader.id))
    require(policy.may_be_asked(leader.name, leader.kind))
    lock(leader)
    details = OrganizationDetails(name, "consortium", city=leader.city, region=leader.region)
    unchecked = None if actor.may("organization.manage") else now()
    consortium = new_organization(details, illustrative=illustrative, unchecked_since=unchecked)
    _new(actor, consortium, leader, role="lead", since=now())
    audit.record(actor, "consortium.form", consortium, after={"name": consortium.name, "led by": leader.name})
    keep_in_step(actor, consortium, f"{leader.name} formed {consortium.name}.")
    return consortium


def ask_member(actor: Actor, consortium: Organization, organization: Organization) -> ConsortiumMember:
    """Ask an organization to join; its leads are told. It counts once one of them says yes.

    raises   Refused for anyone but a lead of the leading organization and the foundation, and for what cannot be a
             member; Clash when it is in it or asked already, and for more than consortia.MOST_MEMBERS
    """
    require(policy.may_manage_members(actor, consortium.id))
    _must_be_consortium(consortium)
    require(policy.may_be_asked(organization.name, organization.kind))
    lock(consortium)
    present = [*consortia.members_in(consortium.id), *consortia.asked_into(consortium)]
    if len(present) >= consortia.MOST_MEMBERS:
        raise Clash(f"A consortium has at most {consortia.MOST_MEMBERS} members.")
    if any(one.organization_id == organization.id for one in present):
        raise Clash(f"{organization.name} is in {consortium.name} already, or is asked to join it.")
    member = _new(actor, consortium, organization)
    audit.record(actor, "consortium.ask", consortium, after={"organization": organization.name})
    leader = consortia.leader_of(consortium)
    for lead in leads_of(organization):
        mail.send_asked_into(member, actor.name, leader.name if leader else "the foundation", lead)
    return member


def answer_consortium(actor: Actor, member: ConsortiumMember, *, joins: bool) -> None:
    """A lead of an asked organization says yes or no; the consortium's leads are told.

    raises   Refused for anyone but a lead of that organization and the foundation; Clash when the question is gone
    """
    require(policy.may_manage_members(actor, member.organization_id))
    _take(member)
    if member.until is not None or member.since is not None:
        raise Clash(f"{member.organization.name} is no longer asked to join {member.consortium.name}.")
    name, consortium = member.organization.name, member.consortium
    audit.record(actor, "consortium.answer", consortium, after={"organization": name, "joins": joins})
    if joins:
        member.since = now()
        sentence = f"{name} has joined {consortium.name}."
        keep_in_step(actor, consortium, sentence)
    else:
        member.until, member.ended = now(), "declined"
        sentence = f"{name} does not join {consortium.name}."
    _tell(member, consortium, f"{name} {'joins' if joins else 'does not join'}", sentence)


def end_membership(actor: Actor, member: ConsortiumMember) -> None:
    """An organization leaves, the leading one takes it out, or takes back its question; who is concerned is told.

    raises   Refused for anyone but leads of either and the foundation, and for the leading organization;
             Refused for a member that wants to leave what it is bound by; Clash when it has ended already
    """
    manages = policy.may_manage_members(actor, member.consortium_id)
    require(manages or policy.may_manage_members(actor, member.organization_id))
    _take(member)
    if member.until is not None:
        raise Clash(f"{member.organization.name} is no longer in {member.consortium.name}.")
    name, consortium = member.organization.name, member.consortium
    bound = [sentence for holds in consortia.bonds if (sentence := holds(consortium))]
    require(policy.may_leave_consortium(name, member.role, bound if member.since else (), by_others=bool(manages)))
    was_in = member.since is not None
    member.until = now()
    member.ended = "taken_back" if not was_in else "removed" if manages else "left"
    audit.record(actor, "consortium.end", consortium, before={"organization": name, "how": member.ended})
    if not was_in:
        return
    sentence = f"{name} was taken out of {consortium.name}." if manages else f"{name} has left {consortium.name}."
    keep_in_step(actor, consortium, sentence)
    if manages:
        _tell(member, member.organization, f"{name} is no longer in it", sentence)
    else:
        _tell(member, consortium, f"{name} has left", sentence)


def hand_lead_over(actor: Actor, member: ConsortiumMember) -> None:
    """Let another member lead; whoever led stays as a member.

    raises   Refused for anyone but a lead of the leading organization and the foundation;
             Clash for one that is not in it, or leads it already
    """
    require(policy.may_manage_members(actor, member.consortium_id))
    _take(member)
    consortium, organization = member.consortium, member.organization
    if member.since is None or member.until is not None or member.role == "lead":
        raise Clash(f"{organization.name} cannot take the lead of {consortium.name} now.")
    before = next((one for one in consortia.members_in(consortium.id) if one.role == "lead"), None)
    for one in filter(None, (before, member)):
        one.until, one.ended = now(), "new_role"
    db.session.flush()
    if before is not None:
        _new(actor, consortium, before.organization, since=now())
    new = _new(actor, consortium, organization, role="lead", since=now())
    audit.record(
        actor,
        "consortium.hand_over",
        consortium,
        before={"led by": before and before.organization.name},
        after={"led by": organization.name},
    )
    sentence = f"{organization.name} now leads {consortium.name}."
    keep_in_step(actor, consortium, sentence)
    _tell(new, consortium, f"{organization.name} leads it now", sentence)


def let_write(actor: Actor, member: ConsortiumMember, *, writes: bool) -> None:
    """Let a member's people write with the consortium, or only read along; twice is once.

    raises   Refused for anyone but a lead of the leading organization and the foundation; Clash when it is not in it
    """
    require(policy.may_manage_members(actor, member.consortium_id))
    _take(member)
    if member.since is None or member.until is not None:
        raise Clash(f"{member.organization.name} is not in {member.consortium.name}.")
    if member.writes == writes:
        return
    member.writes = writes
    after = {"organization": member.organization.name, "writes": writes}
    audit.record(actor, "consortium.let_write", member.consortium, after=after)
    keep_in_step(actor, member.consortium)


def _new(actor: Actor, consortium: Organization, organization: Organization, **more: object) -> ConsortiumMember:
    member = ConsortiumMember(
        consortium=consortium, organization=organization, asked_at=now(), asked_by_id=actor.person_id, **more
    )
    db.session.add(member)
    db.session.flush()
    return member


def _take(member: ConsortiumMember) -> None:
    """Take the organization's row, then the consortium's: in this order, as whoever joins an organization does."""
    lock(member.organization)
    lock(member.consortium)
    db.session.refresh(member)


def _must_be_consortium(consortium: Organization) -> None:
    if consortium.kind != "consortium":
        raise Missing("This organization is no consortium.")


def _tell(member: ConsortiumMember, whose: Organization, news: str, sentence: str) -> None:
    for lead in leads_of(whose):
        mail.send_consortium_news(member, whose, news, sentence, lead)
