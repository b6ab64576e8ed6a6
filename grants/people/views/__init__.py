"""Pages of signing in, of accounts and of organizations."""

from grants.people.views import account, organizations, pairs, people, registering, signing_in
from grants.people.views.blueprint import bp

__all__ = ["account", "bp", "organizations", "pairs", "people", "registering", "signing_in"]
