"""One thing is written one way."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from grants.kernel import clock
from grants.web import filters

NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)  # noon, Pacific


def test_money_is_dollars_and_no_amount_is_nothing() -> None:
    assert [filters.money(cents) for cents in (6_000_000, 6_000_050, 0, None)] == ["$60,000", "$60,000.50", "$0", ""]


def test_a_day_is_written_in_full() -> None:
    on = date(2016, 3, 8)
    assert filters.day(on) == "8 March 2016"
    assert filters.day(on, weekday=True) == "Tuesday 8 March 2016"
    assert filters.day(on, year=False) == "8 March"
    assert filters.day(None) == ""


def test_an_evening_in_oakland_is_not_the_next_day() -> None:
    evening = datetime(2014, 12, 17, 2, 0, tzinfo=UTC)
    assert filters.on_day(evening, "America/Los_Angeles") == date(2014, 12, 16)
    assert filters.on_day(evening, "UTC") == date(2014, 12, 17)


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        (datetime(2016, 3, 21, 0, 0, tzinfo=UTC), "America/Los_Angeles", "20 March 2016, 5:00 pm Pacific"),
        (datetime(2016, 1, 1, 8, 5, tzinfo=UTC), "America/Los_Angeles", "1 January 2016, 12:05 am Pacific"),
        (datetime(2016, 7, 1, 16, 0, tzinfo=UTC), "America/New_York", "1 July 2016, 12:00 pm Eastern"),
    ],
)
def test_an_instant_names_its_zone(at: datetime, zone: str, shown: str) -> None:
    assert filters.instant(at, zone) == shown


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (date(2016, 3, 8), "today"),
        (date(2016, 3, 9), "tomorrow"),
        (date(2016, 3, 7), "yesterday"),
        (date(2016, 3, 20), "in 12 days"),
        (date(2016, 3, 6), "2 days ago"),
        (date(2016, 9, 8), "in 6 months"),
        (date(2013, 3, 8), "3 years ago"),
        (NOON + timedelta(minutes=1), "in 1 minute"),
        (NOON - timedelta(hours=3), "3 hours ago"),
        (NOON + timedelta(seconds=10), "now"),
        (NOON + timedelta(hours=13), "tomorrow"),
        (None, ""),
    ],
)
def test_how_far_off_something_is(when: date | None, shown: str) -> None:
    with clock.clock_at(NOON):
        assert filters.relative(when) == shown


def test_the_day_turns_in_the_zone_of_the_cycle() -> None:
    with clock.clock_at(datetime(2016, 3, 9, 6, 0, tzinfo=UTC)):
        assert filters.relative(date(2016, 3, 9), "America/Los_Angeles") == "tomorrow"
        assert filters.relative(date(2016, 3, 9), "America/New_York") == "today"


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        (date(2016, 3, 6), "2 days late"),
        (date(2016, 3, 7), "1 day late"),
        (date(2016, 3, 8), "today"),
        (date(2016, 3, 20), "in 12 days"),
        (date(2016, 5, 12), "12 May 2016"),
    ],
)
def test_how_a_due_date_stands(due: date, shown: str) -> None:
    with clock.clock_at(NOON):
        assert filters.until(due) == shown


def test_shares_and_scores() -> None:
    assert [filters.percent(share) for share in (0.714, 0.125, 0.0, 1.0, None)] == ["71%", "13%", "0%", "100%", ""]
    assert filters.percent(0.7145, 1) == "71.5%"
    assert [filters.score(mark) for mark in (74.25, 74.24, Decimal("81.25"), 0.0, None)] == [
        "74.3",
        "74.2",
        "81.3",
        "0.0",
        "–",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [("one two  three\nfour", 4), ("well-made, don’t — count dashes", 4), ("", 0), (None, 0), ("…", 0), ("école 7", 2)],
)
def test_words_are_runs_that_hold_a_letter_or_digit(text: str | None, count: int) -> None:
    assert filters.words(text) == count


def test_counts_and_lists_read_as_sentences() -> None:
    assert [filters.plural(count, "school") for count in (0, 1, 1200)] == ["0 schools", "1 school", "1,200 schools"]
    assert filters.plural(2, "person", "people") == "2 people"
    assert [filters.listing(names) for names in ([], ["A"], ["A", "B"], "ABC")] == ["", "A", "A and B", "A, B and C"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Rivera", "MR"), ("Ada", "A"), ("Ana de la Cruz", "AC"), ("R. Okafor (2)", "RO"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert filters.initials(name) == letters


def test_a_moment_says_how_far_off_it_is_and_hides_no_markup() -> None:
    with clock.clock_at(NOON):
        assert (
            filters.moment(date(2016, 3, 20)) == '<time datetime="2016-03-20" title="in 12 days">20 March 2016</time>'
        )
        assert filters.moment(NOON).startswith('<time datetime="2016-03-08T20:00:00+00:00" title="now">')
        assert filters.moment(None) == ""
