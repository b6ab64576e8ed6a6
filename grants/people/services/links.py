"""Links by which colleagues join an organization: made, used, ended."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, OrganizationRole, require
from grants.people import policy
from grants.people.joining_models import MembershipLink, MembershipLinkUse
from grants.people.models import Organization, OrganizationMembership, Person
from grants.people.queries import actor_of, belongs
from grants.people.services import mail
from grants.people.services.members import new_member
from grants.people.services.through import take
from grants.people.tokens import new_link_secret
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

MOST_DAYS: Final = 90
MOST_USES: Final = 500
_ANOTHER: Final = "Ask whoever sent it to you for another."


def make_link(
    actor: Actor, organization: Organization, role: OrganizationRole, *, days: int, most: int | None, note: str = ""
) -> tuple[MembershipLink, str]:
    """A link by which whoever has it may join, and its secret, which is told this once and never again.

    days     how long it holds, 1 to MOST_DAYS
    most     how many may come by it, 1 to MOST_USES; None for any number
    raises   Refused; Invalid, also for a role that no link gives
    """
    require(policy.may_manage_members(actor, organization.id))
    errors = _problems(role, days, most)
    if errors or actor.person_id is None:
        raise Invalid("The link was not made.", errors)
    secret, hashed = new_link_secret()
    link = MembershipLink(
        organization=organization,
        role=role.value,
        token_hash=hashed,
        note=note.strip(),
        most=most,
        used=0,
        made_by_id=actor.person_id,
        made_at=now(),
        runs_out_at=now() + timedelta(days=days),
    )
    db.session.add(link)
    db.session.flush()
    audit.record(actor, "organization.make_link", organization, after={"role": role.value, "days": days, "most": most})
    return link, secret


def _problems(role: OrganizationRole, days: int, most: int | None) -> dict[str, str]:
    """What does not hold of a link to make, by field."""
    errors = {}
    if reason := policy.may_come_by_link(role).reason:
        errors["role"] = reason
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = f"A link holds for 1 to {MOST_DAYS} days."
    if most is not None and not 1 <= most <= MOST_USES:
        errors["most"] = f"Write a number of people from 1 to {MOST_USES}, or nothing for any number."
    return errors


def end_link(actor: Actor, link: MembershipLink) -> None:
    """Let nobody in by a link any more; who came by it stays. Twice is once.

    raises   Refused
    """
    require(policy.may_manage_members(actor, link.organization_id))
    lock(link)
    if link.ended_at is None:
        link.ended_at = now()
        audit.record(actor, "organization.end_link", link.organization, before={"role": link.role})


def join_by_link(actor: Actor, link: MembershipLink, person: Person) -> OrganizationMembership:
    """A person joins by a link, as themselves; whoever made it is told.

    raises   Clash when it lets nobody in any more, or not them; Invalid for one of the foundation's own staff
    """
    organization = link.organization
    take(organization)
    lock(link)  # of two who come by its last use, the second sees it used
    if belongs(person, organization):
        raise Clash(f"You belong to {organization.name} already. The link stays as it is, for somebody else.")
    require_open(link)
    came = select(MembershipLinkUse.id).where(
        MembershipLinkUse.link_id == link.id, MembershipLinkUse.person_id == person.id
    )
    if db.session.scalar(came) is not None:
        raise Clash(f"You came by this link before, and were taken out of {organization.name}. Ask its lead.")
    membership = new_member(actor, organization, person, OrganizationRole(link.role))
    link.used += 1
    db.session.add(MembershipLinkUse(link_id=link.id, person_id=person.id, at=now()))
    db.session.flush()
    audit.record(actor, "organization.come_by_link", organization, after={"person": person.name, "role": link.role})
    if link.made_by.is_active:
        mail.send_came_by_link(link, person)
    return membership


def require_open(link: MembershipLink) -> None:
    """Go on when a link still lets people in.

    raises   Clash with a sentence that says why it does not
    """
    if reason := why_shut(link):
        raise Clash(reason)


def why_shut(link: MembershipLink) -> str | None:
    """Why a link lets nobody in any more; None while it does."""
    match link.state:
        case "ended":
            return f"This link was ended. {_ANOTHER}"
        case "used_up":
            return f"This link has been used as often as it may be. {_ANOTHER}"
        case "run_out":
            return f"This link has run out. {_ANOTHER}"
    maker = link.made_by
    if maker.is_active and policy.may_manage_members(actor_of(maker), link.organization_id):
        return None
    return f"Whoever made this link no longer lets people in to {link.organization.name}. Ask its lead for another."
