from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.monitoring.calendar import (
    Lateness,
    Progress,
    Timeliness,
    lateness,
    occurrences,
    progress,
    reading_dates,
)
from grants.programs.schema.values import Duration

DUE = date(2017, 6, 1)


def test_check_ins_every_three_months_from_a_date() -> None:
    assert occurrences(date(2016, 9, 1), Duration(3, "months"), 4) == (
        date(2016, 9, 1),
        date(2016, 12, 1),
        date(2017, 3, 1),
        date(2017, 6, 1),
    )


def test_month_ends_are_clamped_and_come_back() -> None:
    assert occurrences(date(2016, 1, 31), Duration(1, "months"), 4) == (
        date(2016, 1, 31),
        date(2016, 2, 29),
        date(2016, 3, 31),
        date(2016, 4, 30),
    )


def test_days_and_weeks_are_counted_too() -> None:
    assert occurrences(DUE, Duration(10, "days"), 2) == (DUE, date(2017, 6, 11))
    assert occurrences(DUE, Duration(2, "weeks"), 2) == (DUE, date(2017, 6, 15))


def test_what_is_owed_once_needs_no_span() -> None:
    assert occurrences(DUE, None, 1) == (DUE,)
    with pytest.raises(ValueError, match="needs the span"):
        occurrences(DUE, None, 2)
    with pytest.raises(ValueError, match="once or more"):
        occurrences(DUE, None, 0)


@pytest.mark.parametrize(
    ("today", "expected", "words"),
    [
        (date(2017, 5, 17), Lateness(Timeliness.ON_TIME, -15, done=False), "due in 15 days"),
        (date(2017, 5, 18), Lateness(Timeliness.DUE_SOON, -14, done=False), "due in 14 days"),
        (date(2017, 5, 31), Lateness(Timeliness.DUE_SOON, -1, done=False), "due in 1 day"),
        (date(2017, 6, 1), Lateness(Timeliness.DUE, 0, done=False), "due today"),
        (date(2017, 6, 2), Lateness(Timeliness.LATE, 1, done=False), "1 day late"),
    ],
)
def test_what_is_not_done_gets_late_before_ones_eyes(today: date, expected: Lateness, words: str) -> None:
    found = lateness(DUE, today, None)
    assert found == expected
    assert found.words == words


@pytest.mark.parametrize(
    ("done_on", "expected", "words"),
    [
        (date(2017, 5, 1), Lateness(Timeliness.ON_TIME, -31, done=True), "done on time"),
        (date(2017, 5, 31), Lateness(Timeliness.ON_TIME, -1, done=True), "done on time"),
        (DUE, Lateness(Timeliness.ON_TIME, 0, done=True), "done on time"),
        (date(2017, 6, 4), Lateness(Timeliness.LATE, 3, done=True), "done 3 days late"),
    ],
)
def test_what_is_done_is_judged_by_the_day_it_was_done(done_on: date, expected: Lateness, words: str) -> None:
    found = lateness(DUE, date(2018, 1, 1), done_on)
    assert found == expected
    assert found.words == words


def test_days_of_grace_put_off_lateness_but_not_the_due_date() -> None:
    within = lateness(DUE, date(2017, 6, 6), None, grace=5)
    assert (within.timeliness, within.words) == (Timeliness.DUE, "due 5 days ago")
    assert lateness(DUE, date(2017, 6, 7), None, grace=5) == Lateness(Timeliness.LATE, 6, done=False)
    done = lateness(DUE, date(2018, 1, 1), date(2017, 6, 6), grace=5)
    assert (done.timeliness, done.words) == (Timeliness.ON_TIME, "done on time")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60), st.integers(0, 30))
def test_as_days_pass_it_only_ever_gets_later(due: date, soon: int, grace: int) -> None:
    order = list(Timeliness)
    days = [due + timedelta(days=offset) for offset in range(-soon - 2, grace + 3)]
    seen = [order.index(lateness(due, day, None, soon=soon, grace=grace).timeliness) for day in days]
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 3)


def test_readings_fall_due_as_the_grants_years_end() -> None:
    assert reading_dates(date(2016, 2, 29), [2, 0, 1, 1], Duration(2, "months")) == {
        0: date(2016, 4, 29),
        1: date(2017, 2, 28),
        2: date(2018, 2, 28),
    }
    assert reading_dates(DUE, [], Duration(60, "days")) == {}


def test_there_is_no_year_before_year_0() -> None:
    with pytest.raises(ValueError, match="count from 0"):
        reading_dates(DUE, [1, -1], Duration(60, "days"))


@pytest.mark.parametrize(
    ("value", "better", "baseline", "expected"),
    [
        ("80", "higher", None, Progress.MET),
        ("85", "higher", "70", Progress.MET),
        ("79.9", "higher", "70", Progress.NEAR),
        ("79", "higher", "70", Progress.NEAR),
        ("78.9", "higher", "70", Progress.MISSED),
        ("72", "higher", None, Progress.NEAR),
        ("71.9", "higher", None, Progress.MISSED),
        ("60", "higher", "70", Progress.MISSED),
        ("80", "lower", None, Progress.MET),
        ("10", "lower", "120", Progress.MET),
        ("84", "lower", "120", Progress.NEAR),
        ("84.1", "lower", "120", Progress.MISSED),
        ("88", "lower", None, Progress.NEAR),
        ("88.1", "lower", None, Progress.MISSED),
        ("79", "higher", "90", Progress.NEAR),  # it began beyond its target: measured by the target itself
    ],
)
def test_a_reading_against_its_target_of_80(
    value: str, better: Literal["higher", "lower"], baseline: str | None, expected: Progress
) -> None:
    began = None if baseline is None else Decimal(baseline)
    assert progress(Decimal(value), Decimal(80), better, baseline=began) is expected


def test_a_target_of_nothing_is_met_or_missed() -> None:
    assert progress(Decimal(0), Decimal(0), "lower") is Progress.MET
    assert progress(Decimal(1), Decimal(0), "lower") is Progress.MISSED
    assert progress(Decimal(1), Decimal(0), "lower", baseline=Decimal(10)) is Progress.NEAR


NUMBERS = st.decimals(-1000, 1000, places=2)


@given(NUMBERS, NUMBERS, st.none() | NUMBERS)
def test_lower_is_better_mirrors_higher_is_better(value: Decimal, target: Decimal, baseline: Decimal | None) -> None:
    mirrored = None if baseline is None else -baseline
    assert progress(value, target, "higher", baseline=baseline) is progress(-value, -target, "lower", baseline=mirrored)
