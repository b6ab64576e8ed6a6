"""How what is typed becomes an answer, by example and by property."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from grants.applications import forms
from grants.applications.answers import Unreadable, normalise
from grants.applications.content import place_in_words
from grants.programs.loading import load_definition
from grants.programs.schema import AnyField, FileField
from tests.factories.applications import PROGRAM

FORM = load_definition(PROGRAM.read_text(), "small.yaml").form("blueprint")


def field(key: str) -> AnyField:
    return FORM.field(key)


YEARS = ["1,000", "2000", "3000.50", "", "0"]
NONE = [None] * 5


@pytest.mark.parametrize(
    ("key", "typed", "answer"),
    [
        ("motto", "  Show it \x00", "Show it"),
        ("motto", " \r\n ", None),
        ("move_on", "One.\r\n\r\nTwo.", "One.\n\nTwo."),
        ("grades", ["g3_5", "k_2", "k_2"], ["k_2", "g3_5"]),
        ("grades", [], None),
        ("kind", "small", "small"),
        ("kind", "", None),
        ("pilots", "yes", True),
        ("pilots", "no", False),
        ("pilots", "", None),
        ("students", "1,250", 1250),
        ("students", "320.0", 320),
        ("ratio", "12.50", "12.5"),
        ("ratio", "12", 12),
        ("asked", "$350,000", 350_000_00),
        ("asked", 350_000_00, 350_000_00),
        ("opens", "2016-08-22", "2016-08-22"),
        ("opens", "22 August 2016", "2016-08-22"),
        ("opens", "Aug. 22nd, 2016", "2016-08-22"),
        ("opens", "8/22/2016", "2016-08-22"),
        ("opens", "03/04/2017", "2017-03-04"),
        ("opens", date(2016, 8, 22), "2016-08-22"),
        (
            "rollout",
            [{"row": "year_2", "students": "300", "share": ""}, {"row": "year_1", "students": "", "share": "12.5"}],
            [{"row": "year_1", "students": None, "share": "12.5"}, {"row": "year_2", "students": 300, "share": None}],
        ),
        ("rollout", [{"row": "year_1", "students": "", "share": ""}], None),
        (
            "spending",
            [{"purpose": "", "amount": ""}, {"purpose": "Visits", "amount": "40,000"}],
            [{"purpose": "Visits", "amount": 40_000_00}],
        ),
        (
            "finances",
            {"pupils": {"enrolled": ["320", "1,320", "", "0", "5"]}, "revenue": {"per_pupil": YEARS}},
            {
                "pupils": {"enrolled": [320, 1320, None, 0, 5]},
                "revenue": {"per_pupil": [1_000_00, 2_000_00, 3_000_50, None, 0], "grants": NONE},
                "expense": {"staff": NONE, "other": NONE},
            },
        ),
        ("finances", {"revenue": {"per_pupil": [""] * 5}}, None),
        (
            "team",
            [{"name": "Dana", "role": "", "email": ""}, {"name": "", "role": "", "email": ""}],
            [{"name": "Dana", "role": None, "email": None}],
        ),
        ("trials", [{"what": "Exhibitions", "cost": "500"}], [{"what": "Exhibitions", "cost": 500_00}]),
    ],
)
def test_what_is_typed_becomes_an_answer(key: str, typed: Any, answer: Any) -> None:
    assert normalise(field(key), typed) == answer


@pytest.mark.parametrize(
    ("key", "typed", "faults"),
    [
        ("students", "about 300", {"": "“about 300” is not a number. Write digits, such as 1,250."}),
        ("students", "12.5", {"": "“12.5” is not a whole number."}),
        ("ratio", "12.55", {"": "Write one decimal place."}),
        ("asked", "some", {"": "“some” is not an amount. Write dollars, such as 60,000 or 60,000.50."}),
        ("asked", -5, {"": "An amount cannot be below zero."}),
        ("opens", "22 August", {"": "“22 August” is not a date. Write it such as 1 September 2016 or 9/1/2016."}),
        (
            "opens",
            "30 Febuary",
            {"": "“30 Febuary” is not a date. Write it such as 1 September 2016 or 9/1/2016."},
        ),
        ("opens", "8/9/16", {"": "“8/9/16” is not a date. Write it such as 1 September 2016 or 9/1/2016."}),
        ("opens", "30 February 2016", {"": "There is no day 30 February 2016 in the calendar."}),
        ("opens", "22/8/2016", {"": "“22/8/2016” is not a date. Write it such as 1 September 2016 or 9/1/2016."}),
        ("opens", "2/30/2016", {"": "There is no day 2/30/2016 in the calendar."}),
        ("opens", "2016-02-30", {"": "There is no day 2016-02-30 in the calendar."}),
        ("kind", "medium", {"": "Choose one of the options."}),
        ("grades", ["k_2", "phd"], {"": "Choose among the options."}),
        ("pilots", "perhaps", {"": "Choose yes or no."}),
        ("motto", "x" * 50_001, {"": "This text is too long: at most 50,000 characters."}),
        ("motto", ["a"], {"": "This is not text."}),
        ("letter", "letter.pdf", {"": "A file is attached, not typed."}),
        (
            "spending",
            [{"purpose": "Visits", "amount": "40 thousand"}, {"purpose": "", "amount": "x"}],
            {
                "0.amount": "“40 thousand” is not an amount. Write dollars, such as 60,000 or 60,000.50.",
                "1.amount": "“x” is not an amount. Write dollars, such as 60,000 or 60,000.50.",
            },
        ),
        ("spending", [{"purpose": "a"}] * 4, {"": "Write at most 3 rows."}),
        ("spending", [{"price": "1"}], {"": "This does not have the rows and columns that were asked for."}),
        ("rollout", [{"row": "year_9"}], {"": "This does not have the rows that were asked for."}),
        (
            "finances",
            {"revenue": {"grants": ["", "x", "", "", ""]}},
            {"revenue.grants.1": "“x” is not an amount. Write dollars, such as 60,000 or 60,000.50."},
        ),
        ("finances", {"revenue": {"grants": ["1"]}}, {"revenue.grants": "A line of the budget has five years."}),
        ("finances", {"profit": {}}, {"": "A budget has revenue and expense."}),
        (
            "finances",
            {"pupils": {"enrolled": ["-1", "1.5", "many", "", ""]}},
            {
                "pupils.enrolled.0": "There cannot be fewer than no pupils.",
                "pupils.enrolled.1": "“1.5” is not a whole number.",
                "pupils.enrolled.2": "“many” is not a number. Write digits, such as 1,250.",
            },
        ),
        ("trials", [{"cost": "x"}], {"0.cost": "“x” is not an amount. Write dollars, such as 60,000 or 60,000.50."}),
    ],
)
def test_what_cannot_be_read_is_said_in_words_and_in_its_place(key: str, typed: Any, faults: dict[str, str]) -> None:
    with pytest.raises(Unreadable) as refused:
        normalise(field(key), typed)
    assert refused.value.faults == faults


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["row", "name", "amount", "purpose", "revenue", "what", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(key=st.sampled_from([one.key for one in FORM.all_fields()]), typed=anything)
def test_an_answer_read_again_is_itself_and_nonsense_is_refused_in_words(key: str, typed: Any) -> None:
    faults: dict[str, str] = {}
    answer = None
    try:
        answer = normalise(field(key), typed)
    except Unreadable as unreadable:
        faults = unreadable.faults
    assert [sentence for sentence in faults.values() if not sentence.endswith(".")] == []
    if not isinstance(field(key), FileField):
        assert normalise(field(key), answer) == answer


def cents() -> st.SearchStrategy[Any]:
    return st.none() | st.integers(0, 10**11)


ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "motto": st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=30),
    "grades": st.sampled_from([["k_2"], ["g3_5"], ["k_2", "g3_5"]]),
    "pilots": st.booleans(),
    "students": st.integers(-999, 10**6),
    "ratio": st.sampled_from([3, "12.5", "-0.5"]),
    "asked": st.integers(0, 10**11),
    "opens": st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(date.isoformat),
    "spending": st.lists(
        st.fixed_dictionaries({"purpose": st.just("Visits"), "amount": cents()}), min_size=1, max_size=3
    ),
    "finances": st.fixed_dictionaries(
        {
            "pupils": st.fixed_dictionaries({"enrolled": st.lists(st.integers(0, 900), min_size=5, max_size=5)}),
            "revenue": st.fixed_dictionaries(
                {key: st.lists(cents(), min_size=5, max_size=5) for key in ("per_pupil", "grants")}
            ),
            "expense": st.fixed_dictionaries(
                {key: st.lists(st.integers(0, 100), min_size=5, max_size=5) for key in ("staff", "other")}
            ),
        }
    ),
    "trials": st.lists(st.fixed_dictionaries({"what": st.just("A"), "cost": cents()}), min_size=1, max_size=2),
}


@given(data=st.data(), key=st.sampled_from(sorted(ANSWERS)))
def test_what_controls_show_reads_back_to_the_same_answer(data: st.DataObject, key: str) -> None:
    """Through the page and back: an answer drawn into its controls and sent again is the same answer."""
    answer = data.draw(ANSWERS[key])
    shown = forms.as_typed(field(key), answer)
    sent: MultiDict[str, str] = MultiDict(controls(key, shown))
    assert normalise(field(key), forms.typed(field(key), sent)) == answer


def controls(name: str, shown: Any) -> list[tuple[str, str]]:
    """The names and values that a page's controls send for a shape of text."""
    if isinstance(shown, dict):
        return [pair for key, value in shown.items() if key != "row" for pair in controls(f"{name}-{key}", value)]
    if isinstance(shown, list) and shown and not isinstance(shown[0], str):
        return [pair for place, value in enumerate(shown) for pair in controls(f"{name}-{place}", value)]
    if isinstance(shown, list) and name.count("-") == 2:  # the five years of a budget's line
        return [(f"{name}-{year}", value) for year, value in enumerate(shown)]
    return [(name, value) for value in shown] if isinstance(shown, list) else [(name, shown)]


def test_a_dropped_row_is_left_out_and_the_others_keep_their_order() -> None:
    sent: MultiDict[str, str] = MultiDict(
        {f"spending-{row}-{column}": f"{column} {row}" for row in (0, 1, 2) for column in ("purpose", "amount")}
    )
    kept = forms.typed(field("spending"), sent, dropped=1)
    assert kept == [{"purpose": f"purpose {row}", "amount": f"amount {row}"} for row in (0, 2)]


@pytest.mark.parametrize(
    ("key", "place", "said"),
    [
        ("students", "", ""),
        ("spending", "1.amount", "Row 2, Amount"),
        ("rollout", "1.share", "By June 2018, Share"),
        ("finances", "revenue.grants.0", "Grants, Year 1"),
        ("finances", "pupils.enrolled.4", "Pupils enrolled, Year 5"),
        ("finances", "revenue.grants", ""),
        ("team", "0.email", "Person 1, email"),
        ("trials", "1.cost", "Trial 2, What did it cost?"),
    ],
)
def test_a_fault_says_where_it_is(key: str, place: str, said: str) -> None:
    assert place_in_words(field(key), place) == said
