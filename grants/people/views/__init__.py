"""Pages of signing in, of accounts and of organizations."""

from grants.people.views import (
    account,
    consortia,
    directories,
    inviting,
    joining,
    mailed,
    merging,
    organizations,
    pairs,
    people,
    registering,
    signing_in,
    switching,
)
from grants.people.views.blueprint import bp

__all__ = [
    "account",
    "bp",
    "consortia",
    "directories",
    "inviting",
    "joining",
    "mailed",
    "merging",
    "organizations",
    "pairs",
    "people",
    "registering",
    "signing_in",
    "switching",
]
