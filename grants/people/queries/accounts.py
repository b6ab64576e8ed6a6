"""Reading accounts, as those who keep them."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import selectinload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require_permission
from grants.kernel.roles import Role
from grants.people import accounts
from grants.people.models import CoachInvitation, OrganizationMembership, Person, RoleGrant
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db

PEOPLE_ORDERS = {"name": Person.name, "email": Person.email, "seen": Person.last_sign_in_at}


@dataclass(frozen=True)
class PeopleFilters:
    """What the list of people is narrowed to; empty text narrows nothing.

    role    a role's value, or any for one of the foundation's; applicant and coach follow from organizations; none
    state   invited, active or closed
    """

    search: str = ""
    role: str = ""
    state: str = ""


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
