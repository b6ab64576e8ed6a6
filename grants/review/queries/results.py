"""What the scores of one application say: the raw mean first, and beside it how far it can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from grants.people.models import Organization
from grants.programs.schema import Rubric
from grants.review.agreement import RankInterval
from grants.review.combining import unfinished
from grants.review.marking import rules_of
from grants.review.scoring import (
    EssentialOutcome,
    EssentialRule,
    Mark,
    criterion_means,
    essential_outcomes,
    summarize,
)


class Given(NamedTuple):
    """What one reviewer's submitted scorecard says.

    total   None where they abstained from everything that counts
    marks   criterion -> a mark, yes or no for an essential one; None for an abstention
    """

    reviewer_id: int
    total: Decimal | None
    marks: Mapping[str, int | bool | None]


class _Counted:
    """What cards by one rubric say together."""

    rubric: Rubric
    given: tuple[Given, ...]

    @property
    def totals(self) -> tuple[Decimal, ...]:
        """The reviewers' totals, 0 to 100, without abstentions."""
        return tuple(one.total for one in self.given if one.total is not None)

    @cached_property
    def criteria(self) -> Mapping[str, Decimal | None]:
        """Criterion key -> mean mark; None where all abstained, or nobody marked yet."""
        return criterion_means(self._votes, rules_of(self.rubric))

    @cached_property
    def essentials(self) -> tuple[EssentialOutcome, ...]:
        """How the votes fell on each criterion that can fail it, by the rubric's own rule."""
        return essential_outcomes(self._votes, rules_of(self.rubric), EssentialRule(self.rubric.essential_fails_when))

    @property
    def failed(self) -> str | None:
        """The essential criteria that the rubric's rule holds for failed, in a sentence; None when none is."""
        return " ".join(one.sentence for one in self.essentials if one.fails) or None

    def counts_of(self, key: str, marks: Sequence[int | bool]) -> list[tuple[str, int]]:
        """How often each of these marks, or yes and no, was given on a criterion, in their order."""
        given = [one.marks.get(key) for one in self.given]
        yes_no = {True: "yes", False: "no"}
        return [(yes_no[mark] if isinstance(mark, bool) else str(mark), given.count(mark)) for mark in marks]

    @property
    def _votes(self) -> list[list[Mark]]:
        return [votes_of(one.marks) for one in self.given]


@dataclass(frozen=True)
class PitchResult(_Counted):
    """What the pitch of one application was given, apart from what was given in writing.

    given          the submitted cards that count, by member's id
    counts         what the pitch counts of the final score, 0 to 1
    mean, spread   of the members' totals, 0 to 100; None where nobody gave one
    together       the final score, as `combining.together` has it; None where a part that counts is missing
    """

    rubric: Rubric = field(repr=False)
    given: tuple[Given, ...]
    counts: Decimal
    mean: Decimal | None
    spread: Decimal | None
    together: Decimal | None


@dataclass(frozen=True)
class ScoredSubmission(_Counted):
    """One application under review and what its submitted scorecards say; nothing is corrected silently.

    It holds plain values, which stay readable when the transaction in which they were read has ended.

    submission_id   its newest submission
    attributes      ORGANIZATION_ATTRIBUTES -> value, as portfolio rules ask for them
    place           from 1, by raw mean, with a pitch by the final score; equal ones share one. None without a score
    assigned        reviewers it has, submitted or not
    mean, spread    raw mean of the totals, 0 to 100, and their standard deviation, to 4 places each
    given           the submitted scorecards that count, by reviewer's id
    adjusted        the mean corrected for severe and lenient reviewers, 0 to 100 or a little beyond
    ranks           90% interval of its rank among the stage's scored submissions; with `adjusted` None until worked out
    ties            what orders it among equal means, the first first: more is better, and None comes last
    pitch           what its pitch was given; None where the stage has none
    before          the mean before scorecards were revised at a meeting; None where none was
    written_place   from 1, by raw mean alone, which `ranks` are the interval of; None without one, and where not asked
    """

    application_id: int
    public_id: str
    case_id: int
    submission_id: int
    name: str
    organization: Organization = field(repr=False)
    attributes: Mapping[str, Any]
    rubric: Rubric = field(repr=False)
    place: int | None
    assigned: int
    mean: Decimal | None
    spread: Decimal | None
    given: tuple[Given, ...]
    adjusted: float | None
    ranks: RankInterval | None
    ties: tuple[Decimal | None, ...] = ()
    pitch: PitchResult | None = None
    before: Decimal | None = None
    written_place: int | None = None

    @property
    def final(self) -> Decimal | None:
        """What it is decided by: the final score, or the mean of its scorecards where there is none."""
        return self.mean if self.pitch is None or self.pitch.together is None else self.pitch.together

    @property
    def unfinished(self) -> str | None:
        """Why it has no final score where the stage has a pitch, in a sentence; None when it has one."""
        return unfinished(self.mean, self.pitch.mean, self.pitch.together) if self.pitch else None

    @property
    def shown_place(self) -> int | None:
        """Its place, where it stands by a final score; one that has none is in order only to be found in the list."""
        return None if self.unfinished else self.place

    @property
    def essential_failed(self) -> str | None:
        """The essential criteria that failed, in writing and at the pitch, each by its own rubric's rule, in words."""
        at_pitch = self.pitch.failed if self.pitch else None
        return " ".join(filter(None, (self.failed, at_pitch and f"At the pitch: {at_pitch}"))) or None


def mean_before(given: Sequence[Given], first: Mapping[int, Decimal | None]) -> Decimal | None:
    """The mean of these scorecards as they were first submitted, 0 to 100; None where none was revised since.

    first   reviewer's id -> the total they first submitted, of those who revised theirs
    """
    if not any(one.reviewer_id in first for one in given):
        return None
    score = summarize(first.get(one.reviewer_id, one.total) for one in given)
    return score.mean if score else None


def given_in(cards: Sequence[Sequence[Any]] | None) -> tuple[Given, ...]:
    """The scorecards as a tally keeps them; none where there is no tally."""
    return tuple(Given(who, None if total is None else Decimal(total), marks) for who, total, marks in cards or ())


def votes_of(marks: Mapping[str, int | bool | None]) -> list[Mark]:
    """A scorecard's marks as `scoring` reads them."""
    return [
        Mark(criterion, passed=mark) if isinstance(mark, bool) else Mark(criterion, value=mark)
        for criterion, mark in marks.items()
    ]
