"""Reading people and organizations, always as someone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, Membership, require_permission
from grants.kernel.roles import OrganizationRole, Role
from grants.people import accounts
from grants.people.models import CoachInvitation, Organization, OrganizationMembership, Person, RoleGrant
from grants.people.todos import todos
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db

__all__ = [
    "OrganizationFilters",
    "PeopleFilters",
    "account_for",
    "account_of_email",
    "actor_by_token",
    "actor_of",
    "coach_for",
    "coaches_of",
    "member_for",
    "members_of",
    "organization_for",
    "organizations",
    "own_organization",
    "own_organizations",
    "people",
    "person_of",
    "todos",
]


@dataclass(frozen=True)
class PeopleFilters:
    """What the list of people is narrowed to; empty text narrows nothing.

    role    a role's value, or any for one of the foundation's; applicant and coach follow from organizations; none
    state   invited, active or closed
    """

    search: str = ""
    role: str = ""
    state: str = ""


@dataclass(frozen=True)
class OrganizationFilters:
    """What the list of organizations is narrowed to; empty text narrows nothing.

    state   new: registered itself, and nobody of the foundation has looked at it yet
    """

    search: str = ""
    kind: str = ""
    sector: str = ""
    state: str = ""


# ── as whom ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def actor_of(person: Person) -> Actor:
    """A person as an actor, with the roles they hold now."""
    coaching = frozenset(invitation.organization_id for invitation in person.coaching)
    roles = {Role(grant.role) for grant in person.grants}
    if person.memberships:
        roles.add(Role.APPLICANT)
    if coaching:
        roles.add(Role.COACH)
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        roles=frozenset(roles),
        memberships=tuple(
            Membership(place.organization_id, OrganizationRole(place.role)) for place in person.memberships
        ),
        coaching=coaching,
        public_id=person.public_id,
        looks_at=person.looks_at_id,
    )


def actor_by_token(token: str) -> Actor | None:
    """The person a session was opened for, or None when the session no longer holds.

    token   "<public id>.<session stamp>"
    """
    public_id, _, stamp = token.partition(".")
    # Every request begins with this: one statement, since nobody has more than a few of each.
    person = (
        db.session.execute(
            select(Person)
            .where(Person.public_id == public_id, Person.session_stamp == stamp, Person.is_active)
            .options(joinedload(Person.grants), joinedload(Person.memberships), joinedload(Person.coaching))
        )
        .unique()
        .scalar_one_or_none()
    )
    return actor_of(person) if person else None


def person_of(actor: Actor) -> Person:
    """The person an actor is.

    raises   Missing for the system and for visitors, who are nobody
    """
    person = db.session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None:
        raise Missing("There is no person behind this act.")
    return person


def person_of_email(email: str) -> Person | None:
    """Whoever has this address, whether their account is open or closed."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def belongs(person: Person, organization: Organization) -> bool:
    """Whether a person is a member of an organization."""
    statement = select(OrganizationMembership.id).where(
        OrganizationMembership.person_id == person.id, OrganizationMembership.organization_id == organization.id
    )
    return db.session.scalar(statement) is not None


def account_of_email(email: str) -> Person | None:
    """The open account that signs in with this address: for signing in and for a forgotten password, as nobody yet."""
    person = person_of_email(email)
    return person if person is not None and person.is_active else None


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE_ORDERS = {"name": Person.name, "email": Person.email, "seen": Person.last_sign_in_at}


def people(
    actor: Actor,
    filters: PeopleFilters,
    *,
    order: str = "name",
    descending: bool = False,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Person]:
    """Accounts with their roles and organizations.

    order    a key of PEOPLE_ORDERS
    raises   Refused for anyone but administrators and auditors
    """
    require_permission(actor, "account.read")
    found = _with_ties(select(Person)).where(_of_role(filters.role), _of_state(filters.state))
    if filters.search:
        wanted = filters.search.strip()
        found = found.where(
            or_(Person.name.icontains(wanted, autoescape=True), Person.email.icontains(wanted, autoescape=True))
        )
    column = PEOPLE_ORDERS[order]
    return paginate(found.order_by(column.desc() if descending else column, Person.id), page, size)


def account_for(actor: Actor, public_id: str) -> Person:
    """One account with its roles and organizations.

    raises   Refused; Missing
    """
    require_permission(actor, "account.read")
    person = db.session.scalar(_with_ties(select(Person)).where(Person.public_id == public_id))
    if person is None:
        raise Missing("There is no such person.")
    return person


def _with_ties(found: Select[Person]) -> Select[Person]:
    return found.options(
        selectinload(Person.grants),
        selectinload(Person.memberships).joinedload(OrganizationMembership.organization),
        selectinload(Person.coaching).joinedload(CoachInvitation.organization),
    )


def _of_role(role: str) -> ColumnElement[bool]:
    match role:
        case "":
            return true()
        case "any":
            return accounts.with_role()
        case "none":
            return accounts.without_role()
        case Role.APPLICANT:
            return Person.memberships.any()
        case Role.COACH:
            return Person.id.in_(select(CoachInvitation.person_id).where(accounts.coaches_now()))
        case _:
            return Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role == role))


def _of_state(state: str) -> ColumnElement[bool]:
    return {
        "": true(),
        "invited": accounts.invited(),
        "active": accounts.in_use(),
        "closed": ~Person.is_active,
    }.get(state, false())


# ── organizations ────────────────────────────────────────────────────────────────────────────────────────────────────

ORGANIZATION_ORDERS = {
    "name": Organization.name,
    "kind": Organization.kind,
    "enrollment": Organization.enrollment,
    "low_income": Organization.low_income_share,
}


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
    found = select(Organization).where(_visible(actor))
    if filters.search:
        wanted = filters.search.strip()
        found = found.where(
            or_(
                Organization.name.icontains(wanted, autoescape=True),
                Organization.city.icontains(wanted, autoescape=True),
                Organization.nces_id.startswith(wanted, autoescape=True),
                Organization.cds_id.startswith(wanted, autoescape=True),
            )
        )
    if filters.kind:
        found = found.where(Organization.kind == filters.kind)
    if filters.sector:
        found = found.where(Organization.sector == filters.sector)
    if filters.state:
        found = found.where(Organization.unchecked_since.is_not(None) if filters.state == "new" else false())
    column = ORGANIZATION_ORDERS[order]
    return paginate(found.order_by(column.desc() if descending else column, Organization.id), page, size)


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
