"""Pages of reviewing: a reviewer's pile, declaration and scorecards; the organizer's panel; what the scores say."""

from grants.review.views import (
    conflicts,
    declaring,
    grid,
    inviting,
    leaving,
    members,
    nudging,
    panels,
    piles,
    profiles,
    proposing,
    reading,
    replacing,
    scorecards,
    scores,
    starting,
    training,
)
from grants.review.views.blueprint import bp

__all__ = [
    "bp",
    "conflicts",
    "declaring",
    "grid",
    "inviting",
    "leaving",
    "members",
    "nudging",
    "panels",
    "piles",
    "profiles",
    "proposing",
    "reading",
    "replacing",
    "scorecards",
    "scores",
    "starting",
    "training",
]
