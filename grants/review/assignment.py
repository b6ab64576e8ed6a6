"""Who reviews which submission: the best assignment there is, proved, or the reasons why there is none.

Reviewers with a conflict never meet the submission; nobody carries more than their load; every submission gets its
number of reviewers. Among the assignments that do so, the one worth most points is taken (see `Worth`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grants.kernel.integer_program import Rows, Unproved, maximise

Pair = tuple[str, str]


@dataclass(frozen=True)
class PanelMember:
    """A reviewer of the stage.

    load    the most submissions this reviewer takes, 0 or more; None for no limit
    least   the fewest this reviewer should get, 0 or more; comes after every submission's need and before points
    """

    id: str
    name: str
    load: int | None = None
    least: int = 0


@dataclass(frozen=True)
class Paper:
    """A submission to be reviewed by `needs` reviewers, 0 or more."""

    id: str
    title: str
    needs: int


@dataclass(frozen=True)
class Worth:
    """What makes one assignment better than another, in whole points.

    keep      for a reviewer who knows the applicant from the previous stage
    balance   taken off for each review a reviewer already has: moving a review from a reviewer with 8 to one with 4
              is worth 3 times this
    """

    keep: int = 10
    balance: int = 2


@dataclass(frozen=True)
class Wishes:
    """What the assignment has to respect, then what it would like to. Pairs are (reviewer, submission).

    conflicts   never assigned
    fixed       assigned by hand already: they stay, and count against the load and the need
    expertise   points from 0 up for a reviewer who knows this field; absent pairs have 0
    previous    pairs of the previous stage's assignment
    """

    conflicts: frozenset[Pair] = frozenset()
    fixed: frozenset[Pair] = frozenset()
    expertise: Mapping[Pair, int] = field(default_factory=dict)
    previous: frozenset[Pair] = frozenset()
    worth: Worth = Worth()


@dataclass(frozen=True)
class Shortage:
    """A submission that lacks `missing` of its reviewers, and why in a sentence.

    full   ids of the reviewers at their limit who could otherwise have taken it, themselves or by a trade of
           submissions; empty when conflicts alone leave too few
    """

    submission: str
    missing: int
    full: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class AssignmentPlan:
    """The assignment: pairs (reviewer, submission) in order of submission, then reviewer; loads by reviewer.

    shortages   the submissions that stay short of reviewers, and why; empty when every need is met
    points      expertise and `keep` points of its pairs; what balance cost is seen in the loads
    """

    pairs: tuple[Pair, ...]
    loads: Mapping[str, int]
    shortages: tuple[Shortage, ...]
    points: int

    @property
    def is_complete(self) -> bool:
        return not self.shortages


def assign(panel: Sequence[PanelMember], papers: Sequence[Paper], wishes: Wishes | None = None) -> AssignmentPlan:
    """Assign reviewers to submissions.

    returns  the plan with the fewest places unfilled, the shortest submissions first; among those, the most points.
             The same input in any order gives the same plan.
    raises   ValueError when two share an id, a fixed pair is also a conflict, or a pair names someone unknown

    A transport problem with convex costs (Ahuja, Magnanti and Orlin, Network Flows, 1993, chapter 14): each reviewer's
    k-th review costs k · balance, each submission's k-th empty place more than any assignment could gain.

    >>> plan = assign([PanelMember("a", "Ann", 1), PanelMember("b", "Ben", 1)], [Paper("x", "Tern School", 1)],
    ...               Wishes(conflicts=frozenset({("a", "x")})))
    >>> plan.pairs, plan.is_complete
    ((('b', 'x'),), True)
    """
    wishes = wishes or Wishes()
    panel = sorted(panel, key=lambda member: member.id)
    papers = sorted(papers, key=lambda paper: paper.id)
    _check(panel, papers, wishes)
    closed = wishes.conflicts | wishes.fixed
    open_pairs = [(member.id, paper.id) for paper in papers for member in panel if (member.id, paper.id) not in closed]
    chosen = _solve(panel, papers, open_pairs, wishes)
    pairs = sorted({*chosen, *wishes.fixed}, key=lambda pair: (pair[1], pair[0]))
    loads = _counts((reviewer for reviewer, _ in pairs), panel)
    points = sum(_points(pair, wishes) for pair in pairs)
    return AssignmentPlan(tuple(pairs), loads, _shortages(panel, papers, pairs, wishes), points)


def _solve(
    panel: Sequence[PanelMember], papers: Sequence[Paper], open_pairs: Sequence[Pair], wishes: Wishes
) -> list[Pair]:
    """Columns: one per open pair, one per review a reviewer can still take, one per place that may stay empty."""
    paper_row = {paper.id: row for row, paper in enumerate(papers)}
    member_row = {member.id: len(papers) + row for row, member in enumerate(panel)}
    has = _counts((reviewer for reviewer, _ in wishes.fixed), panel)
    got = _counts((paper for _, paper in wishes.fixed), papers)
    steps = [
        (member_row[member.id], taken, taken < member.least)
        for member in panel
        for taken in range(has[member.id], len(papers) if member.load is None else min(member.load, len(papers)))
    ]
    places = [(paper_row[paper.id], empty + 1) for paper in papers for empty in range(paper.needs - got[paper.id])]
    need = [max(0, paper.needs - got[paper.id]) for paper in papers] + [0] * len(panel)
    rows = _rows(
        [paper_row[paper] for _, paper in open_pairs],
        [member_row[reviewer] for reviewer, _ in open_pairs],
        [row for row, *_ in steps],
        [row for row, _ in places],
        need,
    )
    gain = _gain(open_pairs, [step[1:] for step in steps], [nth for _, nth in places], wishes)
    best = maximise(gain, rows, np.zeros(len(gain)), np.ones(len(gain)))
    if best is None:
        raise Unproved("An assignment that may leave places empty always exists, yet none was found.")
    return [pair for pair, taken in zip(open_pairs, best[: len(open_pairs)], strict=True) if taken]


def _gain(
    pairs: Sequence[Pair], steps: Sequence[tuple[int, bool]], places: Sequence[int], wishes: Wishes
) -> NDArray[np.float64]:
    """What each column is worth. Each aim outweighs all that the later ones can bring together: needs, least loads,
    points.

    steps    reviews the reviewer has already, and whether this one is still below the least load
    places   1 for a submission's first empty place, 2 for its second: lacking two is worse than two that lack one
    """
    points = [_points(pair, wishes) for pair in pairs]
    costs = [taken * wishes.worth.balance for taken, _ in steps]
    idle = 1 + len(places) * (max(points, default=0) + max(costs, default=0))
    empty = idle * (1 + sum(below for _, below in steps))
    loads = [idle * below - cost for (_, below), cost in zip(steps, costs, strict=True)]
    return np.array([*points, *loads, *(-empty * nth for nth in places)], dtype=np.float64)


def _rows(
    papers: Sequence[int], reviewers: Sequence[int], steps: Sequence[int], places: Sequence[int], need: Sequence[int]
) -> Rows:
    """A submission's pairs and empty places sum to its need; a reviewer's pairs less the steps of load taken to 0.

    papers, reviewers   the two rows of each pair; steps, places   the row of each step of load and each empty place
    """
    pairs = np.arange(len(papers))
    row = np.array([*papers, *reviewers, *steps, *places], dtype=np.int64)
    column = np.concatenate([pairs, pairs, len(pairs) + np.arange(len(steps) + len(places))])
    value = np.concatenate([np.ones(2 * len(pairs)), -np.ones(len(steps)), np.ones(len(places))])
    order = np.lexsort((column, row))
    starts = np.searchsorted(row[order], np.arange(len(need) + 1))
    bounds = np.array(need, dtype=np.float64)
    return Rows(starts.astype(np.int32), column[order].astype(np.int32), value[order], bounds, bounds)


def _shortages(
    panel: Sequence[PanelMember], papers: Sequence[Paper], pairs: Sequence[Pair], wishes: Wishes
) -> tuple[Shortage, ...]:
    got = _counts((paper for _, paper in pairs), papers)
    return tuple(
        _shortage(paper, paper.needs - got[paper.id], panel, pairs, wishes)
        for paper in papers
        if paper.needs > got[paper.id]
    )


def _shortage(
    paper: Paper, missing: int, panel: Sequence[PanelMember], pairs: Sequence[Pair], wishes: Wishes
) -> Shortage:
    able = sum((member.id, paper.id) not in wishes.conflicts for member in panel)
    reasons = []
    full: list[PanelMember] = []
    if able < paper.needs:
        reasons.append(f"Only {able} of {len(panel)} reviewers have no conflict with it.")
    if missing > paper.needs - able:
        full = _full_reviewers(paper.id, panel, pairs, wishes)
        names = ", ".join(member.name for member in full[:5]) + (f" and {len(full) - 5} more" if full[5:] else "")
        reasons.append(f"Those who could take it, or trade for it, are at their limit: {names}.")
    sentence = f"{paper.title} lacks {missing} of {paper.needs} reviewers. {' '.join(reasons)}"
    return Shortage(paper.id, missing, tuple(member.id for member in full), sentence)


def _full_reviewers(
    paper: str, panel: Sequence[PanelMember], pairs: Sequence[Pair], wishes: Wishes
) -> list[PanelMember]:
    """Follow every trade that could free a place: all reviewers met on the way are full, or the plan were not best."""
    taken, met, reached, waiting = set(pairs), set[str](), {paper}, [paper]
    while waiting:
        wanted = waiting.pop()
        for member in panel:
            if member.id not in met and (member.id, wanted) not in wishes.conflicts | taken:
                met.add(member.id)
                given_up = {p for r, p in taken - wishes.fixed if r == member.id} - reached
                reached |= given_up
                waiting += sorted(given_up)
    return [member for member in panel if member.id in met]


def _points(pair: Pair, wishes: Wishes) -> int:
    return wishes.expertise.get(pair, 0) + wishes.worth.keep * (pair in wishes.previous)


def _counts(seen: Iterable[str], all_of: Iterable[PanelMember | Paper]) -> dict[str, int]:
    return {thing.id: 0 for thing in all_of} | Counter(seen)


def _check(panel: Sequence[PanelMember], papers: Sequence[Paper], wishes: Wishes) -> None:
    reviewers, submissions = {member.id for member in panel}, {paper.id for paper in papers}
    if len(reviewers) < len(panel) or len(submissions) < len(papers):
        raise ValueError("Two reviewers, or two submissions, share an id.")
    if wishes.fixed & wishes.conflicts:
        raise ValueError("A pair cannot be assigned by hand and in conflict.")
    named = {*wishes.conflicts, *wishes.fixed, *wishes.expertise, *wishes.previous}
    if any(points < 0 for points in (*wishes.expertise.values(), wishes.worth.keep, wishes.worth.balance)):
        raise ValueError("Points start from 0; a pair that must not be is a conflict.")
    if unknown := {pair for pair in named if pair[0] not in reviewers or pair[1] not in submissions}:
        raise ValueError(f"These pairs name someone unknown: {sorted(unknown)}.")
