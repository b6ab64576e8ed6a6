"""Kinds of conflict are a program's own data: six by default, reworded, left out or added to; checked and read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.programs.differences import differences
from grants.programs.loading import LIBRARY, check, load_definition
from grants.programs.reading import aloud
from grants.programs.schema import STANDARD_CONFLICT_KINDS, Definition
from tests.programs.texts import SMALL, line_of

STANDARD = (
    "works_there", "same_network", "close", "money", "worked_together", "other",
)  # fmt: skip
FOUND_AS = {
    "same_organization": "works_there", "same_email_domain": "works_there", "former_employer": "works_there",
    "works_there": "works_there", "board_member": "works_there", "same_network": "same_network", "family": "close",
    "funder": "money", "coach": "worked_together", "adviser": "worked_together",
    "stated_ties": "other", "declared": "other", "anything": "other",
}  # fmt: skip


def with_kinds(text: str) -> str:
    return f"{SMALL}\nconflict_kinds:\n{text}"


def test_a_program_that_says_nothing_has_the_six_standard_ones() -> None:
    kinds = load_definition(SMALL, "small").conflict_kinds
    assert tuple(kinds) == STANDARD == tuple(STANDARD_CONFLICT_KINDS)
    assert all(one.explain and one.title and one.hint for one in kinds.values())


@pytest.mark.parametrize(("finding", "kind"), FOUND_AS.items())
def test_what_a_rule_finds_is_of_a_kind(finding: str, kind: str) -> None:
    assert load_definition(SMALL, "small").conflict_kind_of(finding) == kind


def test_under_a_standard_key_only_what_differs_is_said_and_others_are_added_or_left_out() -> None:
    text = with_kinds(
        "  close: {hint: Up to cousins.}\n  rival: {title: Competes with them}\n  money: {explain: no}\n  other: {}\n"
    )
    definition = load_definition(text, "small")
    assert {key: (one.title, one.hint, one.explain) for key, one in definition.conflict_kinds.items()} == {
        "close": ("Family or close personal tie", "Up to cousins.", True),
        "rival": ("Competes with them", "", True),
        "money": ("Money", STANDARD_CONFLICT_KINDS["money"]["hint"], False),
        "other": ("Something else", STANDARD_CONFLICT_KINDS["other"]["hint"], True),
    }
    # What a rule finds and no kind names is of the last one.
    assert [definition.conflict_kind_of(one) for one in ("family", "funder", "same_organization")] == [
        "close", "money", "other",
    ]  # fmt: skip


def test_a_list_of_keys_takes_them_as_they_are() -> None:
    definition = load_definition(with_kinds("  [money, other]\n"), "small")
    assert [(key, one.title) for key, one in definition.conflict_kinds.items()] == [
        ("money", "Money"),
        ("other", "Something else"),
    ]


@given(st.lists(st.sampled_from(STANDARD), min_size=1, unique=True), st.sampled_from(sorted(FOUND_AS)))
def test_whatever_is_kept_a_finding_is_of_one_of_them_and_the_frozen_file_says_the_same(
    keys: list[str], finding: str
) -> None:
    definition = load_definition(with_kinds(f"  [{', '.join(keys)}]\n"), "small")
    assert tuple(definition.conflict_kinds) == tuple(keys)
    named = finding in STANDARD_CONFLICT_KINDS[FOUND_AS[finding]].get("found_by", ())
    assert definition.conflict_kind_of(finding) == (
        FOUND_AS[finding] if named and FOUND_AS[finding] in keys else keys[-1]
    )
    again = Definition.model_validate(json.loads(json.dumps(definition.frozen())))
    assert again.conflict_kinds == definition.conflict_kinds


WRONG = [
    ("  {}\n", "conflict_kinds:", "conflict_kinds", "at least 1"),
    (
        "  money: {}\n  paid: {found_by: [funder]}\n",
        "paid: {",
        "conflict_kinds.paid.found_by",
        "“funder” is of the kind “money” already: say found_by there",
    ),
    (
        "  money: {}\n  cash: {title: money}\n",
        "cash: {",
        "conflict_kinds.cash.title",
        "“money” is what “money” is called too",
    ),
    (
        "  money: {found_by: [funder, funder]}\n",
        "money: {",
        "conflict_kinds.money.found_by.2",
        "“funder” is in this list twice",
    ),
    ("  money: {explains: no}\n", "explains", "conflict_kinds.money.explains", "did you mean “explain”?"),
    ("  money: {found_by: [rumour]}\n", "rumour", "conflict_kinds.money.found_by.1", "rumour"),
]


@pytest.mark.parametrize(("text", "at", "path", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_line(text: str, at: str, path: str, said: str) -> None:
    source = with_kinds(text)
    found = [(one.line, one.where, one.sentence) for one in check(source, "small").errors]
    assert [one for one in found if one[1] == path and said in one[2]], found
    assert {line for line, where, _ in found if where == path} == {line_of(at, source)}


def test_a_rule_whose_findings_no_kind_names_is_noticed() -> None:
    text, last = with_kinds("  [close, other]\n"), "“Something else”"
    said = [one.sentence for one in check(text, "small").findings if "found_by" in one.sentence]
    assert said == [
        f"no kind is found_by {rule}: what this rule finds counts as {last}"
        for rule in ("same_organization", "same_email_domain", "former_employer")
    ] + ["no kind is found_by works_there, board_member, adviser, funder: such a tie in a profile counts as " + last]
    assert [one for one in check(SMALL, "small").findings if "found_by" in one.sentence] == []


def test_they_are_read_aloud_and_a_change_is_told() -> None:
    old = load_definition(SMALL, "small")
    new = load_definition(with_kinds("  money: {title: Money or gifts, explain: no}\n  other: {}\n"), "small")
    said = dict(aloud(new.application_stages[0], new))["Conflicts"]
    assert said.endswith("Ties are of two kinds: money or gifts; something else.")
    told = [str(one) for one in differences(old, new)]
    assert "The program: the kind of conflict “Works or worked there” is removed." in told
    assert "Kind of conflict “Money”: the title changes from Money to Money or gifts." in told
    said = "whether people say in their own words what the tie is changes from yes to no."
    assert f"Kind of conflict “Money”: {said}" in told


def test_the_published_schema_knows_them() -> None:
    schema = json.loads((LIBRARY / "program.schema.json").read_text(encoding="utf-8"))
    assert "conflict_kinds" in schema["properties"]
    assert set(schema["$defs"]["ConflictKind"]["properties"]) == {"title", "hint", "explain", "found_by"}
