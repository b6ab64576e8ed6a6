"""How far a panel's scores can be trusted: agreement, reviewers' severity, and how firm the order is.

All of it stands beside the raw mean and never replaces it. Scores are scorecard totals, 0 to 100.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import krippendorff
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]

_SEED = 2014
_TINY = 1e-9
_AT_ONCE = 250_000
"""Scores that are redrawn at once: all of a large stage's, a thousand times, would take half a gigabyte."""


@dataclass(frozen=True)
class Rating:
    """One reviewer's score for one submission; who abstained has no rating."""

    reviewer: str
    submission: str
    score: Decimal


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha: 1 is full agreement, 0 what chance gives, below 0 systematic disagreement.

    n        submissions with two scores or more, the ones alpha can be told from
    reason   a sentence when alpha is undefined (None), else None
    """

    alpha: float | None
    n: int
    reason: str | None = None


@dataclass(frozen=True)
class SeverityModel:
    """Scores as they would be from a panel of even severity.

    adjusted   by submission: the mean of its scores, each corrected by its reviewer's severity
    severity   by reviewer: points by which this reviewer marks lower than the others do on the same submissions,
               shrunken towards 0; negative for a lenient reviewer
    shrinkage  how much of a severity seen on a single review is believed, 0 to 1; more reviews are believed more
    reason     a sentence when nothing could be estimated and adjusted scores are raw means, else None
    groups     the reviewers, in groups that no shared submission ties together, the largest first; one when severity
               can be compared
    """

    adjusted: Mapping[str, float]
    severity: Mapping[str, float]
    shrinkage: float
    reason: str | None = None
    groups: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class RankInterval:
    """The ranks (1 is best) between which a submission stands in the middle share of draws; low <= high."""

    low: int
    high: int


@dataclass(frozen=True, eq=False)
class RankDraws:
    """Ranks in redrawn panels.

    ranks   int (draws, submissions): in each draw the ranks 1 to S, each once; columns in the order of `submissions`
    """

    submissions: tuple[str, ...]
    ranks: NDArray[np.int32]

    def interval(self, submission: str, share: float = 0.90) -> RankInterval:
        """Percentile interval of the rank; `share` above 0 and below 1."""
        return _intervals(self._column(submission)[:, np.newaxis], share)[0]

    def intervals(self, share: float = 0.90) -> dict[str, RankInterval]:
        """The same of every submission."""
        return dict(zip(self.submissions, _intervals(self.ranks, share), strict=True))

    def stands_in(self, submission: str, places: int, barred: Collection[str] = ()) -> float:
        """Share of draws, 0 to 1, in which the submission is among the first `places` of those that are not barred.

        barred   submissions that no score lets in, such as those whose essential criterion failed
        """
        if submission in barred:
            return 0.0
        own = self._column(submission)
        before = sum((self._column(other) < own for other in barred), start=np.zeros_like(own))
        return float(np.mean(own - before <= places))

    def _column(self, submission: str) -> NDArray[np.int32]:
        return self.ranks[:, self.submissions.index(submission)]


def agreement(ratings: Sequence[Rating], level: Level = "interval") -> Agreement:
    """Krippendorff's alpha of the panel.

    level     "interval" for totals; "ordinal" for the marks on one criterion, where only their order means something;
              "nominal" for the votes on an essential criterion, 1 for yes and 0 for no
    raises    ValueError when a reviewer rates a submission twice

    Krippendorff, Content Analysis (4th ed., 2018), chapter 12. Over totals alpha is computed as 1 - Do / De from sums
    of squares, which equals the library's value: the library's table of coincidences grows with the square of distinct
    values, beyond memory for five hundred submissions.

    >>> a = [Rating("Ann", "s1", Decimal(80)), Rating("Ann", "s2", Decimal(60))]
    >>> b = [Rating("Ben", "s1", Decimal(90)), Rating("Ben", "s2", Decimal(60))]
    >>> panel = agreement(a + b)
    >>> round(panel.alpha, 3), panel.n
    (0.889, 2)
    """
    panel = _matrix(ratings)
    panel = panel[:, np.count_nonzero(~np.isnan(panel), axis=0) >= 2]
    n = panel.shape[1]
    if n < 2:
        return Agreement(None, n, "Agreement needs at least two submissions with two scores each.")
    given = panel[~np.isnan(panel)]
    if np.all(given == given[0]):
        return Agreement(None, n, "All scores are equal, so agreement cannot be told from chance.")
    if level != "interval":
        return Agreement(float(krippendorff.alpha(panel, level_of_measurement=level)), n)
    each = np.count_nonzero(~np.isnan(panel), axis=0)
    observed = np.sum(each / (each - 1) * np.nansum((panel - np.nanmean(panel, axis=0)) ** 2, axis=0)) / len(given)
    expected = np.sum((given - given.mean()) ** 2) / (len(given) - 1)
    return Agreement(float(1 - observed / expected), n)


def severity_model(ratings: Sequence[Rating]) -> SeverityModel:
    """Separate how severe reviewers are from how good submissions are, where the scores allow it.

    score = submission + reviewer + noise, with submissions fixed and reviewers drawn from a population of mean 0.
    Reviewers are compared only on submissions they share, so whoever was handed weak ones is not called severe; where
    the panel falls into groups that share none, no scale is common to them and nothing is estimated. The reviewers'
    effects are ridge estimates, (K + λI)b = q, with K and q the normal equations after the submissions are swept out
    and λ = noise variance / reviewer variance, both by Henderson's method 3 (Henderson, Biometrics 9, 1953; Searle,
    Casella and McCulloch, Variance Components, 1992, section 5.5; Robinson, That BLUP is a good thing, 1991).

    raises    ValueError when a reviewer rates a submission twice
    """
    reviewers, submissions = _names(ratings)
    panel = _matrix(ratings)
    means = np.nanmean(panel, axis=0) if ratings else np.zeros(0)
    groups = _groups(~np.isnan(panel))
    effects, shrinkage, reason = _reviewer_effects(panel, means, len(groups))
    corrected = panel - effects[:, np.newaxis]
    adjusted = np.nanmean(corrected, axis=0) if ratings else means
    return SeverityModel(
        adjusted=dict(zip(submissions, adjusted.tolist(), strict=True)),
        severity=dict(zip(reviewers, (0.0 - effects).tolist(), strict=True)),
        shrinkage=shrinkage,
        reason=reason,
        groups=tuple(tuple(reviewers[place] for place in group) for group in groups),
    )


def rank_draws(ratings: Sequence[Rating], draws: int = 1_000, seed: int = _SEED) -> RankDraws:
    """Rank submissions by mean score in panels redrawn with replacement among each submission's own scores.

    draws     number of redrawn panels, above 0
    seed      the same ratings and seed always give the same draws
    raises    ValueError when a reviewer rates a submission twice

    Submissions that tie in a draw take their order by that draw's lot, so that neither is favoured. With few scores
    each the bootstrap shows somewhat less spread than there is, and none for a single score: Efron and Tibshirani, An
    Introduction to the Bootstrap (1993), chapters 6 and 13; for ranks, Goldstein and Spiegelhalter (1996).
    """
    _, submissions = _names(ratings)
    scores, counts = _ragged(ratings, submissions)
    kept = np.arange(scores.shape[1]) < counts[:, np.newaxis]
    # The lots of all draws come after their picks in the seed's one stream of numbers.
    picking, lots = (np.random.Generator(np.random.PCG64(seed).advance(skip)) for skip in (0, draws * scores.size))
    ranks, places = np.empty((draws, len(submissions)), dtype=np.int32), np.arange(1, len(submissions) + 1)
    at_once = max(1, _AT_ONCE // max(1, scores.size))
    for start in range(0, draws, at_once):
        some = ranks[start : start + at_once]
        picks = (picking.random((len(some), *scores.shape)) * counts[:, np.newaxis]).astype(np.int64)
        drawn = np.take_along_axis(scores[np.newaxis], picks, axis=2)
        # Sums of whole numbers, then one division: equal means compare as equal.
        means = np.sum(drawn, axis=2, where=kept) / counts
        order = np.lexsort((lots.random(means.shape), -means), axis=1)
        np.put_along_axis(some, order, places[np.newaxis], axis=1)
    return RankDraws(submissions, ranks)


def _intervals(ranks: NDArray[np.int32], share: float) -> list[RankInterval]:
    """The intervals of int (draws, submissions), one for each submission."""
    tail = (1 - share) / 2
    ends = np.quantile(ranks, [tail, 1 - tail], axis=0, method="inverted_cdf").astype(int)
    return [RankInterval(low, high) for low, high in ends.T.tolist()]


def _groups(seen: NDArray[np.bool_]) -> list[list[int]]:
    """Rows of `seen` (reviewers, submissions) that shared submissions tie together, the largest group first."""
    waiting, groups = set(range(len(seen))), []
    while waiting:
        group, reached = np.zeros(len(seen), dtype=np.bool_), np.zeros(len(seen), dtype=np.bool_)
        reached[min(waiting)] = True
        while not np.array_equal(group, reached):
            group = reached
            reached = seen[:, seen[group].any(axis=0)].any(axis=1) | group
        groups.append(np.flatnonzero(group).tolist())
        waiting -= set(groups[-1])
    return sorted(groups, key=lambda group: (-len(group), group))


def _reviewer_effects(panel: Floats, means: Floats, groups: int) -> tuple[Floats, float, str | None]:
    """Effects float (reviewers,), positive for lenient; the shrinkage; and why there are none."""
    seen = ~np.isnan(panel)
    none = np.zeros(len(panel))
    if groups > 1:
        apart = f"The panel falls into {groups} groups that share no submission"
        return none, 0.0, f"{apart}, so severity cannot be compared between them."
    incidence = seen.astype(np.float64)
    each = incidence.sum(axis=0)
    normal = np.diag(incidence.sum(axis=1)) - (incidence / each) @ incidence.T
    residual = np.where(seen, panel - means, 0.0)
    right = residual.sum(axis=1)
    rank = int(np.linalg.matrix_rank(normal, tol=_TINY)) if len(panel) else 0
    freedom = int(each.sum()) - panel.shape[1] - rank
    if rank == 0 or freedom <= 0:
        return none, 0.0, "Reviewers share too few submissions for their severity to be told from chance."
    plain = np.linalg.pinv(normal, rcond=_TINY, hermitian=True) @ right
    explained = float(right @ plain)
    noise = max(0.0, (float(np.sum(residual**2)) - explained) / freedom)
    between = (explained - rank * noise) / float(np.trace(normal))
    if between <= _TINY:
        return none, 0.0, None
    if noise <= _TINY:
        return plain, 1.0, None
    ridge = np.linalg.solve(normal + noise / between * np.eye(len(panel)), right)
    return ridge, between / (between + noise), None


def _names(ratings: Sequence[Rating]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Reviewers and submissions in one order of their own, so that results do not hang on the order of the rows."""
    return tuple(sorted({r.reviewer for r in ratings})), tuple(sorted({r.submission for r in ratings}))


