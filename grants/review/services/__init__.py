"""What people do in a review: invite, declare, assign, score, reopen."""

from grants.review.services.analysing import analyse, keep_up
from grants.review.services.applying import APPLY, apply_key, apply_proposal, apply_some, overtake
from grants.review.services.assigning import assign, unassign
from grants.review.services.conflicts import (
    confirm_conflict,
    confirm_conflicts,
    declare_conflict,
    declare_conflicts,
    find_rule_conflicts,
    let_stand,
    lift_conflict,
    note_conflict,
    note_ties,
    revoke,
    take_back_conflict,
    undo_declaration,
)
from grants.review.services.consortia import conflicts_follow
from grants.review.services.joining import accept_invitation, accept_with_account, decline_invitation
from grants.review.services.leaving import leave_panel
from grants.review.services.notes import NOTES_KEPT, forget_notes, save_notes
from grants.review.services.panel import (
    invite_again,
    invite_by_address,
    invite_reviewer,
    withdraw_invitation,
)
from grants.review.services.pitching import (
    reopen_pitch_card,
    save_pitch_card,
    submit_pitch_card,
    take_back_pitch_card,
)
from grants.review.services.profiles import agree_load, drop_affiliation, keep_profile, state_affiliation
from grants.review.services.proposing import (
    WORK_OUT,
    Addition,
    Proposal,
    ask_for_assignment,
    best_of,
    keep_proposal,
    leave_out,
    usual_aims,
    work_key,
)
from grants.review.services.reminding import nudge, nudge_sample, remind_of_reviews
from grants.review.services.revising import revise_scorecard
from grants.review.services.scorecards import reopen_scorecard, save_scorecard, submit_scorecard
from grants.review.services.succeeding import (
    Successor,
    appoint,
    best_successor,
    keep_succession,
    keep_up_with_places,
)
from grants.review.services.tallies import reckon
from grants.review.services.training import (
    accept_terms,
    confirm_profile,
    note_sample_seen,
    save_sample,
    submit_sample,
)
from grants.review.services.vacancies import SUCCEED, leave_vacancy, take_up_vacancy
from grants.review.services.veiling import VEIL, keep_veiled

__all__ = [
    "APPLY",
    "NOTES_KEPT",
    "SUCCEED",
    "VEIL",
    "WORK_OUT",
    "Addition",
    "Proposal",
    "Successor",
    "accept_invitation",
    "accept_terms",
    "accept_with_account",
    "agree_load",
    "analyse",
    "apply_key",
    "apply_proposal",
    "apply_some",
    "appoint",
    "ask_for_assignment",
    "assign",
    "best_of",
    "best_successor",
    "confirm_conflict",
    "confirm_conflicts",
    "confirm_profile",
    "conflicts_follow",
    "declare_conflict",
    "declare_conflicts",
    "decline_invitation",
    "drop_affiliation",
    "find_rule_conflicts",
    "forget_notes",
    "invite_again",
    "invite_by_address",
    "invite_reviewer",
    "keep_profile",
    "keep_proposal",
    "keep_succession",
    "keep_up",
    "keep_up_with_places",
    "keep_veiled",
    "leave_out",
    "leave_panel",
    "leave_vacancy",
    "let_stand",
    "lift_conflict",
    "note_conflict",
    "note_sample_seen",
    "note_ties",
    "nudge",
    "nudge_sample",
    "overtake",
    "reckon",
    "remind_of_reviews",
    "reopen_pitch_card",
    "reopen_scorecard",
    "revise_scorecard",
    "revoke",
    "save_notes",
    "save_pitch_card",
    "save_sample",
    "save_scorecard",
    "state_affiliation",
    "submit_pitch_card",
    "submit_sample",
    "submit_scorecard",
    "take_back_conflict",
    "take_back_pitch_card",
    "take_up_vacancy",
    "unassign",
    "undo_declaration",
    "usual_aims",
    "withdraw_invitation",
    "work_key",
]
