"""Who applies as a consortium, and with whom."""

from collections.abc import Collection

from grants.applications.completeness import Gap
from grants.applications.members import Members, gaps_in_members
from grants.people import consortia
from grants.people.models import ConsortiumMember, Organization
from grants.persistence.session import db
from grants.programs.models import Cycle
from grants.programs.queries import definition_of


def members_of(organizations: Collection[Organization]) -> dict[int, Members]:
    """Organization id -> its members now, for those that are consortia; one statement if there are any, else none."""
    found: dict[int, list[dict[str, object]]] = {one.id: [] for one in organizations if one.kind == "consortium"}
    if not found:
        return {}
    for member in db.session.scalars(consortia.in_each(found)):
        found[member.consortium_id].append(_named(member))
    return dict(found)


def _named(member: ConsortiumMember) -> dict[str, object]:
    organization = member.organization
    return {
        "id": organization.public_id,
        "name": organization.name,
        "kind": organization.kind,
        "leads": member.role == "lead",
        "nces_id": organization.nces_id,
        "cds_id": organization.cds_id,
    }


def member_gaps(cycle: Cycle, organization: Organization) -> list[Gap] | None:
    """What a consortium is short of in a cycle; None for any other organization, of which nothing is asked."""
    members = members_of([organization]).get(organization.id)
    return None if members is None else gaps_in_members(definition_of(cycle).participation.consortium, members)
