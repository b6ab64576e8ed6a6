"""Who reviews which submission: the best assignment there is, proved, or the reasons why there is none.

Reviewers with a conflict never meet the submission; nobody carries more than their load; every submission gets its
number of reviewers. Among the assignments that do so, the one worth most points is taken (see `Worth`).
"""

from collections import Counter
from collections.abc import Sequence

from grants.review.assignment_network import best_pairs, points_of
from grants.review.assignment_shortages import shortages
from grants.review.assignment_terms import AssignmentPlan, Pair, PanelMember, Paper, Shortage, Wishes, Worth

__all__ = ["AssignmentPlan", "Pair", "PanelMember", "Paper", "Shortage", "Wishes", "Worth", "assign"]


def assign(panel: Sequence[PanelMember], papers: Sequence[Paper], wishes: Wishes | None = None) -> AssignmentPlan:
    """Assign reviewers to submissions.

    returns  the plan with the fewest places unfilled, the shortest submissions first; among those, the most points.
             The same input in any order gives the same plan.
    raises   ValueError when two share an id, a fixed pair is also a conflict, or a pair names someone unknown

    >>> plan = assign([PanelMember("a", "Ann", 1), PanelMember("b", "Ben", 1)], [Paper("x", "Tern School", 1)],
    ...               Wishes(conflicts=frozenset({("a", "x")})))
    >>> plan.pairs, plan.is_complete
    ((('b', 'x'),), True)
    """
    wishes = wishes or Wishes()
    panel = sorted(panel, key=lambda member: member.id)
    papers = sorted(papers, key=lambda paper: paper.id)
    _check(panel, papers, wishes)
    pairs = sorted({*best_pairs(panel, papers, wishes), *wishes.fixed}, key=lambda pair: (pair[1], pair[0]))
    here = Counter(reviewer for reviewer, _ in pairs)
    loads = {member.id: here[member.id] + member.elsewhere for member in panel}
    points = sum(points_of(pair, wishes) for pair in pairs)
    return AssignmentPlan(tuple(pairs), loads, shortages(panel, papers, pairs, wishes), points)


def _check(panel: Sequence[PanelMember], papers: Sequence[Paper], wishes: Wishes) -> None:
    reviewers, submissions = {member.id for member in panel}, {paper.id for paper in papers}
    if len(reviewers) < len(panel) or len(submissions) < len(papers):
        raise ValueError("Two reviewers, or two submissions, share an id.")
    if wishes.fixed & wishes.conflicts:
        raise ValueError("A pair cannot be assigned by hand and in conflict.")
    named = {*wishes.conflicts, *wishes.fixed, *wishes.expertise, *wishes.previous}
    if any(points < 0 for points in (*wishes.expertise.values(), wishes.worth.balance, wishes.worth.mix)):
        raise ValueError("Points start from 0; a pair that must not be is a conflict.")
    if unknown := {pair for pair in named if pair[0] not in reviewers or pair[1] not in submissions}:
        raise ValueError(f"These pairs name someone unknown: {sorted(unknown)}.")
