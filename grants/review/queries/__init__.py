"""Reading panels, piles and scores, always as someone; a conflicted person never learns of a case."""

from grants.casework.visibility import not_conflicted
from grants.review.queries.cards import card_of, others_totals, rubric_of, scorable
from grants.review.queries.conflicts import (
    Applicant,
    applicants,
    conflict_for,
    own_conflict,
    own_conflicts,
    panel_conflicts,
    unnoted_ties,
)
from grants.review.queries.evidence import Evidence, earlier_evidence, earlier_submission
from grants.review.queries.files import file_for
from grants.review.queries.numbers import StageNumbers, seed_of
from grants.review.queries.panel import (
    Coverage,
    MemberProgress,
    PanelProgress,
    application_under_review,
    form_title,
    member_of,
    panel_assignment,
    panel_members,
    panel_progress,
    review_rules,
    stage_for,
)
from grants.review.queries.piles import (
    Pile,
    assignment_for,
    assignments_for,
    is_past,
    is_submitted,
    member_for,
    pile_of,
    piles_of,
)
from grants.review.queries.planning import PlanningFacts, Reviewed, Reviewer, planning_facts
from grants.review.queries.results import (
    SORTS,
    Given,
    ScoredSubmission,
    ScoreFilters,
    StageResults,
    score_page,
    scored_submissions,
    scores_of,
    stage_results,
    stage_scores,
)
from grants.review.queries.scope import REVIEWABLE
from grants.review.queries.stages import StageLine, review_stages
from grants.review.todos import todos

__all__ = [
    "REVIEWABLE",
    "SORTS",
    "Applicant",
    "Coverage",
    "Evidence",
    "Given",
    "MemberProgress",
    "PanelProgress",
    "Pile",
    "PlanningFacts",
    "Reviewed",
    "Reviewer",
    "ScoreFilters",
    "ScoredSubmission",
    "StageLine",
    "StageNumbers",
    "StageResults",
    "applicants",
    "application_under_review",
    "assignment_for",
    "assignments_for",
    "card_of",
    "conflict_for",
    "earlier_evidence",
    "earlier_submission",
    "file_for",
    "form_title",
    "is_past",
    "is_submitted",
    "member_for",
    "member_of",
    "not_conflicted",
    "others_totals",
    "own_conflict",
    "own_conflicts",
    "panel_assignment",
    "panel_conflicts",
    "panel_members",
    "panel_progress",
    "pile_of",
    "piles_of",
    "planning_facts",
    "review_rules",
    "review_stages",
    "rubric_of",
    "scorable",
    "score_page",
    "scored_submissions",
    "scores_of",
    "seed_of",
    "stage_for",
    "stage_results",
    "stage_scores",
    "todos",
    "unnoted_ties",
]
