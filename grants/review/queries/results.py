"""What the scores of one application say: the raw mean first, and beside it how far it can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from grants.people.models import Organization
from grants.programs.schema import Rubric
from grants.review.agreement import RankInterval
from grants.review.marking import rules_of
from grants.review.scoring import EssentialOutcome, EssentialRule, Mark, criterion_means, essential_outcomes


class Given(NamedTuple):
    """What one reviewer's submitted scorecard says.

    total   None where they abstained from everything that counts
    marks   criterion -> a mark, yes or no for an essential one; None for an abstention
    """

    reviewer_id: int
    total: Decimal | None
    marks: Mapping[str, int | bool | None]


@dataclass(frozen=True)
class ScoredSubmission:
    """One application under review and what its submitted scorecards say; nothing is corrected silently.

    It holds plain values, which stay readable when the transaction in which they were read has ended.

    submission_id   its newest submission
    attributes      ORGANIZATION_ATTRIBUTES -> value, as portfolio rules ask for them
    place           by raw mean, from 1; equal means share one. None without a score
    assigned        reviewers it has, submitted or not
    mean, spread    raw mean of the totals, 0 to 100, and their standard deviation, to 4 places each
    given           the submitted scorecards that count, by reviewer's id
    adjusted        the mean corrected for severe and lenient reviewers, 0 to 100 or a little beyond
    ranks           90% interval of its rank among the stage's scored submissions; with `adjusted` None until worked out
    ties            what orders it among equal means, the first first: more is better, and None comes last
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
        """How the votes fell on each criterion that can fail it, by the panel's rule."""
        return essential_outcomes(self._votes, rules_of(self.rubric), EssentialRule(self.rubric.essential_fails_when))

    def counts_of(self, key: str, marks: Sequence[int | bool]) -> list[tuple[str, int]]:
        """How often each of these marks, or yes and no, was given on a criterion, in their order."""
        given = [one.marks.get(key) for one in self.given]
        yes_no = {True: "yes", False: "no"}
        return [(yes_no[mark] if isinstance(mark, bool) else str(mark), given.count(mark)) for mark in marks]

    @property
    def essential_failed(self) -> str | None:
        """The essential criteria that the panel's rule holds for failed, in a sentence; None when none is."""
        return " ".join(one.sentence for one in self.essentials if one.fails) or None

    @property
    def _votes(self) -> list[list[Mark]]:
        return [votes_of(one.marks) for one in self.given]


def given_in(cards: Sequence[Sequence[Any]] | None) -> tuple[Given, ...]:
    """The scorecards as a tally keeps them; none where there is no tally."""
    return tuple(Given(who, None if total is None else Decimal(total), marks) for who, total, marks in cards or ())


def votes_of(marks: Mapping[str, int | bool | None]) -> list[Mark]:
    """A scorecard's marks as `scoring` reads them."""
    return [
        Mark(criterion, passed=mark) if isinstance(mark, bool) else Mark(criterion, value=mark)
        for criterion, mark in marks.items()
    ]
