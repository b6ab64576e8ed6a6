from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.review.scoring import (
    CriterionRule,
    EssentialRule,
    Mark,
    criterion_means,
    essential_outcomes,
    scorecard_total,
    summarize,
)

COMPETENCY = CriterionRule.weighted("competency", "Competency-based progression", Decimal(3), (1, 4))
TEAM = CriterionRule.weighted("team", "Strong team", Decimal(3), (1, 4))
FINANCES = CriterionRule.weighted(
    "finances", "Clear five-year financial plan", Decimal(2), (1, 4), essential_at_least=2
)
PLANS = CriterionRule.essential("plans", "Every student has a plan")
LAUNCH = (COMPETENCY, TEAM, FINANCES, PLANS)


def card(competency: int | None, team: int | None, finances: int | None, plans: bool | None = True) -> list[Mark]:
    return [Mark("competency", competency), Mark("team", team), Mark("finances", finances), Mark("plans", passed=plans)]


def test_a_total_is_the_weighted_share_of_the_highest_marks() -> None:
    # (3·4 + 3·3 + 2·2) / (4 · 8)
    assert scorecard_total(card(4, 3, 2), LAUNCH) == Decimal("78.1250")


def test_an_abstention_leaves_the_mean_and_is_not_a_zero() -> None:
    assert scorecard_total(card(4, None, 2), LAUNCH) == Decimal("80.0000")
    assert scorecard_total(card(4, None, 2)[:1], LAUNCH) == Decimal("100.0000")


def test_who_abstains_from_everything_has_no_total() -> None:
    assert scorecard_total(card(None, None, None), LAUNCH) is None


def test_yes_and_no_carry_no_points() -> None:
    assert scorecard_total(card(2, 2, 2, plans=False), LAUNCH) == scorecard_total(card(2, 2, 2, plans=True), LAUNCH)


def test_points_are_shares_of_the_points_possible() -> None:
    rubric = [CriterionRule.points("A1", "Vision", 10), CriterionRule.points("B1", "Record", 15)]
    assert scorecard_total([Mark("A1", 0), Mark("B1", 12)], rubric) == Decimal("48.0000")
    assert scorecard_total([Mark("A1"), Mark("B1", 12)], rubric) == Decimal("80.0000")


