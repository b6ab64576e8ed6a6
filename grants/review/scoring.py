"""What one scorecard, and the scorecards on one submission, add up to.

Points and yes/no never mix: essential criteria are counted as votes, beside the score. An abstention is empty, never
zero.
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Scorecard = Sequence["Mark"]

_PLACES = Decimal("0.0001")


class EssentialRule(StrEnum):
    """How many reviewers must say no before an essential criterion counts as failed."""

    ANY = "any"
    MAJORITY = "majority"
    ALL = "all"


@dataclass(frozen=True)
class CriterionRule:
    """One line of a rubric. Build it with `weighted`, `points` or `essential`.

    weight    the criterion's share in the total, 0 or more; None for a yes/no criterion, which has no part in it
    lowest, highest   the marks allowed, both included
    essential_at_least   a mark below it is a vote that the submission fails here; None when marks never fail it
    """

    key: str
    title: str
    weight: Decimal | None
    lowest: int = 0
    highest: int = 1
    essential_at_least: int | None = None

    def __post_init__(self) -> None:
        if self.weight is None:
            if self.essential_at_least is not None:
                raise ValueError(f"“{self.title}” is answered yes or no and cannot need a mark as well.")
        elif self.weight < 0 or not 0 <= self.lowest < self.highest:
            raise ValueError(f"“{self.title}” needs a weight and a scale that rises, both from 0 or more.")

    @classmethod
    def weighted(
        cls, key: str, title: str, weight: Decimal, scale: tuple[int, int], essential_at_least: int | None = None
    ) -> "CriterionRule":
        """A criterion marked on the rubric's scale (from, to) and weighed against the others."""
        return cls(key, title, weight, *scale, essential_at_least)

    @classmethod
    def points(cls, key: str, title: str, at_most: int, essential_at_least: int | None = None) -> "CriterionRule":
        """A criterion worth up to `at_most` points: its weight is the points it can bring."""
        return cls(key, title, Decimal(at_most), 0, at_most, essential_at_least)

    @classmethod
    def essential(cls, key: str, title: str) -> "CriterionRule":
        """A must-pass criterion, answered yes or no."""
        return cls(key, title, None)

    @property
    def can_fail(self) -> bool:
        return self.weight is None or self.essential_at_least is not None


@dataclass(frozen=True)
class Mark:
    """One reviewer's answer to one criterion; both empty is an abstention.

    value    the mark, for a scored criterion
    passed   the answer, for a yes/no criterion
    """

    criterion: str
    value: int | None = None
    passed: bool | None = None


@dataclass(frozen=True)
class SubmissionScore:
    """The totals of one submission's scorecards, 0 to 100 each.

    mean     raw mean, to 4 places
    spread   sample standard deviation (n - 1), to 4 places; None for a single scorecard
    """

    mean: Decimal
    spread: Decimal | None
    lowest: Decimal
    highest: Decimal
    n: int


@dataclass(frozen=True)
class EssentialOutcome:
    """How the votes on one essential criterion of one submission fell: failed by `failed_by` of `n` who voted."""

    criterion: str
    title: str
    failed_by: int
    n: int
    fails: bool

    @property
    def sentence(self) -> str:
        return f"Essential criterion “{self.title}” failed by {self.failed_by} of {self.n}."


def scorecard_total(marks: Scorecard, rules: Sequence[CriterionRule]) -> Decimal | None:
    """The weighted share of the marks that were possible, as 0 to 100 to 4 places (half to even).

    100 · Σ weight · (mark / highest) / Σ weight, over the scored criteria that were not abstained from. With points,
    where a criterion's weight is its points, this is 100 · Σ points / Σ possible points.

    marks    at most one per criterion; a criterion without a mark counts as an abstention
    returns  None when every criterion that counts was abstained from
    raises   ValueError for an unknown criterion, two marks on one, a mark off its scale or of the wrong kind

    >>> team = CriterionRule.weighted("team", "Strong team", Decimal(3), (1, 4))
    >>> plan = CriterionRule.weighted("plan", "Five-year plan", Decimal(2), (1, 4))
    >>> scorecard_total([Mark("team", 4), Mark("plan", 2)], [team, plan])
    Decimal('80.0000')
    >>> scorecard_total([Mark("team", 3), Mark("plan")], [team, plan])
    Decimal('75.0000')
    """
    total = _exact_total(marks, rules)
    return None if total is None else rounded(total)


def _exact_total(marks: Scorecard, rules: Sequence[CriterionRule]) -> Fraction | None:
    answers = _answers(marks, rules)
    scored = [
        (Fraction(rule.weight), Fraction(value, rule.highest))
        for rule in rules
        if rule.weight and (value := answers[rule.key].value) is not None
    ]
    if not scored:
        return None
    reached = sum((weight * part for weight, part in scored), Fraction(0))
    return 100 * reached / sum(weight for weight, _ in scored)


