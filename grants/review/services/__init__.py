"""What people do in a review: invite, declare, assign, score, reopen."""

from grants.review.services.assigning import (
    Addition,
    Proposal,
    apply_assignment,
    assign,
    propose_assignment,
    unassign,
)
from grants.review.services.conflicts import (
    declare_conflict,
    declare_conflicts,
    find_rule_conflicts,
    let_stand,
    lift_conflict,
    note_conflict,
    revoke,
    take_back_conflict,
)
from grants.review.services.consortia import conflicts_follow
from grants.review.services.panel import invite_by_address, invite_reviewer
from grants.review.services.profiles import drop_affiliation, keep_profile, state_affiliation
from grants.review.services.scorecards import reopen_scorecard, save_scorecard, submit_scorecard
from grants.review.services.veiling import VEIL, keep_veiled

__all__ = [
    "VEIL",
    "Addition",
    "Proposal",
    "apply_assignment",
    "assign",
    "conflicts_follow",
    "declare_conflict",
    "declare_conflicts",
    "drop_affiliation",
    "find_rule_conflicts",
    "invite_by_address",
    "invite_reviewer",
    "keep_profile",
    "keep_veiled",
    "let_stand",
    "lift_conflict",
    "note_conflict",
    "propose_assignment",
    "reopen_scorecard",
    "revoke",
    "save_scorecard",
    "state_affiliation",
    "submit_scorecard",
    "take_back_conflict",
    "unassign",
]
