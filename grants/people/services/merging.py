"""Two organizations that turned out to be the same become one, in one transaction; it cannot be undone."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import func, or_, select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.policy import Actor, OrganizationRole, require_permission
from grants.people.details import OrganizationDetails
from grants.people.merging import ORGANIZATIONS
from grants.people.models import Organization, OrganizationMembership, Person
from grants.people.services import mail, moving, moving_consortia
from grants.people.services.pairing import compare
from grants.people.withholding import not_withheld
from grants.persistence import audit
from grants.persistence.gone import refuse_new_references
from grants.persistence.moves import lock_all
from grants.persistence.session import db

__all__ = ["DESCRIBED", "merge_organizations", "moving", "moving_consortia"]

# What is described together is kept together: half of one address and half of another is none.
DESCRIBED: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name",),
    "kind": ("kind", "sector"),
    "nces_id": ("nces_id",),
    "cds_id": ("cds_id",),
    "grades": ("grade_from", "grade_to"),
    "enrollment": ("enrollment",),
    "low_income_share": ("low_income_share",),
    "address": ("street", "city", "region", "postal_code"),
    "email_domain": ("email_domain",),
}

refuse_new_references(
    Organization, "This organization was made one with another a moment ago. Open it again, and try once more there."
)


def merge_organizations(actor: Actor, gone: Organization, stays: Organization, taken: Collection[str]) -> None:
    """Let everything of one organization go over to the other; its row stays, and leads there.

    taken    keys of DESCRIBED in which the description of the one that goes is kept
    raises   Refused; Missing when a case of either is hidden from the actor; Invalid when the kept description does not
             hold together; Clash when one of them was merged meanwhile, or something stands in the way
    """
    require_permission(actor, "organization.merge")
    _take(actor, gone, stays)
    foreseen = ORGANIZATIONS.foresee(actor, gone, stays)
    if foreseen.hinders:
        raise Clash(" ".join(foreseen.hinders))
    leads = _leads_of(gone, stays)
    ORGANIZATIONS.move(actor, gone, stays)
    facts = {"public_id": gone.public_id} | {name: getattr(gone, name) for name in _names() if getattr(gone, name)}
    changed = _describe(gone, stays, taken)
    gone.merged_into_id, gone.merged_at, gone.merged_by_id = stays.id, now(), actor.person_id
    gone.unchecked_since = stays.unchecked_since = None  # whoever merges them has looked at both
    moved = {many: count for (_, many), count in foreseen.moves.items() if count}
    audit.record(actor, "organization.merge", gone, before=facts, after={"into": stays.name, "moved": moved})
    audit.record(actor, "organization.merge", stays, before=changed, after={"from": facts["name"], "name": stays.name})
    db.session.flush()
    ORGANIZATIONS.after(actor, gone, stays)
    compare(db.session(), [stays])
    for lead in leads:
        mail.send_merged(actor, gone, stays, lead)


def _take(actor: Actor, gone: Organization, stays: Organization) -> None:
    """Take both rows, and what the steps decide on, for this transaction."""
    if gone is stays:
        raise Invalid("An organization cannot be made one with itself. Choose another one.")
    lock_all([gone, stays])
    _must_be_open(actor, gone, stays)
    if merged := next((one for one in (gone, stays) if one.merged_into_id is not None), None):
        raise Clash(f"{merged.name} was made one with another a moment ago. Look at the list of pairs again.")
    ORGANIZATIONS.hold(actor, gone, stays)


def _must_be_open(actor: Actor, gone: Organization, stays: Organization) -> None:
    """What hides a pair from somebody keeps them from merging it: they would see what is hidden, and change it."""
    both = Organization.id.in_((gone.id, stays.id))
    open_to = select(func.count()).select_from(Organization).where(both, not_withheld(actor, Organization.id))
    if db.session.scalar(open_to) != 2:
        raise Missing("There is no such organization, or it is not yours to merge.")


def _leads_of(gone: Organization, stays: Organization) -> list[Person]:
    leads = (
        select(Person)
        .join(OrganizationMembership, OrganizationMembership.person_id == Person.id)
        .where(
            or_(*(OrganizationMembership.organization_id == one.id for one in (gone, stays))),
            OrganizationMembership.role == OrganizationRole.LEAD,
            Person.is_active,
        )
        .order_by(Person.id)
        .distinct()
    )
    return list(db.session.scalars(leads))


def _describe(gone: Organization, stays: Organization, taken: Collection[str]) -> dict[str, Any]:
    """Keep the chosen description on the one that stays.

    returns  what was said there before, where it is another now
    """
    names = [name for key in DESCRIBED if key in taken for name in DESCRIBED[key]]
    values = {name: getattr(gone if name in names else stays, name) for name in _names()}
    if errors := OrganizationDetails(**values).problems():
        raise Invalid(" ".join(["The two descriptions do not fit together.", *errors.values()]), errors)
    for name in {"nces_id", "cds_id"} & set(names):
        setattr(gone, name, None)  # no two rows have the same
    db.session.flush()
    changed = {name: getattr(stays, name) for name in names if getattr(stays, name) != values[name]}
    for name in changed:
        setattr(stays, name, values[name])
    return changed


def _names() -> list[str]:
    return [field.name for field in fields(OrganizationDetails)]
