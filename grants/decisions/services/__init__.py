"""Use cases of deciding: make and change a slate, approve it, prepare its letters, release it."""

from grants.decisions.services.approving import approve, propose, take_back
from grants.decisions.services.letters import check_letters, prepare_letters
from grants.decisions.services.release import release
from grants.decisions.services.slates import discard, make_slate, override, write_feedback

__all__ = [
    "approve",
    "check_letters",
    "discard",
    "make_slate",
    "override",
    "prepare_letters",
    "propose",
    "release",
    "take_back",
    "write_feedback",
]
