"""Reading people and organizations, always as someone."""

from grants.people.queries.accounts import (
    PEOPLE_ORDERS,
    PeopleFilters,
    account_for,
    people,
)
from grants.people.queries.acting import (
    account_of_email,
    actor_by_token,
    actor_of,
    belongs,
    person_of,
    person_of_email,
)
from grants.people.queries.organizations import (
    ORGANIZATION_ORDERS,
    OrganizationFilters,
    coach_for,
    coaches_of,
    member_for,
    members_of,
    merged_from,
    organization_for,
    organization_that_stays,
    organizations,
    own_organization,
    own_organizations,
)
from grants.people.todos import todos

__all__ = [
    "ORGANIZATION_ORDERS",
    "PEOPLE_ORDERS",
    "OrganizationFilters",
    "PeopleFilters",
    "account_for",
    "account_of_email",
    "actor_by_token",
    "actor_of",
    "belongs",
    "coach_for",
    "coaches_of",
    "member_for",
    "members_of",
    "merged_from",
    "organization_for",
    "organization_that_stays",
    "organizations",
    "own_organization",
    "own_organizations",
    "people",
    "person_of",
    "person_of_email",
    "todos",
]
