import math
import time
import tracemalloc
from decimal import Decimal

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.review.agreement import Level, RankInterval, Rating, agreement, rank_draws, severity_model


def ratings(table: dict[str, dict[str, float]]) -> list[Rating]:
    """From {submission: {reviewer: score}}."""
    return [Rating(who, what, Decimal(str(score))) for what, row in table.items() for who, score in row.items()]


def invented_panel(seed: int, submissions: int = 26, reviewers: int = 10, each: int = 3) -> list[Rating]:
    """Scores from a known truth: submission quality, reviewer severity, noise."""
    random = np.random.default_rng(seed)
    quality, severity = random.normal(75, 8, submissions), random.normal(0, 6, reviewers)
    return [
        Rating(f"r{r}", f"s{s:03}", round(Decimal(quality[s] - severity[r] + random.normal(0, 3)), 4))
        for s in range(submissions)
        for r in random.choice(reviewers, each, replace=False)
    ]


PANELS = st.dictionaries(
    st.sampled_from("stuvw"),
    st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 6).map(float), min_size=1),
    min_size=1,
)


def rated(*rows: str) -> list[Rating]:
    """From one row of values for each observer, a dot where there is none."""
    return [
        Rating(f"observer {who}", f"unit {unit:02}", Decimal(value))
        for who, row in enumerate(rows)
        for unit, value in enumerate(row.split())
        if value != "."
    ]


