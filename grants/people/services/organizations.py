"""Organizations: added and described."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select

from grants.kernel.clock import now
from grants.kernel.errors import Invalid
from grants.kernel.policy import Actor, require_permission
from grants.people.details import OrganizationDetails
from grants.people.models import Organization
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

_IDENTIFIERS = {"nces_id": "NCES id", "cds_id": "CDS code"}


def add_organization(actor: Actor, details: OrganizationDetails, *, illustrative: bool = False) -> Organization:
    """A new organization.

    raises   Refused; Invalid, also when an identifier is another organization's, which the sentence names
    """
    require_permission(actor, "organization.manage")
    organization = new_organization(details, illustrative=illustrative)
    values = {name: value for name, value in details.values().items() if value is not None}
    audit.record(actor, "organization.add", organization, after=values)
    return organization


def new_organization(
    details: OrganizationDetails, *, illustrative: bool = False, unchecked_since: datetime | None = None
) -> Organization:
    """The bare organization; those who call it have asked whether it may be made, and record it.

    raises   Invalid
    """
    organization = Organization(
        **_checked(details, None), illustrative=illustrative, created_at=now(), unchecked_since=unchecked_since
    )
    db.session.add(organization)
    db.session.flush()
    return organization


def check_organization(actor: Actor, organization: Organization) -> None:
    """Somebody of the foundation has looked at one that registered itself, and found it right; twice is once.

    raises   Refused
    """
    require_permission(actor, "organization.manage")
    lock(organization)
    if organization.unchecked_since is not None:
        organization.unchecked_since = None
        audit.record(actor, "organization.check", organization)


def change_organization(actor: Actor, organization: Organization, details: OrganizationDetails) -> None:
    """Describe an organization anew.

    raises   Refused; Invalid
    """
    require_permission(actor, "organization.manage")
    values = _checked(details, organization)
    before = {name: getattr(organization, name) for name in values}
    changed = [name for name in values if values[name] != before[name]]
    for name in changed:
        setattr(organization, name, values[name])
    if changed:
        audit.record(
            actor,
            "organization.change",
            organization,
            before={name: before[name] for name in changed},
            after={name: values[name] for name in changed},
        )


def _checked(details: OrganizationDetails, organization: Organization | None) -> dict[str, object]:
    """The values to keep.

    raises   Invalid
    """
    values, errors = details.values(), details.problems()
    known = {field: values[field] for field in _IDENTIFIERS if values[field] is not None and field not in errors}
    for field, taken in _holders(known):
        if taken is organization:
            continue
        if organization is not None and taken.merged_into_id == organization.id:
            setattr(taken, field, None)  # it was the same organization's all along
            db.session.flush()
        else:
            holder = (taken.merged_into or taken).name
            errors[field] = f"{holder} has this {_IDENTIFIERS[field]} already. Two organizations never share one."
    if errors:
        raise Invalid("The organization was not saved.", errors)
    return values


def _holders(known: Mapping[str, object]) -> list[tuple[str, Organization]]:
    """Who has each of these identifiers, by field, in one statement: a directory asks it for each of its lines."""
    if not known:
        return []
    theirs = or_(*(getattr(Organization, field) == value for field, value in known.items()))
    found = db.session.scalars(select(Organization).where(theirs).order_by(Organization.id)).all()
    return [(field, one) for field, value in known.items() for one in found if getattr(one, field) == value]
