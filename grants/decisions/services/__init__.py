"""Use cases of deciding: make and change a slate, approve it, prepare its letters, release it."""

from grants.decisions.services.approving import approve, propose, take_back
from grants.decisions.services.letters import check_letters, date_letters, prepare_letters
from grants.decisions.services.release import release
from grants.decisions.services.slates import discard, make_slate, override, write_feedback
from grants.decisions.services.solving import Solution, solve_slate

__all__ = [
    "Solution",
    "approve",
    "check_letters",
    "date_letters",
    "discard",
    "make_slate",
    "override",
    "prepare_letters",
    "propose",
    "release",
    "solve_slate",
    "take_back",
    "write_feedback",
]
