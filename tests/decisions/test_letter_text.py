import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.decisions.letter_text import LetterFault, Paragraph, TableBlock, fill, letter_parts, placeholders

FACTS = {"recipient.name": "Ms. Lee", "organization.name": "Tern School", "award.amount": "$60,000"}


def test_facts_take_the_place_of_their_names() -> None:
    assert fill("{ organization.name } gets {award.amount}.", FACTS) == "Tern School gets $60,000."


def test_placeholders_are_listed_once_each() -> None:
    text = "{recipient.name} {recipient.name}\n{table.installments} {{organization.name}}"
    assert placeholders(text) == {"recipient.name", "table.installments"}


def test_every_unknown_placeholder_is_named_with_the_nearest_known() -> None:
    with pytest.raises(LetterFault) as fault:
        fill("{award.amont} to {x}", FACTS)
    assert str(fault.value) == "There is no fact for {award.amont} (is it {award.amount}?), {x}."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fine\nan { open brace", "Line 2: a brace stands alone. Write {{ or }} for a brace itself."),
        ("closed } only", "Line 1: a brace stands alone. Write {{ or }} for a brace itself."),
        ("{}", "Line 1: “{}” is not a placeholder, such as {organization.name}."),
        ("{award.amount!r}", "Line 1: “{award.amount!r}” is not a placeholder, such as {organization.name}."),
        ("{award.amount:>9}", "Line 1: “{award.amount:>9}” is not a placeholder, such as {organization.name}."),
        ("{award['amount']}", "Line 1: “{award['amount']}” is not a placeholder, such as {organization.name}."),
        ("{__class__}", "Line 1: “{__class__}” is not a placeholder, such as {organization.name}."),
        ("{award..amount}", "Line 1: “{award..amount}” is not a placeholder, such as {organization.name}."),
    ],
)
def test_anything_but_a_name_is_refused(text: str, sentence: str) -> None:
    for rule in (lambda: fill(text, FACTS), lambda: letter_parts(text, FACTS), lambda: placeholders(text)):
        with pytest.raises(LetterFault, match=f"^{re.escape(sentence)}$"):
            rule()


def test_a_name_reaches_no_further_than_the_facts() -> None:
    with pytest.raises(LetterFault, match="no fact for"):
        fill("{organization.name.upper}", FACTS)


def test_doubled_braces_are_braces() -> None:
    assert fill("{{organization.name}} is {{{organization.name}}}", FACTS) == "{organization.name} is {Tern School}"


def test_a_fact_is_never_read_as_text() -> None:
    assert fill("{name}", {"name": "{award.amount} }{", "award.amount": "$1"}) == "{award.amount} }{"
    block = letter_parts("{name}", {"name": "a\n\n{table.installments}"})
    assert block == (Paragraph("a\n\n{table.installments}"),)


def test_paragraphs_and_tables_come_in_the_order_of_the_text() -> None:
    body = """
        Dear {recipient.name},

        {organization.name} is awarded {award.amount}.
        It is paid so:
        {table.installments}
        \t
        {table.requirements}

        Yours,
    """
    assert letter_parts(body, FACTS) == (
        Paragraph("Dear Ms. Lee,"),
        Paragraph("Tern School is awarded $60,000.\nIt is paid so:"),
        TableBlock("table.installments"),
        TableBlock("table.requirements"),
        Paragraph("Yours,"),
    )


def test_a_table_inside_a_sentence_is_refused() -> None:
    sentence = "{table.installments} has to stand on a line of its own in the letter’s body."
    for rule in (fill, letter_parts):
        with pytest.raises(LetterFault, match=f"^{re.escape(sentence)}$"):
            rule("Paid by {table.installments}.", FACTS)


def test_an_empty_text_has_no_parts() -> None:
    assert letter_parts(" \n\n", {}) == ()


@given(st.text())
def test_escaped_text_comes_out_as_it_went_in(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert fill(escaped, {}) == text
    assert placeholders(escaped) == set()


@given(st.text(alphabet="ab.{} \n", max_size=30))
def test_a_text_is_filled_or_refused_never_half_filled(text: str) -> None:
    try:
        filled = fill(text, {"a": "1", "b": "2", "a.b": "3"})
    except LetterFault:
        return
    assert filled.count("{") == text.count("{{")
    assert filled.count("}") == text.count("}}")