def summarize(totals: Iterable[Decimal | None]) -> SubmissionScore | None:
    """What the scorecards of one submission say together; abstained scorecards (None) leave the mean.

    returns  None when no scorecard has a total

    >>> summarize([Decimal(80), Decimal(90), None])
    SubmissionScore(mean=Decimal('85.0000'), spread=Decimal('7.0711'), lowest=Decimal('80'), highest=Decimal('90'), n=2)
    """
    given = [total for total in totals if total is not None]
    if not given:
        return None
    mean = rounded(_mean(given))
    spread = statistics.stdev(given).quantize(_PLACES) if len(given) > 1 else None
    return SubmissionScore(mean, spread, min(given), max(given), len(given))


def exact_mean(scorecards: Iterable[Scorecard], rules: Sequence[CriterionRule]) -> Fraction | None:
    """The mean of these scorecards from their marks, with nothing rounded on the way, for what is worked out further.

    returns  None when no scorecard has a total
    raises   ValueError as `scorecard_total`

    >>> team = CriterionRule.weighted("team", "Strong team", Decimal(1), (1, 3))
    >>> exact_mean([[Mark("team", 2)], [Mark("team")]], [team])
    Fraction(200, 3)
    """
    given = [total for one in scorecards if (total := _exact_total(one, rules)) is not None]
    return _mean(given) if given else None


def _mean(totals: Sequence[Decimal | Fraction]) -> Fraction:
    return sum((Fraction(one) for one in totals), Fraction(0)) / len(totals)


def criterion_means(scorecards: Sequence[Scorecard], rules: Sequence[CriterionRule]) -> dict[str, Decimal | None]:
    """Mean mark of each scored criterion over the reviewers who marked it, to 4 places; None when nobody did.

    Used to order applications whose totals are equal ("then by team").
    raises   ValueError as `scorecard_total`
    """
    answers = [_answers(card, rules) for card in scorecards]
    means: dict[str, Decimal | None] = {}
    for rule in rules:
        if rule.weight is not None:
            values = [value for answer in answers if (value := answer[rule.key].value) is not None]
            means[rule.key] = rounded(Fraction(sum(values), len(values))) if values else None
    return means


def essential_outcomes(
    scorecards: Sequence[Scorecard], rules: Sequence[CriterionRule], fails_when: EssentialRule
) -> tuple[EssentialOutcome, ...]:
    """Count the votes on each criterion that can fail a submission, in the rubric's order.

    A yes/no criterion is failed by those who said no; a scored one with `essential_at_least` by those who marked it
    lower. Who abstained has no vote, and a criterion nobody voted on does not fail.

    raises   ValueError as `scorecard_total`

    >>> plan = CriterionRule.essential("plan", "five-year plan")
    >>> votes = [[Mark("plan", passed=False)], [Mark("plan", passed=False)], [Mark("plan", passed=True)]]
    >>> [outcome] = essential_outcomes(votes, [plan], EssentialRule.MAJORITY)
    >>> outcome.fails, outcome.sentence
    (True, 'Essential criterion “five-year plan” failed by 2 of 3.')
    """
    answers = [_answers(card, rules) for card in scorecards]
    return tuple(
        _outcome(rule, [answer[rule.key] for answer in answers], fails_when) for rule in rules if rule.can_fail
    )


def _outcome(rule: CriterionRule, marks: Iterable[Mark], fails_when: EssentialRule) -> EssentialOutcome:
    votes = [vote for mark in marks if (vote := _fails(rule, mark)) is not None]
    failed, n = sum(votes), len(votes)
    needed = {EssentialRule.ANY: 1, EssentialRule.MAJORITY: n // 2 + 1, EssentialRule.ALL: max(n, 1)}[fails_when]
    return EssentialOutcome(rule.key, rule.title, failed, n, failed >= needed)


def _fails(rule: CriterionRule, mark: Mark) -> bool | None:
    if rule.essential_at_least is not None:
        return None if mark.value is None else mark.value < rule.essential_at_least
    return None if mark.passed is None else not mark.passed


def _answers(marks: Scorecard, rules: Sequence[CriterionRule]) -> Mapping[str, Mark]:
    answers = {rule.key: Mark(rule.key) for rule in rules}
    known = {rule.key: rule for rule in rules}
    seen: set[str] = set()
    for mark in marks:
        if mark.criterion in seen or mark.criterion not in known:
            raise ValueError(f"Criterion “{mark.criterion}” is unknown here, or marked twice.")
        _check(mark, known[mark.criterion])
        seen.add(mark.criterion)
        answers[mark.criterion] = mark
    return answers


def _check(mark: Mark, rule: CriterionRule) -> None:
    if rule.weight is None and mark.value is not None:
        raise ValueError(f"“{rule.title}” is answered yes or no, not with a mark.")
    if rule.weight is not None and mark.passed is not None:
        raise ValueError(f"“{rule.title}” is answered with a mark, not yes or no.")
    if mark.value is not None and not rule.lowest <= mark.value <= rule.highest:
        raise ValueError(f"“{rule.title}” is marked from {rule.lowest} to {rule.highest}, not {mark.value}.")


def rounded(value: Fraction) -> Decimal:
    """To 4 places, half to even, from the exact fraction: the same marks always give the same total."""
    return Decimal(round(value * 10_000)).scaleb(-4)
