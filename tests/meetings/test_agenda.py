"""The order of an agenda: nobody leaves oftener than they must."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.meetings.agenda import Block, Topic, blocks, explained, missed, timed, walks
from grants.meetings.ordering import MISSED, Plan, best_order

NINE = datetime(2016, 4, 20, 9, tzinfo=UTC)
PEOPLE = ("Ann", "Ben", "Cleo")
pytestmark = pytest.mark.twins


def topic(key: str, *away: str, readers: Sequence[str] = (), minutes: int = 20) -> Topic:
    return Topic(key, minutes, frozenset(away), frozenset(readers))


def laid_out(topics: Sequence[Topic], breaks: dict[int, int]) -> list[tuple[Topic | None, int]]:
    lines: list[tuple[Topic | None, int]] = []
    for place, one in enumerate(topics):
        if place in breaks:
            lines.append((None, breaks[place]))
        lines.append((one, one.minutes))
    return lines


def test_what_one_may_not_hear_lies_side_by_side_at_an_end() -> None:
    order = best_order([topic("a"), topic("b", "Ben"), topic("c"), topic("d", "Ben")], NINE, {})
    assert order.walks == 1
    assert set(order.keys[:2]) == {"b", "d"} or set(order.keys[2:]) == {"b", "d"}
    assert order.proved


def test_a_break_is_as_good_as_an_end() -> None:
    """Three people, two sittings: four ends, so that each walks once."""
    topics = [topic("a", "Ann"), topic("b", "Ben"), topic("c", "Cleo"), *(topic(str(one)) for one in range(5))]
    order = best_order(topics, NINE, {4: 15})
    assert order.walks == 3


def test_nobody_is_up_while_one_who_read_it_is_away() -> None:
    """Being missed weighs more than walking."""
    topics = [topic("a", "Ben"), topic("b", readers=["Ann"]), topic("c", "Ben")]
    absent = {"Ann": [(NINE, NINE + timedelta(minutes=20)), (NINE + timedelta(minutes=40), NINE + timedelta(hours=2))]}
    order = best_order(topics, NINE, {}, absent)
    assert (order.keys, order.walks, order.missed) == (("a", "b", "c"), 2, ())


def test_what_cannot_be_avoided_is_said() -> None:
    topics = [topic("a", "Ben", readers=["Ann"]), topic("b"), topic("c", "Ben")]
    entries = timed(NINE, laid_out(topics, {}))
    absent = {"Ann": [(NINE, NINE + timedelta(hours=3))]}
    names = {"Ben": "Ben Okafor", "Ann": "Ann Lee", "a": "Auk School"}
    assert explained(entries, names, absent, lambda at: f"{at:%H:%M}") == [
        "Ben Okafor is out of the room 2 times: 09:00 to 09:20 and 09:40 to 10:00.",
        "Auk School is up at 09:00, when Ann Lee, who read it, cannot be there.",
    ]


def test_a_stretch_over_a_break_is_one() -> None:
    entries = timed(NINE, laid_out([topic("a", "Ben"), topic("b", "Ben"), topic("c")], {1: 15}))
    assert blocks(entries, "Ben") == (Block(NINE, NINE + timedelta(minutes=55), 2),)
    assert blocks(entries, "Ann") == ()


small = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(PEOPLE)), st.frozensets(st.sampled_from(PEOPLE)), st.sampled_from([10, 20])
    ),
    max_size=6,
)
minutes = st.integers(0, 90)


@given(small, st.dictionaries(st.integers(1, 5), st.just(15), max_size=2), minutes, minutes)
def test_no_other_order_is_better(
    drawn: list[tuple[frozenset[str], frozenset[str], int]], breaks: dict[int, int], since: int, length: int
) -> None:
    """The dynamic program against every order there is."""
    topics = [Topic(str(key), long, away, readers) for key, (away, readers, long) in enumerate(drawn)]
    breaks = {place: long for place, long in breaks.items() if place < len(topics)}
    absent = {"Ann": [(NINE + timedelta(minutes=since), NINE + timedelta(minutes=since + length))]}

    def cost(order: Sequence[Topic]) -> tuple[int, int]:
        entries = timed(NINE, laid_out(order, breaks))
        return len(missed(entries, absent)), walks(entries)

    found = best_order(topics, NINE, breaks, absent)
    by_key = {one.key: one for one in topics}
    assert sorted(found.keys) == sorted(by_key)
    assert cost([by_key[key] for key in found.keys]) == min(cost(one) for one in permutations(topics))
    assert found.proved
    assert found == best_order(topics, NINE, breaks, absent)


def test_a_large_agenda_is_improved_and_says_that_it_is_no_proof() -> None:
    people = [f"p{one}" for one in range(14)]
    topics = [topic(f"{place:02d}", people[place % 14], people[(place * 5 + 3) % 14]) for place in range(40)]
    order = best_order(topics, NINE, {10: 15, 20: 15, 30: 15})
    assert not order.proved
    assert sorted(order.keys) == [one.key for one in topics]
    assert order.walks < walks(timed(NINE, laid_out(topics, {10: 15, 20: 15, 30: 15})))


@given(small, st.dictionaries(st.integers(1, 5), st.just(15), max_size=2), minutes, minutes)
def test_in_an_improved_order_nothing_is_better_elsewhere(
    drawn: list[tuple[frozenset[str], frozenset[str], int]], breaks: dict[int, int], since: int, length: int
) -> None:
    """Each place counted anew; and the order is never worse than the one it began from."""
    topics = [Topic(str(key), long, away, readers) for key, (away, readers, long) in enumerate(drawn)]
    absent = {"Ann": [(NINE + timedelta(minutes=since), NINE + timedelta(minutes=since + length))]}
    plan = Plan([[one] for one in topics], NINE, breaks, absent)
    standing = [one.key for one in topics]
    found = plan.improved(standing)
    assert sorted(found) == sorted(standing)
    assert plan.cost(found) <= plan.cost(standing)
    elsewhere = [
        [*(rest := found[:place] + found[place + 1 :])[:other], found[place], *rest[other:]]
        for place in range(len(found))
        for other in range(len(found))
    ]
    assert plan.cost(found) == min(map(plan.cost, elsewhere), default=0)


def test_a_long_agenda_is_put_in_order_while_somebody_waits() -> None:
    """It is done with the meeting's row taken: on SQLite every writer waits meanwhile."""
    drawn = random.Random(1)
    people = [f"p{one}" for one in range(20)]
    out: list[set[str]] = [set() for _ in range(170)]
    for person in people:
        for place in drawn.sample(range(170), 3):
            out[place].add(person)
    topics = [topic(f"{place:03d}", *away, readers=drawn.sample(people, 3)) for place, away in enumerate(out)]
    absent = {person: [(NINE + timedelta(hours=2), NINE + timedelta(hours=3))] for person in people[:4]}
    began = time.process_time()
    order = best_order(topics, NINE, dict.fromkeys(range(6, 170, 6), 15), absent)
    assert time.process_time() - began < 2
    assert (order.missed, order.proved) == ((), False)


@given(st.data())
def test_what_an_order_costs_is_what_its_walks_and_misses_say(data: st.DataObject) -> None:
    some = st.frozensets(st.sampled_from(PEOPLE))
    lots = data.draw(st.lists(st.tuples(some, some, st.sampled_from([10, 20])), min_size=1, max_size=7))
    topics = [Topic(str(place), minutes, away, readers) for place, (away, readers, minutes) in enumerate(lots)]
    breaks = data.draw(st.dictionaries(st.integers(1, 7), st.sampled_from([5, 15]), max_size=2))
    begin = data.draw(st.integers(0, 60))
    absent = {"Ann": [(NINE + timedelta(minutes=begin), NINE + timedelta(minutes=begin + 20))]}
    plan = Plan([[one] for one in topics], NINE, breaks, absent)
    keys = data.draw(st.permutations([one.key for one in topics]))
    entries = plan.entries(keys)
    assert plan.cost(keys) == walks(entries) + MISSED * len(missed(entries, absent))
