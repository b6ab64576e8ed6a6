"""Which questions show, what is wrong with an answer, and what still stands between a draft and its submission."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grants.kernel.money import dollars
from grants.kernel.wording import count_words
from grants.programs.schema import (
    AnyField,
    ApplicationStage,
    Definition,
    EligibilityQuestion,
    FiveYearBudget,
    Form,
    Group,
    LongText,
    MoneyField,
    Number,
    PersonList,
    Section,
    ShortText,
    TableField,
    YesNo,
    evaluate,
)

ELIGIBILITY = "before_you_start"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

Answers = Mapping[str, Any]
"""Field key -> answer in its kept shape; for a file field the list of its files. A missing one is not answered."""


@dataclass(frozen=True)
class Gap:
    """One thing that stands in the way of submitting: where it is, and a sentence.

    section   of the form; members.CONSORTIUM for what the member organizations of a consortium lack
    """

    section: str
    field: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Standing:
    """How far a draft is: required questions that show, how many of them hold, and every gap. Of a consortium, who is
    in it counts as one of them."""

    asked: int
    answered: int
    gaps: tuple[Gap, ...]


def asked_form(definition: Definition, stage: ApplicationStage) -> Form:
    """The form of a stage as applicants meet it: its eligibility questions first, then its own sections."""
    form = definition.form(stage.form)
    if not stage.eligibility:
        return form
    fields: dict[str, Any] = {
        eligibility_key(question): YesNo(type="yes_no", title=question.question, required=True)
        for question in stage.eligibility
    }
    first = Section(
        title="Before you start", help="Answer these first: they say whether you can apply.", fields=fields
    ).under(ELIGIBILITY)
    return form.model_copy(update={"sections": {ELIGIBILITY: first, **form.sections}})


def part_of(form: Form, answers: Answers, sections: Collection[str]) -> Form:
    """The named sections of a form with the questions that show in them, whatever else they hang on."""
    shown = shown_fields(form, answers)
    return form.model_copy(
        update={
            "sections": {
                key: section.model_copy(
                    update={
                        "fields": {
                            one: field.model_copy(update={"show_if": None})
                            for one, field in section.fields.items()
                            if one in shown
                        }
                    }
                )
                for key, section in form.sections.items()
                if key in sections
            }
        }
    )


def eligibility_key(question: EligibilityQuestion) -> str:
    """The field key under which the answer to an eligibility question is kept."""
    return f"eligibility_{question.key}"


def shown_fields(form: Form, answers: Answers) -> dict[str, AnyField]:
    """The questions that show for these answers, by key. The answer of a hidden question shows nothing."""
    fields = {field.key: field for field in form.all_fields()}
    shown = fields
    for _ in fields:  # one condition may rest on another's question; conditions that chase each other end here
        seen = {key: answers.get(key) for key in shown}
        after = {key: field for key, field in fields.items() if field.show_if is None or evaluate(field.show_if, seen)}
        if after.keys() == shown.keys():
            break
        shown = after
    return shown


def standing(
    form: Form,
    answers: Answers,
    eligibility: Sequence[EligibilityQuestion] = (),
    unreadable: Mapping[str, Mapping[str, str]] | None = None,
    members: Sequence[Gap] | None = None,
) -> Standing:
    """How far a draft is.

    eligibility   the stage's questions, whose wrong answer says why the applicant cannot go on
    unreadable    field key -> place -> why what stands there cannot be read
    members       what a consortium is short of; None for any other applicant
    """
    typed = unreadable or {}
    must_be = {eligibility_key(question): question for question in eligibility}
    shown = shown_fields(form, answers)
    gaps: list[Gap] = []
    for section in form.sections.values():
        for field in section.fields.values():
            if field.key not in shown:
                continue
            faults = [*typed.get(field.key, {}).values()] or list(faults_of(field, answers.get(field.key)))
            question = must_be.get(field.key)
            if question and answers.get(field.key) is (not question.must_be):
                faults.append(question.sentence)
            gaps += [Gap(section.key, field.key, field.title, fault) for fault in faults]
    required = {key for key, field in shown.items() if field.required}
    holding = required - {gap.field for gap in gaps}
    one_more = members is not None
    return Standing(len(required) + one_more, len(holding) + (one_more and not members), (*(members or ()), *gaps))


def faults_of(field: AnyField, answer: Any) -> Iterator[str]:
    """What is wrong with an answer, in sentences; nothing when it may be submitted as it is."""
    if answer is None or answer == []:
        if field.required:
            yield "Not answered yet."
        return
    match field:
        case LongText():
            yield from _word_faults(field, answer)
        case ShortText() if len(answer) > field.at_most_characters:
            yield f"{len(answer):,} characters; at most {field.at_most_characters:,}."
        case Number() | MoneyField():
            yield from _range_faults(field, answer)
        case TableField():
            yield from _table_faults(field, answer)
        case FiveYearBudget():
            yield from _budget_faults(field, answer)
        case PersonList():
            yield from _people_faults(field, answer)
        case Group():
            yield from _group_faults(field, answer)
        case _:
            return


def _word_faults(field: LongText, answer: str) -> Iterator[str]:
    count = count_words(answer)
    if field.words.at_most is not None and count > field.words.at_most:
        yield f"{count:,} words; at most {field.words.at_most:,}."
    if count < field.words.at_least:
        yield f"{count:,} words; at least {field.words.at_least:,}."


def _range_faults(field: Number | MoneyField, answer: int | str) -> Iterator[str]:
    def said(limit: Decimal | int) -> str:
        return dollars(int(limit)) if isinstance(field, MoneyField) else f"{limit:,f}" if limit % 1 else f"{limit:,.0f}"

    value = Decimal(answer)
    if field.min is not None and value < field.min:
        yield f"This must be at least {said(field.min)}."
    if field.max is not None and value > field.max:
        yield f"This must be at most {said(field.max)}."


def _table_faults(field: TableField, rows: list[dict[str, Any]]) -> Iterator[str]:
    """A required table with named rows has every cell filled; rows the applicant adds are theirs to fill."""
    if field.required and field.rows:
        empty = sum(row.get(column) is None for row in rows for column in field.columns)
        if empty:
            yield "One cell is empty." if empty == 1 else f"{empty} cells are empty."


def _budget_faults(field: FiveYearBudget, answer: dict[str, dict[str, list[int | None]]]) -> Iterator[str]:
    if field.required:
        rows = [answer.get(part, {}).get(key, []) for part, lines in field.parts.items() for key in lines]
        empty = sum(5 - sum(cents is not None for cents in row) for row in rows)
        if empty:
            cells = "One cell is empty." if empty == 1 else f"{empty} cells are empty."
            yield f"{cells} Write 0 where there is nothing."


def _people_faults(field: PersonList, people: list[dict[str, Any]]) -> Iterator[str]:
    if len(people) < field.at_least:
        yield f"{len(people)} named; at least {field.at_least}."
    for number, one in enumerate(people, start=1):
        if "name" in field.ask and one.get("name") is None:
            yield f"Person {number} has no name."
        if one.get("email") is not None and not _EMAIL.fullmatch(one["email"]):
            yield f"“{one['email']}” is not an email address."


def _group_faults(field: Group, items: list[dict[str, Any]]) -> Iterator[str]:
    if len(items) < field.at_least:
        yield f"{len(items)} given; at least {field.at_least}."
    for number, item in enumerate(items, start=1):
        for key, inner in field.fields.items():
            if inner.show_if is not None and not evaluate(inner.show_if, item):
                continue
            for fault in faults_of(inner, item.get(key)):
                yield f"{field.item_title} {number}, {inner.title}: {fault}"
