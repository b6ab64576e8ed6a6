"""Pages of meetings: planning them, being at them, what came of them."""

from grants.meetings.views import deciding, lines, live, pitch_cards, pitching, planning, presenting
from grants.meetings.views.blueprint import bp

__all__ = [
    "bp",
    "deciding",
    "lines",
    "live",
    "pitch_cards",
    "pitching",
    "planning",
    "presenting",
]
