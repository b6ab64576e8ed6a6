"""One clock, and one spelling of facts."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.canonical import canonical_json, sha256_of
from grants.kernel.clock import clock_at, now, today

NOON = datetime(2016, 3, 8, 12, tzinfo=UTC)


def test_the_clock_can_be_held_and_lets_go() -> None:
    with clock_at(NOON):
        with clock_at(NOON + timedelta(days=1)):
            assert now() == NOON + timedelta(days=1)
        assert now() == NOON
    assert abs(now() - datetime.now(UTC)) < timedelta(seconds=5)  # noqa: TID251 - the real time it is held against


def test_today_depends_on_where_one_is() -> None:
    with clock_at(datetime(2016, 3, 8, 3, tzinfo=UTC)):
        assert (today("America/Los_Angeles"), today("UTC")) == (date(2016, 3, 7), date(2016, 3, 8))


def test_the_clock_wants_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"), clock_at(datetime(2016, 3, 8)):  # noqa: DTZ001 - that is the point
        pass


def test_the_spelling_is_exact() -> None:
    facts = {"b": [Decimal("1.50"), None, True], "a": date(2016, 3, 8), "ü": "é"}
    assert canonical_json(facts) == '{"a":"2016-03-08","b":["1.5",null,true],"ü":"é"}'


def test_instants_are_spelled_with_their_offset() -> None:
    assert canonical_json(NOON.astimezone(timezone(timedelta(hours=-8)))) == '"2016-03-08T04:00:00-08:00"'


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="float has no canonical spelling"):
        sha256_of({"score": 0.1})


json_facts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), json_facts))
def test_the_order_of_keys_does_not_matter(facts: dict[str, object]) -> None:
    assert sha256_of(facts) == sha256_of(dict(reversed(list(facts.items()))))