def _matrix(ratings: Sequence[Rating]) -> Floats:
    """Scores float64 (reviewers, submissions), NaN where there is none."""
    reviewers, submissions = _names(ratings)
    row = {name: place for place, name in enumerate(reviewers)}
    column = {name: place for place, name in enumerate(submissions)}
    panel = np.full((len(reviewers), len(submissions)), np.nan)
    for rating in ratings:
        place = row[rating.reviewer], column[rating.submission]
        if not np.isnan(panel[place]):
            raise ValueError(f"{rating.reviewer} rates {rating.submission} twice.")
        panel[place] = float(rating.score)
    return panel


def _ragged(ratings: Sequence[Rating], submissions: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Scores in ten-thousandths, int64 (submissions, most scores), sorted and padded with 0; and how many each has."""
    by_submission: dict[str, dict[str, int]] = {name: {} for name in submissions}
    for rating in ratings:
        if rating.reviewer in by_submission[rating.submission]:
            raise ValueError(f"{rating.reviewer} rates {rating.submission} twice.")
        by_submission[rating.submission][rating.reviewer] = round(rating.score * 10_000)
    counts = np.array([len(by_submission[name]) for name in submissions], dtype=np.int64)
    scores = np.zeros((len(submissions), int(counts.max(initial=0))), dtype=np.int64)
    for place, name in enumerate(submissions):
        scores[place, : counts[place]] = sorted(by_submission[name].values())
    return scores, counts
