"""Reading consortia: who is in one, who was asked, who was, and in which an organization is."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, OrganizationRole
from grants.people.models import ConsortiumMember, Organization, OrganizationMembership
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

SHORTEST_SEARCH: Final = 3
MOST_FOUND: Final = 8
MOST_LISTED: Final = 50
MOST_MEMBERS: Final = 100  # so many stand on one page, in a submission, on its receipt

bonds: list[Callable[[Organization], str | None]] = []
"""What holds a consortium's members, registered by later steps: each gives a sentence that says what, or None."""

changes: list[Callable[[Actor, Organization, str], None]] = []
"""What has to follow in the same transaction when a consortium's members or people change, registered by later steps:
called with who did it, the consortium, and a sentence of what happened, empty where only people came or went."""


def is_in() -> ColumnElement[bool]:
    """Holds for a ConsortiumMember that is in its consortium now."""
    return and_(ConsortiumMember.since.is_not(None), ConsortiumMember.until.is_(None))


def is_asked() -> ColumnElement[bool]:
    """Holds for a ConsortiumMember that has not answered."""
    return and_(ConsortiumMember.since.is_(None), ConsortiumMember.until.is_(None))


def members_in(consortium_id: int) -> Sequence[ConsortiumMember]:
    """The organizations that are in a consortium now, the leading one first, then by name."""
    return db.session.scalars(in_each([consortium_id])).all()


def in_each(consortium_ids: Collection[int]) -> Select[ConsortiumMember]:
    """The organizations that are in any of these consortia now, in each the leading one first, then by name."""
    return _of(*consortium_ids).where(is_in()).order_by(*_LEAD_FIRST)


def asked_into(consortium: Organization) -> Sequence[ConsortiumMember]:
    """The organizations that have not answered whether they join a consortium, by name."""
    return db.session.scalars(_of(consortium.id).where(is_asked()).order_by(*_LEAD_FIRST)).all()


def former_members(consortium: Organization, page: int = 1) -> Page[ConsortiumMember]:
    """The times that ended, the latest first; who gave or took the lead is in it still, by another row."""
    return paginate(
        _of(consortium.id)
        .where(ConsortiumMember.until.is_not(None))
        .order_by(ConsortiumMember.until.desc(), ConsortiumMember.id.desc()),
        page,
    )


def leader_of(consortium: Organization) -> Organization | None:
    """The organization that leads a consortium now, if one does."""
    found = next(iter(members_in(consortium.id)), None)
    return found.organization if found and found.role == "lead" else None


def member_of(consortium: Organization, member_id: str) -> ConsortiumMember:
    """One organization's present place in a consortium that was found before: in it, or asked.

    raises   Missing
    """
    return _one(ConsortiumMember.consortium_id == consortium.id, member_id)


def invitation_to(organization: Organization, member_id: str) -> ConsortiumMember:
    """One consortium that an organization, found before, is in or is asked to join.

    raises   Missing
    """
    return _one(ConsortiumMember.organization_id == organization.id, member_id)


def consortia_of(organization: Organization) -> Sequence[ConsortiumMember]:
    """Where an organization is in a consortium or asked to join one, the questions first."""
    return db.session.scalars(
        select(ConsortiumMember)
        .join(ConsortiumMember.consortium)
        .where(ConsortiumMember.organization_id == organization.id, ConsortiumMember.until.is_(None))
        .options(joinedload(ConsortiumMember.consortium), joinedload(ConsortiumMember.asked_by))
        .order_by(ConsortiumMember.since.is_not(None), Organization.name, ConsortiumMember.id)
        .limit(MOST_LISTED)
    ).all()


def could_be_asked(consortium: Organization, name: str) -> Sequence[Organization]:
    """Organizations by part of a name that could be asked into a consortium; their names and cities are public.

    Fewer than SHORTEST_SEARCH signs find nothing, so that nobody reads the whole list.
    """
    wanted = name.strip()
    if len(wanted) < SHORTEST_SEARCH:
        return []
    present = exists().where(
        ConsortiumMember.consortium_id == consortium.id,
        ConsortiumMember.organization_id == Organization.id,
        ConsortiumMember.until.is_(None),
    )
    return db.session.scalars(
        select(Organization)
        .where(
            Organization.name.icontains(wanted, autoescape=True),
            Organization.kind != "consortium",
            Organization.merged_into_id.is_(None),
            ~present,
        )
        .order_by(Organization.name, Organization.id)
        .limit(MOST_FOUND)
    ).all()


def organization_to_ask(public_id: str) -> Organization:
    """An organization that somebody chose among those that could be asked.

    raises   Missing
    """
    found = db.session.scalar(
        select(Organization).where(Organization.public_id == public_id, Organization.merged_into_id.is_(None))
    )
    if found is None:
        raise Missing("There is no such organization.")
    return found


def unanswered(actor: Actor) -> Sequence[ConsortiumMember]:
    """The questions that wait for the actor: leads answer for their own organizations, the foundation for those
    without a lead."""
    mine: ColumnElement[bool] = ConsortiumMember.organization_id.in_(actor.organizations_as(OrganizationRole.LEAD))
    if actor.may("organization.manage"):
        has_lead = exists().where(
            OrganizationMembership.organization_id == ConsortiumMember.organization_id,
            OrganizationMembership.role == OrganizationRole.LEAD,
        )
        mine = or_(mine, ~has_lead)
    return db.session.scalars(
        select(ConsortiumMember)
        .where(mine, is_asked())
        .options(joinedload(ConsortiumMember.organization), joinedload(ConsortiumMember.consortium))
        .order_by(ConsortiumMember.asked_at, ConsortiumMember.id)
        .limit(MOST_FOUND)
    ).all()


_LEAD_FIRST = (ConsortiumMember.role != "lead", Organization.name, ConsortiumMember.id)


def _of(*consortium_ids: int) -> Select[ConsortiumMember]:
    return (
        select(ConsortiumMember)
        .join(ConsortiumMember.organization)
        .where(ConsortiumMember.consortium_id.in_(consortium_ids))
        .options(joinedload(ConsortiumMember.organization))
    )


def _one(of: ColumnElement[bool], member_id: str) -> ConsortiumMember:
    found = db.session.scalar(
        select(ConsortiumMember)
        .where(ConsortiumMember.public_id == member_id, of)
        .options(joinedload(ConsortiumMember.organization), joinedload(ConsortiumMember.consortium))
    )
    if found is None:
        raise Missing("There is no such member of the consortium.")
    return found