# Krippendorff, Computing Krippendorff's alpha-reliability (2011), examples A to D.
BINARY = rated("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
NOMINAL = rated("1 1 2 2 4 3 3 3 5 4 4 1", "1 2 2 2 2 3 3 3 5 4 4 4")
WITH_GAPS = rated(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


@pytest.mark.parametrize(
    ("given", "level", "alpha", "n"),
    [
        (BINARY, "nominal", 0.095, 10),
        (NOMINAL, "nominal", 0.692, 12),
        (WITH_GAPS, "nominal", 0.743, 11),
        (WITH_GAPS, "ordinal", 0.815, 11),
        (WITH_GAPS, "interval", 0.849, 11),
    ],
)
def test_alpha_of_the_published_examples(given: list[Rating], level: Level, alpha: float, n: int) -> None:
    found = agreement(given, level)
    assert (found.alpha, found.n, found.reason) == (pytest.approx(alpha, abs=5e-4), n, None)


@given(PANELS)
@pytest.mark.twins
def test_alpha_equals_the_library_on_any_panel(table: dict[str, dict[str, float]]) -> None:
    found = agreement(ratings(table))
    matrix = [[row.get(who, math.nan) for row in table.values()] for who in "ABCD"]
    if found.alpha is None:
        assert found.reason is not None
    else:
        assert found.alpha == pytest.approx(krippendorff.alpha(matrix, level_of_measurement="interval"), abs=1e-9)


def test_alpha_is_undefined_with_a_reason() -> None:
    single = agreement(ratings({"s": {"A": 70}, "t": {"A": 80, "B": 85}}))
    assert (single.alpha, single.n) == (None, 1)
    assert single.reason == "Agreement needs at least two submissions with two scores each."
    flat = agreement(ratings({"s": {"A": 70, "B": 70}, "t": {"A": 70, "B": 70}}))
    assert (flat.alpha, flat.n) == (None, 2)
    assert flat.reason == "All scores are equal, so agreement cannot be told from chance."
    assert agreement([]).alpha is None


def test_a_reviewer_who_rates_twice_is_refused() -> None:
    twice = [Rating("A", "s", Decimal(70)), Rating("A", "s", Decimal(71))]
    for rule in (agreement, severity_model, rank_draws):
        with pytest.raises(ValueError, match="twice"):
            rule(twice)


def test_a_purely_additive_panel_is_corrected_in_full() -> None:
    # Ann marks 10 below Ben wherever they meet; t was read by Ann alone, u by Ben alone.
    found = severity_model(ratings({
        "s": {"Ann": 60, "Ben": 70},
        "v": {"Ann": 80, "Ben": 90},
        "t": {"Ann": 70},
        "u": {"Ben": 70},
    }))  # fmt: skip
    assert found.severity == pytest.approx({"Ann": 5, "Ben": -5})
    assert found.adjusted == pytest.approx({"s": 65, "v": 85, "t": 75, "u": 65})
    assert (found.shrinkage, found.reason) == (1.0, None)


def test_who_was_handed_weak_submissions_is_not_called_severe() -> None:
    table = {f"weak{n}": {"Ann": 40 + n, "Ben": 40 + n} for n in range(3)}
    table |= {f"strong{n}": {"Ben": 90 - n, "Cal": 90 - n} for n in range(3)}
    found = severity_model(ratings(table))
    assert found.severity == pytest.approx({"Ann": 0, "Ben": 0, "Cal": 0})


@pytest.mark.parametrize("seed", range(5))
def test_planted_severities_are_found_again(seed: int) -> None:
    random = np.random.default_rng(seed)
    quality, severity = random.normal(75, 8, 120), random.normal(0, 6, 12)
    panel = [
        Rating(f"r{r:02}", f"s{s:03}", round(Decimal(quality[s] - severity[r] + random.normal(0, 3)), 4))
        for s in range(120)
        for r in random.choice(12, 3, replace=False)
    ]
    found = severity_model(panel)
    planted = severity - severity.mean()
    errors = np.array([found.severity[f"r{r:02}"] for r in range(12)]) - planted
    # 30 reviews each with noise of 3 points leave a standard error of about 0.6; none is off by four of them.
    assert np.sqrt(np.mean(errors**2)) < 1.0
    assert np.max(np.abs(errors)) < 2.4
    assert len(found.groups) == 1


def test_one_submission_read_by_both_groups_ties_a_panel_together() -> None:
    apart = {f"s{n}": {"Ann": 60 + n, "Ben": 66 + n} for n in range(4)}
    apart |= {f"t{n}": {"Cal": 70 + n, "Dee": 71 + n} for n in range(4)}
    assert severity_model(ratings(apart)).groups == (("Ann", "Ben"), ("Cal", "Dee"))
    joined = severity_model(ratings(apart | {"u": {"Ben": 75, "Cal": 71}}))
    assert (joined.groups, joined.reason) == ((("Ann", "Ben", "Cal", "Dee"),), None)


def test_severity_is_shrunken_more_when_the_noise_is_larger() -> None:
    quiet = {f"s{n}": {"Ann": 60 + n, "Ben": 66 + n + (n % 2)} for n in range(6)}
    loud = {f"s{n}": {"Ann": 60 + n, "Ben": 66 + n + 8 * (n % 2) - 3.5} for n in range(6)}
    quiet_model, loud_model = severity_model(ratings(quiet)), severity_model(ratings(loud))
    assert 3.2 < quiet_model.severity["Ann"] < 3.25
    assert 0 < loud_model.severity["Ann"] < 3.2
    assert loud_model.shrinkage < quiet_model.shrinkage < 1


def test_without_shared_submissions_nothing_is_corrected() -> None:
    found = severity_model(ratings({"s": {"Ann": 60}, "t": {"Ben": 80}}))
    assert found.reason == (
        "The panel falls into 2 groups that share no submission, so severity cannot be compared between them."
    )
    assert found.groups == (("Ann",), ("Ben",))
    assert found.adjusted == {"s": 60.0, "t": 80.0}
    assert found.severity == {"Ann": 0.0, "Ben": 0.0}


def test_one_shared_submission_cannot_tell_severity_from_chance() -> None:
    found = severity_model(ratings({"s": {"Ann": 60, "Ben": 80}}))
    assert found.reason is not None
    assert found.adjusted == {"s": 70.0}


def test_when_everyone_reads_everything_the_estimate_is_that_of_the_two_way_analysis_of_variance() -> None:
    scores = np.array([[60.0, 71, 66], [82, 85, 88], [55, 67, 58], [74, 79, 73]])
    rows, columns = scores.shape
    by_reviewer = scores.mean(axis=0) - scores.mean()
    residual = scores - scores.mean(axis=1, keepdims=True) - by_reviewer
    noise = np.sum(residual**2) / ((rows - 1) * (columns - 1))
    between = (rows * np.sum(by_reviewer**2) / (columns - 1) - noise) / rows
    found = severity_model(ratings({f"s{s}": {f"r{r}": scores[s, r] for r in range(columns)} for s in range(rows)}))
    assert found.shrinkage == pytest.approx(between / (between + noise))
    kept = rows / (rows + noise / between)
    assert found.severity == pytest.approx({f"r{r}": -kept * by_reviewer[r] for r in range(columns)})


def test_an_empty_panel_has_empty_answers() -> None:
    assert severity_model([]).adjusted == {}
    assert rank_draws([]).ranks.shape == (1000, 0)


@pytest.mark.parametrize("seed", range(5))
def test_severity_matches_a_mixed_model_solved_the_long_way(seed: int) -> None:
    """The same estimate from Henderson's full mixed model equations, with the model's own variance ratio."""
    panel = invented_panel(seed, submissions=12, reviewers=5)
    found = severity_model(panel)
    whats, whos = sorted({r.submission for r in panel}), sorted({r.reviewer for r in panel})
    design = np.zeros((len(panel), len(whats) + len(whos)))
    for row, rating in enumerate(panel):
        design[row, whats.index(rating.submission)] = design[row, len(whats) + whos.index(rating.reviewer)] = 1
    ratio = 1 / found.shrinkage - 1
    ridge = np.diag([0.0] * len(whats) + [ratio] * len(whos))
    solved = np.linalg.solve(design.T @ design + ridge, design.T @ np.array([float(r.score) for r in panel]))
    assert found.severity == pytest.approx({who: -solved[len(whats) + n] for n, who in enumerate(whos)})


def test_adjusted_scores_come_nearer_to_the_truth_than_raw_means() -> None:
    raw_error = adjusted_error = 0.0
    for seed in range(20):
        quality = np.random.default_rng(seed).normal(75, 8, 26)
        quality = quality - quality.mean()
        panel = invented_panel(seed)
        adjusted = np.array(list(severity_model(panel).adjusted.values()))
        raw = np.array([np.mean([float(r.score) for r in panel if r.submission == f"s{s:03}"]) for s in range(26)])
        raw_error += float(np.sum((raw - raw.mean() - quality) ** 2))
        adjusted_error += float(np.sum((adjusted - adjusted.mean() - quality) ** 2))
    assert adjusted_error < 0.6 * raw_error


def test_ranks_do_not_move_when_reviewers_agree() -> None:
    draws = rank_draws(ratings({"s": {"A": 90, "B": 90}, "t": {"A": 80, "B": 80}, "u": {"A": 70, "B": 70}}))
    assert [draws.interval(name) for name in "stu"] == [RankInterval(1, 1), RankInterval(2, 2), RankInterval(3, 3)]
    assert [draws.stands_in(name, 2) for name in "stu"] == [1.0, 1.0, 0.0]
    # One that is barred leaves its place to the next.
    assert [draws.stands_in(name, 2, barred={"s"}) for name in "stu"] == [0.0, 1.0, 1.0]


def test_ties_in_a_draw_favour_nobody() -> None:
    draws = rank_draws(ratings({"s": {"A": 80}, "t": {"A": 80}}), draws=4_000)
    assert draws.stands_in("s", 1) == pytest.approx(0.5, abs=0.03)
    assert draws.stands_in("s", 1) + draws.stands_in("t", 1) == 1


def test_order_changes_as_often_as_the_redrawn_means_do() -> None:
    # Of the 4 equally likely draws of s, one (60, 60) falls below t, two tie at 70, one stands above.
    draws = rank_draws(ratings({"s": {"A": 60, "B": 80}, "t": {"A": 70, "B": 70}}), draws=20_000)
    assert draws.stands_in("s", 1) == pytest.approx(0.25 + 0.5 / 2, abs=0.02)
    assert draws.interval("s") == RankInterval(1, 2)


def test_the_same_ratings_give_the_same_draws_in_any_order() -> None:
    panel = invented_panel(7)
    first, second = rank_draws(panel), rank_draws(panel[::-1])
    assert np.array_equal(first.ranks, second.ranks)
    assert first.submissions == second.submissions
    assert not np.array_equal(first.ranks, rank_draws(panel, seed=1).ranks)


def test_a_stage_too_large_to_be_redrawn_at_once_is_redrawn_the_same() -> None:
    """The numbers of all draws are one stream from the seed: first every pick, then every lot."""
    panel = [
        Rating(f"r{(place + step) % 60}", f"s{place:03}", Decimal((place * 37 + step * 53) % 100))
        for place in range(400)
        for step in range(3 if place % 7 else 2)
    ]
    names = sorted({one.submission for one in panel})
    given = [sorted(int(one.score * 10_000) for one in panel if one.submission == name) for name in names]
    counts = np.array([len(one) for one in given])
    scores = np.array([[*one, 0][:3] for one in given])
    random = np.random.Generator(np.random.PCG64(7))
    picks = (random.random((1_000, 400, 3)) * counts[:, np.newaxis]).astype(np.int64)
    drawn = np.take_along_axis(scores[np.newaxis], picks, axis=2)
    means = np.where(np.arange(3) < counts[:, np.newaxis], drawn, 0).sum(axis=2) / counts
    order = np.lexsort((random.random(means.shape), -means), axis=1)
    tracemalloc.start()
    draws = rank_draws(panel, seed=7)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(draws.ranks, np.argsort(order, axis=1) + 1)
    assert (draws.submissions, peak < 16_000_000) == (tuple(names), True)


@given(PANELS)
def test_every_draw_ranks_everyone_once(table: dict[str, dict[str, float]]) -> None:
    draws = rank_draws(ratings(table), draws=50)
    assert (np.sort(draws.ranks, axis=1) == np.arange(1, len(table) + 1)).all()
    shares = sum(draws.stands_in(name, 2) for name in draws.submissions)
    assert shares == pytest.approx(min(2, len(table)))


def test_a_stage_of_the_usual_size_takes_no_time() -> None:
    panel = invented_panel(3)
    start = time.perf_counter()
    rank_draws(panel)
    severity_model(panel)
    agreement(panel)
    assert time.perf_counter() - start < 0.2
