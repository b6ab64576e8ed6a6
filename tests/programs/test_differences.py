"""What changed between two versions, in words an officer would use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.programs.differences import differences
from grants.programs.loading import LIBRARY, load_definition
from tests.programs.texts import SMALL, changed

OAKLAND = (LIBRARY / "oakland.yaml").read_text(encoding="utf-8")


def told(old: str, new: str) -> list[str]:
    return [str(change) for change in differences(load_definition(old, "old"), load_definition(new, "new"))]


CHANGES = [
    (
        "review: {rubric: quality}",
        (
            "review: {rubric: quality, calibration: {samples: {one: {text: {Idea: Good.}, anchors: {"
            "plan: {mark: 3, because: Clear.}}}}}}"
        ),
        ["Planning grant: the samples that reviewers score first are added."],
    ),
    (
        "review: {rubric: quality}",
        "review: {rubric: quality, terms: Say nothing.}",
        ["Planning grant: the text that reviewers accept is reworded."],
    ),
    ("pool: $200,000", "pool: $250,000", ["Planning grant: the pool changes from $200,000 to $250,000."]),
    ("      pool: $200,000\n", "", ["Planning grant: the pool, which was $200,000, is removed."]),
    (
        "{at_least: 1, at_most: 3}",
        "{at_least: 2, at_most: 4}",
        [
            "Planning grant: the least number of awards changes from 1 to 2.",
            "Planning grant: the greatest number of awards changes from 3 to 4.",
        ],
    ),
    (
        "{from: 80, amount",
        "{from: 85, amount",
        [
            (
                "Planning grant: the amounts by score change from $60,000 at 80 or more, $40,000 at 60 or more "
                "to $60,000 at 85 or more, $40,000 at 60 or more."
            )
        ],
    ),
    (
        "enter: {completed: look}",
        "enter: {any: [{completed: look}, invited]}",
        [
            (
                "Planning grant: who may enter changes from schools that completed Look "
                "to schools that completed Look or were invited by name."
            )
        ],
    ),
    (
        "counts: [workshop, school_visit]",
        "counts: [workshop]\n    complete_when: {at_least: 2}",
        [
            "Look: the events that count no longer include school visit.",
            "Look: the number of events that completes it changes from 1 to 2.",
        ],
    ),
    (
        "weight: 3",
        "weight: 2.5",
        ["Rubric “Quality”, criterion “Quality of plan”: the weight changes from 3 to 2.5."],
    ),
    (
        "4: Together",
        "4: Together and with time",
        ["Rubric “Quality”, criterion “Team”: in the levels, 4 changes from Together to Together and with time."],
    ),
    (
        "words: {at_most: 300}",
        "words: {at_most: 400}",
        ["Form “Proposal”, section “Idea”, question “Your vision”: the word limit changes from 300 to 400."],
    ),
    (
        "required: true",
        "required: false",
        [
            (
                "Form “Proposal”, section “Idea”, question “Your vision”: whether an answer is required "
                "changes from yes to no."
            )
        ],
    ),
    (
        "          pilot: {type: yes_no}\n",
        "          pilot: {type: yes_no}\n          why: {type: short_text, title: Why}\n",
        ["Form “Proposal”, section “Idea”: the question “Why” is added."],
    ),
    (
        "pilot: {type: yes_no}",
        "pilot: {type: choice, options: {yes: Yes, no: No}}",
        ["Form “Proposal”, section “Idea”: the question “Pilot” becomes one of another type."],
    ),
    (
        "{share: 50%, due: 30 days after agreement_signed}",
        "{share: 50%, due: 2016-07-15}",
        [
            (
                "Schedule “Halves”: installment 1 changes from 50%, 30 days after the agreement is signed "
                "to 50%, 15 July 2016, once the agreement is signed."
            )
        ],
    ),
    (
        "due: 2017-06-30",
        "due: 60 days after award_released",
        ["Requirement “Report”: when it is due changes from 2017-06-30 to 60 days after award_released."],
    ),
    (
        "we award you {award.amount}.",
        "we are glad to award you {award.amount}, which is paid in two installments.",
        ["Letter “Congratulations”: the body is reworded."],
    ),
    (
        "    letters: {award: congratulations}",
        "    letters: {award: congratulations, decline: congratulations}",
        [],  # a decline letter may not speak of an amount: see below
    ),
    ("title: Harbor grants", "title: Bay grants", ["The program: the title changes from Harbor grants to Bay grants."]),
    (
        "review: {rubric: quality}",
        "review: {rubric: quality, identity: blind, load: {at_most: 8}}",
        [
            "Planning grant: the greatest number of submissions for one reviewer is now 8.",
            "Planning grant: whether reviewers see who applies changes from open to blind.",
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), [case for case in CHANGES if case[2]])
def test_a_change_is_told_in_words(old: str, new: str, expected: list[str]) -> None:
    assert told(SMALL, changed((old, new))) == expected


def test_oakland_raises_its_pool_and_asks_one_director_less() -> None:
    new = changed(
        ("pool: $800,000", "pool: $850,000"),
        ("targets: {1: 40, 2: 75, 3: 100}", "targets: {1: 40, 2: 80, 3: 100}"),
        ("g3_5: 3 to 5,", "g3_5: 3 to 6,"),
        ("owes: [pilot_log, cohort_workshops,", "owes: [cohort_workshops,"),
        text=OAKLAND,
    )
    new = new.replace("approve: {directors: 2, partner_funders: 1}", "approve: {directors: 1, partner_funders: 1}", 1)
    assert told(OAKLAND, new) == [
        "Planning grant: the pool changes from $800,000 to $850,000.",
        (
            "Planning grant: who approves the slate changes from two directors and one partner funder "
            "to one director and one partner funder."
        ),
        "Planning grant: what a grantee owes no longer includes “Pilot log”.",
        (
            "Form “Planning grant application”, section “Our school”, question “Which grades would the design begin "
            "with?”: in the options, “3 to 5” becomes “3 to 6”."
        ),
        "Indicator “Students with a personalized learning plan”: in the targets, 2 changes from 75 to 80.",
    ]


def test_a_new_order_is_a_change() -> None:
    plan = "      plan: {title: Quality of plan, weight: 3, levels: {1: Vague, 4: Thought through}}\n"
    team = "      team: {title: Team, levels: {1: Alone, 4: Together}}\n"
    assert told(SMALL, changed((plan + team, team + plan))) == [
        "Rubric “Quality”: the order of criteria changes to Team and Quality of plan."
    ]


def test_a_removed_stage_takes_nothing_else_with_it() -> None:
    gone = changed(
        ("  look:\n    kind: discovery\n    counts: [workshop, school_visit]\n", ""),
        ("    enter: {completed: look}\n", ""),
    )
    assert told(SMALL, gone) == [
        "The program: the stage “Look” is removed.",
        "Planning grant: who may enter changes from schools that completed Look to any school.",
    ]


def test_the_same_says_nothing() -> None:
    assert told(OAKLAND, OAKLAND) == []
    assert told(SMALL, "# a comment\n" + SMALL) == []


passages = [(old, new) for old, new, _ in CHANGES[:13]]


@settings(max_examples=60)
@given(st.sets(st.sampled_from(passages), max_size=4))
def test_something_is_told_exactly_when_something_changed(some: set[tuple[str, str]]) -> None:
    text = SMALL
    for old, new in some:
        text = text.replace(old, new)
    assert bool(told(SMALL, text)) == (load_definition(text, "new") != load_definition(SMALL, "old"))
    assert len(told(SMALL, text)) == len(told(text, SMALL))