def test_thirds_are_rounded_half_to_even_from_the_exact_fraction() -> None:
    rubric = [CriterionRule.points("a", "A", 3)]
    assert scorecard_total([Mark("a", 2)], rubric) == Decimal("66.6667")


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (Mark("team", 5), "from 1 to 4, not 5"),
        (Mark("team", 0), "from 1 to 4, not 0"),
        (Mark("team", passed=True), "not yes or no"),
        (Mark("plans", 1), "not with a mark"),
        (Mark("style", 3), "unknown here"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused(mark: Mark, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        scorecard_total([mark], LAUNCH)


def test_two_marks_on_one_criterion_are_refused() -> None:
    with pytest.raises(ValueError, match="marked twice"):
        scorecard_total([Mark("team", 3), Mark("team", 4)], LAUNCH)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a weight"):
        CriterionRule.weighted("x", "X", Decimal(-1), (1, 4))


def test_a_criterion_of_weight_0_is_marked_but_does_not_count() -> None:
    note = CriterionRule.weighted("note", "For information", Decimal(0), (1, 4))
    assert scorecard_total([Mark("note", 1), Mark("team", 4)], [note, TEAM]) == Decimal("100.0000")
    assert scorecard_total([Mark("note", 1)], [note, TEAM]) is None


def test_a_scale_that_does_not_rise_is_refused() -> None:
    with pytest.raises(ValueError, match="a scale that rises"):
        CriterionRule.weighted("x", "X", Decimal(1), (4, 4))


def test_yes_or_no_cannot_need_a_mark() -> None:
    with pytest.raises(ValueError, match="yes or no"):
        CriterionRule("x", "X", None, essential_at_least=2)


def test_a_submission_is_summed_up_raw_mean_first() -> None:
    summary = summarize([Decimal(70), Decimal(80), None, Decimal("90.5")])
    assert summary is not None
    assert (summary.mean, summary.spread, summary.n) == (Decimal("80.1667"), Decimal("10.2510"), 3)
    assert (summary.lowest, summary.highest) == (Decimal(70), Decimal("90.5"))


def test_one_scorecard_has_no_spread_and_none_has_no_summary() -> None:
    one = summarize([None, Decimal(70)])
    assert one is not None
    assert (one.mean, one.spread, one.n) == (Decimal("70.0000"), None, 1)
    assert summarize([None]) is None


def test_criterion_means_are_over_those_who_marked_it() -> None:
    assert criterion_means([card(4, 3, None), card(3, None, None), card(3, 2, None)], LAUNCH) == {
        "competency": Decimal("3.3333"),
        "team": Decimal("2.5000"),
        "finances": None,
    }


@pytest.mark.parametrize(
    ("votes", "rule", "failed_by", "n", "fails"),
    [
        ([False, True, True], EssentialRule.ANY, 1, 3, True),
        ([False, True, True], EssentialRule.MAJORITY, 1, 3, False),
        ([False, False, True], EssentialRule.MAJORITY, 2, 3, True),
        ([False, True], EssentialRule.MAJORITY, 1, 2, False),
        ([False, None], EssentialRule.MAJORITY, 1, 1, True),
        ([False, False, True], EssentialRule.ALL, 2, 3, False),
        ([False, False, None], EssentialRule.ALL, 2, 2, True),
        ([None, None, None], EssentialRule.ALL, 0, 0, False),
        ([None, None, None], EssentialRule.ANY, 0, 0, False),
        ([True, True, True], EssentialRule.ANY, 0, 3, False),
    ],
)
def test_essential_votes_are_counted_among_those_who_voted(
    votes: list[bool | None], rule: EssentialRule, failed_by: int, n: int, fails: bool
) -> None:
    [outcome] = essential_outcomes([[Mark("plans", passed=vote)] for vote in votes], [PLANS], rule)
    assert (outcome.failed_by, outcome.n, outcome.fails) == (failed_by, n, fails)


def test_a_low_mark_is_a_vote_against_where_the_rubric_says_so() -> None:
    cards = [card(1, 1, 1), card(1, 1, 2), card(1, 1, 1), card(4, 4, None)]
    finances, plans = essential_outcomes(cards, LAUNCH, EssentialRule.MAJORITY)
    assert finances.sentence == "Essential criterion “Clear five-year financial plan” failed by 2 of 3."
    assert finances.fails
    assert (plans.failed_by, plans.n, plans.fails) == (0, 4, False)


RUBRICS = st.lists(
    st.tuples(st.decimals("0", "20", places=2), st.integers(0, 2), st.integers(3, 10)), min_size=1, max_size=6
)


@given(RUBRICS, st.data())
def test_totals_stay_between_the_lowest_and_highest_share_and_scale_freely(
    shape: list[tuple[Decimal, int, int]], data: st.DataObject
) -> None:
    rules = [CriterionRule.weighted(str(n), str(n), weight, (low, high)) for n, (weight, low, high) in enumerate(shape)]
    marks = [Mark(rule.key, data.draw(st.none() | st.integers(rule.lowest, rule.highest))) for rule in rules]
    total = scorecard_total(marks, rules)
    shares = [
        Fraction(mark.value, rule.highest)
        for mark, rule in zip(marks, rules, strict=True)
        if mark.value is not None and rule.weight
    ]
    if total is None:
        assert shares == []
        return
    assert min(shares) * 100 - Fraction(1, 10_000) <= total <= max(shares) * 100 + Fraction(1, 10_000)
    doubled = [
        CriterionRule.weighted(r.key, r.title, 2 * (r.weight or Decimal(0)), (r.lowest, r.highest)) for r in rules
    ]
    assert scorecard_total(marks, doubled) == total
    assert scorecard_total(marks[::-1], rules[::-1]) == total
