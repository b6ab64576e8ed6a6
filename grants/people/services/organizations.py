"""Organizations: added and described."""

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Invalid
from grants.kernel.policy import Actor, require_permission
from grants.people.details import OrganizationDetails
from grants.people.models import Organization
from grants.persistence import audit
from grants.persistence.session import db

_IDENTIFIERS = {"nces_id": "NCES id", "cds_id": "CDS code"}


def add_organization(actor: Actor, details: OrganizationDetails, *, illustrative: bool = False) -> Organization:
    """A new organization.

    raises   Refused; Invalid, also when an identifier is another organization's, which the sentence names
    """
    require_permission(actor, "organization.manage")
    values = _checked(details, None)
    organization = Organization(**values, illustrative=illustrative, created_at=now())
    db.session.add(organization)
    db.session.flush()
    audit.record(actor, "organization.add", organization, after={k: v for k, v in values.items() if v is not None})
    return organization


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
    for field, label in _IDENTIFIERS.items():
        if values[field] is None or field in errors:
            continue
        column = getattr(Organization, field)
        taken = db.session.scalar(select(Organization).where(column == values[field]))
        if taken is not None and taken is not organization:
            errors[field] = f"{taken.name} has this {label} already. Two organizations never share one."
    if errors:
        raise Invalid("The organization was not saved.", errors)
    return values
