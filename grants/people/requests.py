"""Reading who asks to be here, and which organizations are like one that somebody describes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.orm import joinedload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, OrganizationRole
from grants.people.details import OrganizationDetails
from grants.people.invitations import waits
from grants.people.joining_models import MembershipInvitation, OrganizationRequest
from grants.people.likeness import name_key, reasons
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.session import db

MOST_COMPARED = 200
MOST_SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """An organization that is here already and may be the one described; `why` as likeness.reasons gives it."""

    organization: Organization
    why: tuple[str, ...]

    @property
    def is_certain(self) -> bool:
        """Whether an identifier says so, which two organizations never share."""
        return self.why[0] in {"the same NCES id", "the same CDS code"}


def alike(details: OrganizationDetails) -> list[Alike]:
    """The organizations that are most like one described, the surest first; for anybody, as their names are public."""
    key = name_key(details.name)
    words = sorted(set(key.split()), key=lambda word: (-len(word), word))[:2]
    near: list[ColumnElement[bool]] = []
    if details.city:
        near.append(func.lower(Organization.city) == details.city.strip().lower())
    if details.postal_code:
        near.append(Organization.postal_code.startswith(details.postal_code.strip()[:5], autoescape=True))
    found: list[ColumnElement[bool]] = [Organization.name_key == key]
    if near and words:
        named = [Organization.name_key.contains(word, autoescape=True) for word in words]
        street = func.lower(Organization.street) == (details.street or "").strip().lower()
        found.append(and_(or_(*near), or_(*named, street)))
    if details.nces_id:
        found.append(Organization.nces_id == details.nces_id)
    if details.cds_id:
        found.append(Organization.cds_id == details.cds_id)
    compared = db.session.scalars(
        select(Organization)
        .where(or_(*found))
        .order_by(Organization.name, Organization.id)
        .limit(MOST_COMPARED)
        .options(joinedload(Organization.merged_into))
    )
    all_alike = _stand_for(details, compared)
    return sorted(all_alike, key=lambda one: (not one.is_certain, -len(one.why)))[:MOST_SHOWN]


def _stand_for(details: OrganizationDetails, compared: Iterable[Organization]) -> list[Alike]:
    """Those that are alike, each once. One that was merged into another stands for that one, by its identifiers alone:
    they may still be on the papers of whoever registers."""
    found: dict[int, Alike] = {}
    for one in compared:
        why, stays = reasons(details, one), one.merged_into or one
        if why and (stays is one or Alike(one, why).is_certain):
            found.setdefault(stays.id, Alike(stays, why))
    return list(found.values())


def requests_to(organization: Organization) -> Sequence[OrganizationRequest]:
    """Who waits to be let in to an organization that was found before, the first to ask first."""
    return db.session.scalars(
        select(OrganizationRequest)
        .where(OrganizationRequest.organization_id == organization.id, _waits())
        .order_by(OrganizationRequest.asked_at, OrganizationRequest.id)
        .limit(50)
    ).all()


def unconfirmed(request_id: str) -> OrganizationRequest | None:
    """A request whose link was not used yet, by its public id."""
    return db.session.scalar(
        select(OrganizationRequest).where(
            OrganizationRequest.public_id == request_id, OrganizationRequest.confirmed_at.is_(None)
        )
    )


def is_waiting(request: OrganizationRequest) -> bool:
    """Whether an earlier request of the same address to join the same organization waits for its answer."""
    earlier = select(OrganizationRequest.id).where(
        OrganizationRequest.organization_id == request.organization_id,
        OrganizationRequest.email == request.email,
        OrganizationRequest.id != request.id,
        _waits(),
    )
    return db.session.scalar(earlier.limit(1)) is not None


def request_to(organization: Organization, request_id: str) -> OrganizationRequest:
    """One request to join an organization that was found before.

    raises   Missing
    """
    found = db.session.scalar(
        select(OrganizationRequest).where(
            OrganizationRequest.public_id == request_id, OrganizationRequest.organization_id == organization.id
        )
    )
    if found is None:
        raise Missing("There is no such request.")
    return found


def asked_of(actor: Actor) -> list[tuple[Organization, int]]:
    """The organizations that somebody waits to join and the actor decides for, and how many wait: leads for their
    own, the foundation for those without a lead. At most MOST_SHOWN."""
    mine: ColumnElement[bool] = Organization.id.in_(actor.organizations_as(OrganizationRole.LEAD))
    if actor.may("organization.manage"):
        mine = or_(mine, ~Organization.memberships.any(OrganizationMembership.role == OrganizationRole.LEAD))
    counted = func.count(OrganizationRequest.id)
    statement = (
        select(Organization, counted)
        .join(OrganizationRequest, OrganizationRequest.organization_id == Organization.id)
        .where(mine, _waits())
        .group_by(Organization.id)
        .order_by(Organization.name, Organization.id)
        .limit(MOST_SHOWN)
    )
    return [(organization, count) for organization, count in db.session.execute(statement)]


def short_of_people(actor: Actor) -> list[tuple[Organization, int, int]]:
    """The organizations that the actor leads and that one person alone belongs to, or nobody who certifies: with how
    many people, and how many signatories, those included who are asked and have not answered. At most MOST_SHOWN; a
    partner applies for nothing, and is left out."""
    certifies = OrganizationMembership.role == OrganizationRole.SIGNATORY
    people = func.count(Person.id) + _asked()
    signatories = func.count(Person.id).filter(certifies) + _asked(OrganizationRole.SIGNATORY)
    statement = (
        select(Organization, people, signatories)
        .join(OrganizationMembership, OrganizationMembership.organization_id == Organization.id)
        .join(Person, Person.id == OrganizationMembership.person_id)
        .where(
            Organization.id.in_(actor.organizations_as(OrganizationRole.LEAD)),
            Organization.kind != "partner",
            Person.is_active,
        )
        .group_by(Organization.id)
        .having(or_(people == 1, signatories == 0))
        .order_by(Organization.name, Organization.id)
        .limit(MOST_SHOWN)
    )
    return [(organization, count, certify) for organization, count, certify in db.session.execute(statement)]


def _asked(*roles: OrganizationRole) -> ScalarSelect[int]:
    """How many are asked to belong to the statement's Organization, in one of these roles or in any."""
    asked = select(func.count()).where(MembershipInvitation.organization_id == Organization.id, waits())
    if roles:
        asked = asked.where(MembershipInvitation.role.in_(roles))
    return asked.correlate(Organization).scalar_subquery()


def leads_of(organization: Organization) -> Sequence[Person]:
    """Who decides for an organization and is written to about it: its leads with an open account."""
    return db.session.scalars(
        select(Person)
        .join(OrganizationMembership, OrganizationMembership.person_id == Person.id)
        .where(
            OrganizationMembership.organization_id == organization.id,
            OrganizationMembership.role == OrganizationRole.LEAD,
            Person.is_active,
        )
        .order_by(Person.id)
    ).all()


def _waits() -> ColumnElement[bool]:
    return and_(
        OrganizationRequest.details.is_(None),
        OrganizationRequest.confirmed_at.is_not(None),
        OrganizationRequest.answered_at.is_(None),
    )
