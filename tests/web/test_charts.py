"""The geometry of the pictures, to the pixel where it matters, and the words that say the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.web.charts import Stage, budget_bar, fund_bar, funnel, histogram, rank_interval, score_strip
from grants.web.timelines import Scale, group_strips, indicator_picture, installment_line


def test_a_strip_stretches_from_low_to_high() -> None:
    strip = score_strip([0, 100, None], 50)
    assert strip.dots == (
        "M0.4 10a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z" + "M168.4 10a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z"
    )
    assert strip.line == "M88.0 3v14"
    assert strip.words == "Scores 0.0 and 100.0; mean 50.0"


def test_a_strip_without_scores_says_so() -> None:
    strip = score_strip([None], None)
    assert (strip.dots, strip.line, strip.words) == ("", "", "No scores yet")


def test_a_strip_needs_a_scale() -> None:
    with pytest.raises(ValueError, match="upper end above"):
        score_strip([1], 1, 4, 4)


@given(st.floats(-1e6, 1e6), st.floats(0, 99), st.floats(1, 100))
def test_a_dot_stays_within_its_strip(mark: float, low: float, span: float) -> None:
    left = float(score_strip([mark], None, low, low + span).dots[1:].split()[0])
    assert 0 <= left <= 176 - 7.2


def test_a_rank_interval_spans_its_ranks() -> None:
    strip = rank_interval(1, 26, 13.5, 26)
    assert strip.line == "M6.0 10H104.0"
    assert strip.dots.startswith("M51.8 10a")
    assert strip.words == "Rank 13.5 of 26, between 1 and 26"
    assert rank_interval(1, 1, 1, 1).line == "M6.0 10H6.0"


def test_a_histogram_keeps_the_place_of_a_mark_nobody_gave() -> None:
    strip = histogram([("1", 0), ("2", 4), ("3", 2)])
    assert strip.dots == "M0 20v-1h7v1zM9 20v-20h7v20zM18 20v-10h7v10z"
    assert (strip.width, strip.words) == (25, "1: 0, 2: 4, 3: 2")


def test_a_funnel_joins_each_box_to_the_next() -> None:
    picture = funnel([Stage("Discovery", 45, "45 schools"), Stage("Applied", 0, "none yet", state="ahead")])
    first, second = picture.boxes
    assert (first.top, first.height, first.next_top, first.share) == (10, 130, 120, 100)
    assert (second.top, second.height, second.next_top, second.share) == (120, 20, None, 2)
    assert picture.words == "Discovery: 45 schools; Applied: none yet"
    assert funnel([]).boxes == ()


def test_a_fund_nests_paid_in_obligated_in_committed() -> None:
    bar = fund_bar(1_250_000_00, 395_000_00, 395_000_00, 237_000_00)
    assert [(part.word, part.width, part.amount) for part in bar.parts] == [
        ("committed", 31.6, 395_000_00),
        ("obligated", 31.6, 395_000_00),
        ("paid", 18.96, 237_000_00),
        ("free", 0, 855_000_00),
    ]
    assert bar.words == "Of $1,250,000: paid $237,000, obligated $395,000, committed $395,000, free $855,000"
    assert [part.width for part in fund_bar(0, 0, 0, 0).parts] == [0, 0, 0, 0]


@pytest.mark.parametrize("amounts", [(100, 101, 0, 0), (100, 50, 60, 0), (100, 50, 40, 41), (100, 0, 0, -1)])
def test_a_fund_that_breaks_its_order_is_not_drawn(amounts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="paid ≤ obligated ≤ committed ≤ total"):
        fund_bar(*amounts)


def test_a_budget_shows_what_is_left_or_over() -> None:
    within = budget_bar(840_000_00, 850_000_00)
    assert ([part.width for part in within.parts], within.over) == ([98.82], False)
    assert within.words == "$840,000 of $850,000, $10,000 left"
    over = budget_bar(1_000_00, 750_00)
    assert [(part.start, part.width, part.amount) for part in over.parts] == [(0, 75, 750_00), (75, 25, 250_00)]
    assert (over.words, over.over) == ("$1,000 of $750, over by $250", True)


def test_installments_stand_in_time() -> None:
    rows = [
        (date(2016, 6, 30), 175_000_00, "paid"),
        (date(2017, 7, 15), 105_000_00, "approved"),
        (date(2018, 7, 15), 70_000_00, "planned"),
    ]
    line = installment_line(rows, date(2017, 3, 1))
    assert [(stone.across, stone.row, stone.anchor, stone.word) for stone in line.milestones] == [
        (6.0, 0, "start", "Paid"),
        (50.9, 0, "middle", "Approved"),
        (94.0, 0, "end", "Planned"),
    ]
    assert line.years == ((71.0, 2018),)  # 2017 gives way to today
    assert line.today == 34.8
    assert line.words == (
        "$175,000 on 30 June 2016, paid; $105,000 on 15 July 2017, approved; $70,000 on 15 July 2018, planned"
    )
    assert installment_line(rows, date(2019, 1, 1)).today is None


def test_installments_close_together_use_two_rows() -> None:
    rows = [(date(2017, 1, 1), 1, "paid"), (date(2017, 2, 1), 2, "due"), (date(2017, 12, 1), 3, "planned")]
    line = installment_line(rows, date(2020, 1, 1))
    assert [stone.row for stone in line.milestones] == [0, 1, 0]
    assert line.rows == 2


def test_an_award_without_installments_draws_an_empty_line() -> None:
    line = installment_line([], date(2017, 1, 1))
    assert (line.milestones, line.words) == ((), "No installments")


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([22, 48, 71, 100], Scale(0, 100, 50)),
        ([610.0, 655.0], Scale(600, 660, 20)),
        ([0.5], Scale(0.4, 0.6, 0.2)),
        ([0, 0], Scale(0, 0.5, 0.5)),
        ([None], Scale(0, 1, 0.5)),
        ([-30, 30], Scale(-40, 40, 20)),
    ],
)
def test_a_scale_has_round_steps(values: list[float | None], scale: Scale) -> None:
    found = Scale.around(values)
    assert (found.low, found.high, found.step) == pytest.approx((scale.low, scale.high, scale.step))


@given(st.lists(st.floats(-1e5, 1e5).map(lambda value: round(value, 2)), min_size=1))
def test_a_scale_holds_every_value_in_a_few_steps(values: list[float]) -> None:
    scale = Scale.around(values)
    assert scale.low <= min(values) + 1e-9
    assert scale.high >= max(values) - 1e-9
    assert 2 <= len(scale.marks) <= 7


def test_a_missing_reading_leaves_a_gap() -> None:
    picture = indicator_picture(["2016", "2017", "2018", "2019"], [10, None, 30, 40], [None, 20, 30, 50], unit="%")
    assert [reading.shown for reading in picture.line.readings] == ["10%", "30%", "40%"]
    assert [(one.shown, two.shown) for one, two in picture.line.stretches] == [("30%", "40%")]
    assert [reading.below for reading in picture.line.readings] == [False, False, True]
    assert [across for across, _ in picture.periods] == [4.0, 34.67, 65.33, 96.0]
    assert picture.words == "2016: 10%; 2017: no reading, target 20%; 2018: 30%, target 30%; 2019: 40%, target 50%"


def test_groups_stand_beside_all_students_and_the_target() -> None:
    groups = [("yes", [20, None, 40]), ("no", [None, 30, None])]
    found = group_strips([("Low income", groups)], [10, 30, 50], [None, None, 60], unit="%")
    assert (found.low, found.high, [what for what, _ in found.parts]) == ("0%", "60%", ["Low income"])
    strips = dict(found.parts[0][1])
    assert (strips["yes"].words, strips["yes"].shown) == ("yes 40%, all students 50%, target 60%", "40%")
    assert strips["no"].words == "no 30%, all students 30%"
    places = [(one.before, one.latest, one.everyone, one.target) for one in strips.values()]
    assert places == [(34.0, 66.0, 82.0, 98.0), (None, 50.0, 50.0, None)]


def test_a_series_needs_an_entry_for_each_period() -> None:
    with pytest.raises(ValueError, match="one entry for each period"):
        indicator_picture(["2016", "2017"], [1, 2], [1])
