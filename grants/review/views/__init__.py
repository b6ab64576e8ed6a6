"""Pages of reviewing: a reviewer's pile, declaration and scorecards; the organizer's panel; what the scores say."""

from grants.review.views import grid, nudging, panels, piles, proposing, reading, scorecards, scores
from grants.review.views.blueprint import bp

__all__ = ["bp", "grid", "nudging", "panels", "piles", "proposing", "reading", "scorecards", "scores"]
