"""The words of an assignment: the panel, its papers, what is wished for, and the plan that comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Pair = tuple[str, str]


@dataclass(frozen=True)
class PanelMember:
    """A reviewer of the stage.

    load       the most submissions this reviewer takes, 0 or more; None for no limit
    least      the fewest this reviewer should get, 0 or more; comes after every submission's need and before points
    elsewhere  submissions they have beside those that are given here; they count for load, least and balance
    """

    id: str
    name: str
    load: int | None = None
    least: int = 0
    elsewhere: int = 0


@dataclass(frozen=True)
class Paper:
    """A submission to be reviewed.

    needs   reviewers, 0 or more
    kind    such as its grade span: a pile is better when it is not all of one kind
    """

    id: str
    title: str
    needs: int
    kind: str = ""


@dataclass(frozen=True)
class Worth:
    """What makes one assignment better than another, in whole points.

    keep      for a reviewer who knows the applicant from the previous stage; below 0 where others are to read it now
    balance   taken off for each review a reviewer already has: moving a review from a reviewer with 8 to one with 4
              is worth 3 times this
    mix       taken off for each review of the same kind that a reviewer already has
    """

    keep: int = 10
    balance: int = 2
    mix: int = 0


@dataclass(frozen=True)
class Wishes:
    """What the assignment has to respect, then what it would like to. Pairs are (reviewer, submission).

    conflicts   never assigned: a tie, an applicant that was not asked about, or left out
    fixed       assigned by hand already: they stay, and count against the load and the need
    expertise   points from 0 up for a reviewer who knows this field; absent pairs have 0
    previous    pairs of the previous stage's assignment
    left_out    those of `conflicts` that are none, but left out by the officer
    """

    conflicts: frozenset[Pair] = frozenset()
    fixed: frozenset[Pair] = frozenset()
    expertise: Mapping[Pair, int] = field(default_factory=dict)
    previous: frozenset[Pair] = frozenset()
    worth: Worth = Worth()
    left_out: frozenset[Pair] = frozenset()


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
    points      expertise and `keep` points of its pairs; what balance and mix cost is seen in the piles
    """

    pairs: tuple[Pair, ...]
    loads: Mapping[str, int]
    shortages: tuple[Shortage, ...]
    points: int

    @property
    def is_complete(self) -> bool:
        return not self.shortages
