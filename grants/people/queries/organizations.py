"""Reading organizations and who belongs to them, always as someone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people import accounts
from grants.people.models import CoachInvitation, Organization, OrganizationMembership, Person
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db

ORGANIZATION_ORDERS = {
    "name": Organization.name,
    "kind": Organization.kind,
    "enrollment": Organization.enrollment,
    "low_income": Organization.low_income_share,
}


@dataclass(frozen=True)
class OrganizationFilters:
    """What the list of organizations is narrowed to; empty text narrows nothing.

    state   new: registered itself, and nobody of the foundation has looked at it yet
    """

    search: str = ""
    kind: str = ""
    sector: str = ""
    state: str = ""


def organizations(
    actor: Actor,
    filters: OrganizationFilters,
    *,
    order: str = "name",
    descending: bool = False,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Organization]:
    """Organizations the actor may know of.

    search   part of a name or city, or the beginning of an identifier
    order    a key of ORGANIZATION_ORDERS
    """
    found = select(Organization).where(_visible(actor), *_narrowed(filters))
    column = ORGANIZATION_ORDERS[order]
    return paginate(found.order_by(column.desc() if descending else column, Organization.id), page, size)


def _narrowed(filters: OrganizationFilters) -> Iterator[ColumnElement[bool]]:
    if wanted := filters.search.strip():
        yield or_(
            Organization.name.icontains(wanted, autoescape=True),
            Organization.city.icontains(wanted, autoescape=True),
            Organization.nces_id.startswith(wanted, autoescape=True),
            Organization.cds_id.startswith(wanted, autoescape=True),
        )
    if filters.kind:
        yield Organization.kind == filters.kind
    if filters.sector:
        yield Organization.sector == filters.sector
    if filters.state:
        yield Organization.unchecked_since.is_not(None) if filters.state == "new" else false()


def organization_for(actor: Actor, public_id: str) -> Organization:
    """One organization.

    raises   Missing when there is none, or the actor may not know of it
    """
    found = select(Organization).where(Organization.public_id == public_id, _visible(actor))
    organization = db.session.scalar(found)
    if organization is None:
        raise Missing("There is no such organization, or it is not yours to see.")
    return organization


def own_organization(actor: Actor, public_id: str) -> Organization:
    """One of the organizations the actor belongs to or coaches.

    raises   Missing
    """
    found = select(Organization).where(Organization.public_id == public_id, Organization.id.in_(actor.ties))
    organization = db.session.scalar(found)
    if organization is None:
        raise Missing("This organization is not one of yours, or no longer.")
    return organization


def organization_that_stays(actor: Actor, public_id: str) -> Organization:
    """The organization that another one turned out to be.

    raises   Missing when it did not, or the actor may not know of the one that stays
    """
    merged = select(Organization.merged_into_id).where(Organization.public_id == public_id).scalar_subquery()
    found = db.session.scalar(select(Organization).where(Organization.id == merged, _visible(actor)))
    if found is None:
        raise Missing("There is no such organization, or it is not yours to see.")
    return found


def merged_from(organization: Organization) -> Sequence[Organization]:
    """Those that turned out to be an organization that was found before, the latest first, with who said so."""
    return db.session.scalars(
        select(Organization)
        .where(Organization.merged_into_id == organization.id)
        .options(joinedload(Organization.merged_by))
        .order_by(Organization.merged_at.desc(), Organization.id.desc())
        .limit(50)
    ).all()


def own_organizations(actor: Actor) -> Sequence[Organization]:
    """The organizations the actor belongs to or coaches, by name."""
    ids = actor.organization_ids | actor.coaching
    return db.session.scalars(
        select(Organization).where(Organization.id.in_(ids)).order_by(Organization.name, Organization.id)
    ).all()


def members_of(organization: Organization, page: int = 1) -> Page[OrganizationMembership]:
    """Who belongs to an organization that was found before, by name."""
    return paginate(
        select(OrganizationMembership)
        .join(Person, Person.id == OrganizationMembership.person_id)
        .where(OrganizationMembership.organization_id == organization.id)
        .order_by(Person.name, Person.id)
        .options(joinedload(OrganizationMembership.person), joinedload(OrganizationMembership.through)),
        page,
    )


def coaches_of(organization: Organization) -> Sequence[CoachInvitation]:
    """Who coaches an organization that was found before, by name."""
    return db.session.scalars(
        select(CoachInvitation)
        .join(Person, Person.id == CoachInvitation.person_id)
        .where(CoachInvitation.organization_id == organization.id, accounts.coaches_now())
        .order_by(Person.name, Person.id)
        .options(joinedload(CoachInvitation.person))
    ).all()


def member_for(organization: Organization, person_id: str) -> Person:
    """One member of an organization that was found before.

    raises   Missing
    """
    return _tied(person_id, OrganizationMembership.person_id, OrganizationMembership.organization_id == organization.id)


def coach_for(organization: Organization, person_id: str) -> Person:
    """One coach of an organization that was found before, past ones included.

    raises   Missing
    """
    return _tied(person_id, CoachInvitation.person_id, CoachInvitation.organization_id == organization.id)


def _tied(person_id: str, tie: InstrumentedAttribute[int], to: ColumnElement[bool]) -> Person:
    person = db.session.scalar(
        select(Person).join_from(Person, tie.class_, tie == Person.id).where(Person.public_id == person_id, to)
    )
    if person is None:
        raise Missing("This person is not there.")
    return person


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.may("organization.read"):
        return Organization.merged_into_id.is_(None)
    return Organization.id.in_(actor.organization_ids | actor.coaching)
