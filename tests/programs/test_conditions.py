"""Structured conditions: what holds for which answers."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grants.programs.schema import Condition, evaluate, quantity

ANSWERS: dict[str, Any] = {
    "sector": "charter",
    "topics": ["paths", "sel"],
    "pilot": True,
    "size": 40,
    "share": "0.75",
    "asked": 8_000_000,
    "opening": "2016-08-22",
    "nothing": "",
    "none": [],
}


def holds(**condition: Any) -> bool:
    return evaluate(Condition.model_validate(condition), ANSWERS)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "sector", "equals": "charter"}, True),
        ({"field": "sector", "equals": "district"}, False),
        ({"field": "sector", "one_of": ["district", "charter"]}, True),
        ({"field": "sector", "one_of": "district"}, False),
        ({"field": "topics", "equals": "sel"}, True),
        ({"field": "topics", "equals": "linked"}, False),
        ({"field": "pilot", "equals": "yes"}, True),
        ({"field": "pilot", "equals": True}, True),
        ({"field": "pilot", "equals": "no"}, False),
        ({"field": "sector", "equals": True}, False),
        ({"field": "size", "equals": 40}, True),
        ({"field": "size", "equals": Decimal("40.0")}, True),
        ({"field": "size", "at_least": 40}, True),
        ({"field": "size", "at_least": 41}, False),
        ({"field": "size", "at_least": 30, "at_most": 39}, False),
        ({"field": "share", "at_least": Decimal("0.5")}, True),
        ({"field": "asked", "at_most": "$80,000"}, True),
        ({"field": "asked", "at_most": "$79,999.99"}, False),
        ({"field": "opening", "at_least": "2016-08-01"}, True),
        ({"field": "opening", "at_most": "2016-08-01"}, False),
        ({"field": "sector", "at_least": 1}, False),
        ({"field": "opening", "at_least": 1}, False),
        ({"field": "pilot", "at_least": 0}, False),
        ({"field": "nothing", "answered": "yes"}, False),
        ({"field": "nothing", "answered": "no"}, True),
        ({"field": "none", "answered": "no"}, True),
        ({"field": "absent", "answered": "no"}, True),
        ({"field": "absent", "equals": "x"}, False),
        ({"field": "sector", "answered": "yes"}, True),
        ({"not": {"field": "absent", "equals": "x"}}, True),
        ({"all": [{"field": "pilot", "equals": "yes"}, {"field": "size", "at_least": 41}]}, False),
        ({"any": [{"field": "pilot", "equals": "yes"}, {"field": "size", "at_least": 41}]}, True),
    ],
)
def test_a_condition_holds_or_not(condition: dict[str, Any], expected: bool) -> None:
    assert holds(**condition) is expected


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"all": []},
        {"field": "size"},
        {"equals": 3},
        {"field": "size", "equals": 3, "not": {"field": "size", "equals": 4}},
        {"field": "size", "at_least": "many"},
        {"field": "size", "equals": {"a": 1}},
        {"all": [{"field": "size"}]},
    ],
)
def test_half_a_condition_is_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(condition)


def test_a_condition_names_the_questions_it_looks_at() -> None:
    condition = Condition.model_validate(
        {"any": [{"field": "a", "equals": 1}, {"not": {"all": [{"field": "b", "answered": True}]}}]}
    )
    assert condition.fields() == {"a", "b"}


plain = st.one_of(st.text("ab1", max_size=3), st.integers(-3, 3), st.booleans())
leaves = st.builds(lambda field, value: {"field": field, "equals": value}, st.sampled_from("xyz"), plain)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
answers = st.dictionaries(st.sampled_from("xyz"), st.one_of(plain, st.none(), st.lists(plain, max_size=2)))


@given(conditions, answers)
def test_not_is_the_contrary_and_storing_changes_nothing(data: dict[str, Any], given_answers: dict[str, Any]) -> None:
    condition = Condition.model_validate(data)
    contrary = Condition.model_validate({"not": data})
    stored = Condition.model_validate(condition.model_dump(mode="json", by_alias=True))
    assert evaluate(contrary, given_answers) is not evaluate(condition, given_answers)
    assert stored == condition


def test_what_can_be_ordered() -> None:
    assert [quantity(value) for value in ("$5", "12.5", -3, "blue", "NaN", True, None, "1e9")] == [
        Decimal(500),
        Decimal("12.5"),
        Decimal(-3),
        None,
        None,
        None,
        None,
        None,
    ]
