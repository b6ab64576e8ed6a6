"""Completeness, budgets, deadlines and moves, by example."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.applications import budgets
from grants.applications.completeness import asked_form, eligibility_key, shown_fields, standing
from grants.applications.deadlines import Deadline, time_left
from grants.applications.states import APPLICATION, Facts, State
from grants.kernel.errors import Clash
from grants.kernel.wording import count_words
from grants.programs.loading import load_definition
from grants.programs.schema import FiveYearBudget
from grants.web.filters import words
from tests.factories.applications import COMPLETE, PROGRAM

DEFINITION = load_definition(PROGRAM.read_text(), "small.yaml")
STAGE = DEFINITION.application_stage("launch")
FORM = asked_form(DEFINITION, STAGE)
FIVE = datetime(2016, 3, 21, 0, 0, tzinfo=UTC)


def gaps(**changed: Any) -> list[tuple[str, str]]:
    """What a complete application lacks once some answers are changed."""
    found = standing(FORM, {**COMPLETE, **changed}, STAGE.eligibility).gaps
    return [(gap.field, gap.sentence) for gap in found]


def test_eligibility_comes_first_and_a_complete_application_has_no_gap() -> None:
    assert list(FORM.sections) == ["before_you_start", "vision", "numbers", "people"]
    assert eligibility_key(STAGE.eligibility[0]) == "eligibility_public"
    assert gaps() == []


def test_an_empty_draft_lacks_every_required_question_that_shows() -> None:
    found = standing(FORM, {}, STAGE.eligibility)
    assert [gap.field for gap in found.gaps] == [
        *("eligibility_public", "move_on", "grades", "pilots"),
        *("students", "asked", "opens", "team"),
    ]
    assert {gap.sentence for gap in found.gaps} == {"Not answered yet."}
    assert (found.asked, found.answered) == (8, 0)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"eligibility_public": False},
            "Grants go to public schools only. Ask the program officer if you are about to become one.",
        ),
        ({"move_on": "word " * 31}, "31 words; at most 30."),
        ({"motto": "x" * 41}, "41 characters; at most 40."),
        ({"students": 0}, "This must be at least 1."),
        ({"students": 901}, "This must be at most 900."),
        ({"asked": 350_000_01}, "This must be at most $350,000."),
        ({"team": [{"name": None, "role": "Lead", "email": None}]}, "Person 1 has no name."),
        ({"team": [{"name": "Dana", "role": None, "email": "dana"}]}, "“dana” is not an email address."),
        ({"trials": [{"what": None, "cost": 5}]}, "Trial 1, What did you try?: Not answered yet."),
    ],
)
def test_what_is_kept_and_will_not_do_is_a_gap(changed: dict[str, Any], sentence: str) -> None:
    (field,) = changed
    assert gaps(**changed) == [(field, sentence)]


def test_a_question_that_an_answer_brings_up_counts_from_then_on() -> None:
    assert "pilots_shown" not in shown_fields(FORM, COMPLETE)
    assert gaps(pilots=True) == [("pilots_shown", "Not answered yet.")]
    # What was written before it was hidden again does not count.
    assert gaps(pilots=False, pilots_shown="word") == []


def test_words_are_counted_by_one_rule_on_page_and_server() -> None:
    text = "A well-made plan – in 3 steps, 50% done…"
    assert (count_words(text), words(text), words(None)) == (8, 8, 0)


def test_a_budget_adds_up_and_says_what_is_missing_in_year_four() -> None:
    field = FORM.field("finances")
    assert isinstance(field, FiveYearBudget)
    answer = {
        "pupils": {"enrolled": [3, 7, 0, None, 1]},
        "revenue": {"per_pupil": [100, 100, 100, 100, None], "grants": [50, 40, 30, 20, 10]},
        "expense": {"staff": [120, 120, 120, 120, 120], "other": [0, 0, 0, 0, 0]},
    }
    sums = budgets.totals(field, answer)
    assert sums.revenue == (150, 140, 130, 120, 10)
    assert sums.expense == (120, 120, 120, 120, 120)
    assert sums.gap == (30, 20, 10, 0, -110)
    assert sums.lines["revenue.grants"] == 150
    assert sums.per_pupil == {
        "Public revenue per pupil": (33, 14, None, None, 0),
        "All revenue per pupil": (50, 20, None, None, 10),
        "Expense per pupil": (40, 17, None, None, 120),
    }
    assert budgets.notices(field, answer) == ["Year 4: public revenue falls $0.20 short of operating costs."]
    assert budgets.notices(field, None) == []


@given(st.integers(0, 10**12), st.integers(1, 10**5))
def test_a_share_for_each_pupil_is_the_nearest_cent(cents: int, pupils: int) -> None:
    share = budgets.each(cents, pupils)
    assert share is not None
    assert -pupils < 2 * (share * pupils - cents) <= pupils


@pytest.mark.parametrize(
    ("deadline", "seconds", "counts"),
    [
        (Deadline(FIVE), 0, True),
        (Deadline(FIVE), 1, False),
        (Deadline(FIVE, timedelta(minutes=15)), 900, True),
        (Deadline(FIVE, timedelta(minutes=15)), 901, False),
        (Deadline(FIVE, timedelta(0), FIVE + timedelta(days=1)), 86_400, True),
        (Deadline(FIVE, timedelta(0), FIVE + timedelta(days=1)), 86_401, False),
        (Deadline(FIVE, timedelta(minutes=15), FIVE + timedelta(days=1)), 87_300, True),
        (Deadline(FIVE, timedelta(0), FIVE - timedelta(days=1)), 0, True),
    ],
    ids=["on time", "late", "in grace", "past grace", "extended", "past it", "grace after it", "never shortened"],
)
def test_the_last_moment_counts_and_the_next_does_not(deadline: Deadline, seconds: int, counts: bool) -> None:
    assert deadline.holds(FIVE + timedelta(seconds=seconds)) is counts


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=2), "2 days"),
        (timedelta(days=1, hours=23, minutes=59), "47 hours"),
        (timedelta(minutes=119), "1 hour"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(days=-1), "less than a minute"),
    ],
)
def test_time_left_is_never_overstated(left: timedelta, said: str) -> None:
    assert time_left(left) == said


def facts(**given: Any) -> Facts:
    return Facts(**{"now": FIVE, "deadline": Deadline(FIVE), "certified": True, **given})


@pytest.mark.parametrize(
    ("name", "state", "given", "reason"),
    [
        ("submit", State.DRAFT, {}, None),
        ("submit", State.DRAFT, {"gaps": 1}, "One thing is not ready yet."),
        ("submit", State.RETURNED, {"gaps": 3}, "3 things are not ready yet."),
        ("submit", State.DRAFT, {"certified": False}, "Type your name as it stands in your account"),
        ("submit", State.DRAFT, {"now": FIVE + timedelta(seconds=1)}, "The deadline has passed"),
        ("reopen", State.SUBMITTED, {}, None),
        ("reopen", State.SUBMITTED, {"screened": True}, "The foundation has begun to read it."),
        ("reopen", State.WITHDRAWN, {"now": FIVE + timedelta(seconds=1)}, "The deadline has passed"),
        ("withdraw", State.SUBMITTED, {"decided": True}, "The decision on this application has been released."),
        ("return", State.SUBMITTED, {}, "Choose the sections"),
        ("return", State.SUBMITTED, {"sections": ["vision"]}, "Say what should be changed"),
        (
            "return",
            State.SUBMITTED,
            {"sections": ["vision"], "reason": "x", "until": FIVE},
            "Choose a day in the future",
        ),
        ("find ineligible", State.SUBMITTED, {"reason": " "}, "Say why it is not eligible"),
        ("find eligible", State.SUBMITTED, {"screened": True}, "This application was found eligible already."),
    ],
)
def test_moves_say_what_stands_in_their_way(name: str, state: State, given: dict[str, Any], reason: str | None) -> None:
    move = APPLICATION.find(name, state)
    assert move.guard is not None
    said = move.guard(facts(**given))
    assert said is None if reason is None else str(said).startswith(reason)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("submit", State.SUBMITTED),
        ("submit", State.WITHDRAWN),
        ("submit", State.INELIGIBLE),
        ("reopen", State.DRAFT),
        ("reopen", State.INELIGIBLE),
        ("withdraw", State.WITHDRAWN),
        ("return", State.DRAFT),
        ("find eligible", State.DRAFT),
        ("find ineligible", State.RETURNED),
        ("take back", State.DRAFT),
    ],
)
def test_other_states_are_closed_to_a_move(name: str, state: State) -> None:
    with pytest.raises(Clash):
        APPLICATION.find(name, state)
