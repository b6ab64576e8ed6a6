"""What applicants and staff send: the questions of a form as controls, and the small forms around them.

A control's name is the field's key; inside a table, budget, list of people or group it goes on with "-" and the place:
`spending-2-amount`, `finances-revenue-grants-0`, `trials-1-what`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, Self

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from grants.applications.budgets import YEARS
from grants.kernel.money import dollars
from grants.programs.schema import (
    AnyField,
    Choice,
    DateField,
    FileField,
    FiveYearBudget,
    Form,
    Group,
    MoneyField,
    PersonList,
    TableField,
    YesNo,
)
from grants.web.filters import day
from grants.web.forms import (
    CheckboxGroupField,
    FilterForm,
    HouseForm,
    LocalInstantField,
    NeededAtTimes,
    PreviewedForm,
    options,
)

Sent = MultiDict[str, str]
BLANK_ROWS = 3
WithRows = TableField | PersonList | Group


# ── answers: from controls to what was typed, and back ───────────────────────────────────────────────────────────────


def is_sent(field: AnyField, sent: Sent) -> bool:
    """Whether a field's controls were on the page that was sent."""
    return f"version-{field.key}" in sent


def version_sent(field: AnyField, sent: Sent) -> int:
    """The version the writer had before them; 0 when what was sent is no number."""
    text = sent.get(f"version-{field.key}", "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def typed(field: AnyField, sent: Sent, name: str | None = None, dropped: int | None = None) -> Any:
    """What was typed into a field's controls, as text in the field's own shape.

    name      the controls' name, when it is not the field's key (inside a group)
    dropped   the number of a row to leave out
    """
    name = name or field.key
    match field:
        case Choice() if field.several:
            return sent.getlist(name)
        case TableField() if field.rows:
            return [{"row": row, **_cells(name, number, field.columns, sent)} for number, row in enumerate(field.rows)]
        case TableField():
            return [_cells(name, number, field.columns, sent) for number in _rows(name, sent, dropped)]
        case FiveYearBudget():
            return {
                side: {line: [sent.get(f"{name}-{side}-{line}-{year}", "") for year in range(YEARS)] for line in lines}
                for side, lines in field.parts.items()
            }
        case PersonList():
            return [_cells(name, number, field.ask, sent) for number in _rows(name, sent, dropped)]
        case Group():
            inner = {key: one for key, one in field.fields.items() if not isinstance(one, FileField)}
            return [
                {key: typed(one, sent, f"{name}-{number}-{key}") for key, one in inner.items()}
                for number in _rows(name, sent, dropped)
            ]
        case _:
            return sent.get(name, "")


def _cells(name: str, number: int, keys: Iterable[str], sent: Sent) -> dict[str, str]:
    """What was typed in one row."""
    return {key: sent.get(f"{name}-{number}-{key}", "") for key in keys}


def _rows(name: str, sent: Sent, dropped: int | None) -> list[int]:
    """Numbers of the rows that were sent, in order."""
    begins = re.compile(rf"{re.escape(name)}-(\d{{1,3}})-")
    numbers = {int(found[1]) for key in sent if (found := begins.match(key))}
    return sorted(numbers - {dropped})


def as_typed(field: AnyField, answer: Any) -> Any:
    """An answer as text in the field's shape, for its controls; the reverse of reading what was typed."""
    match field:
        case Choice() if field.several:
            return list(answer or [])
        case YesNo():
            return {True: "yes", False: "no"}.get(answer, "")
        case MoneyField():
            return _amount(answer)
        case DateField():
            return _day(answer)
        case TableField():
            return [_row_as_typed(field, row) for row in answer or []]
        case FiveYearBudget():
            answer = answer or {}
            return {
                side: {
                    line: [
                        _text(cell) if side == "pupils" else _amount(cell)
                        for cell in (answer.get(side) or {}).get(line) or [None] * YEARS
                    ]
                    for line in lines
                }
                for side, lines in field.parts.items()
            }
        case PersonList():
            return [{detail: person.get(detail) or "" for detail in field.ask} for person in answer or []]
        case Group():
            return [{key: as_typed(one, item.get(key)) for key, one in field.fields.items()} for item in answer or []]
        case _:
            return _text(answer)


def _row_as_typed(field: TableField, row: Mapping[str, Any]) -> dict[str, str]:
    written: dict[str, Callable[[Any], str]] = {"money": _amount, "date": _day}
    cells = {key: written.get(column.type, _text)(row.get(key)) for key, column in field.columns.items()}
    return {"row": str(row["row"]), **cells} if "row" in row else cells


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(value: str | None) -> str:
    return day(date.fromisoformat(value)) if value else ""


def _amount(cents: int | None) -> str:
    return "" if cents is None else dollars(cents).removeprefix("$")


def rows_to_show(field: WithRows, rows: int, more: bool) -> int:
    """How many rows a page offers: those filled, one to go on with, and some more when asked for."""
    if isinstance(field, TableField):
        if field.rows:
            return len(field.rows)
        least, most = BLANK_ROWS, field.rows_at_most
    else:
        least, most = max(1, field.at_least), field.at_most
    spare = int(more) if isinstance(field, Group) else 1 + BLANK_ROWS * more
    return min(most, max(least, rows + spare))


# ── small forms ──────────────────────────────────────────────────────────────────────────────────────────────────────


class CommentForm(HouseForm):
    """A colleague's or coach's comment on a section, or on one of its questions.

    people   names of those whom it can call with an @
    """

    people: list[str]

    body = TextAreaField("Your comment", [DataRequired("Write the comment.")])
    about = SelectField("About", choices=options({"": "The whole section"}), default="")
    to = CheckboxGroupField("For")

    @classmethod
    def over(cls, questions: Mapping[str, str], people: Mapping[str, str], *, empty: bool = False) -> Self:
        """The form over the titles of a section's questions by their keys, and over names by public ids."""
        form = cls(formdata=None) if empty else cls()
        form.about.choices = options({"": "The whole section", **questions})
        form.to.choices = options(dict(people))
        return form


class AnswerForm(HouseForm):
    """An answer to a comment."""

    body = TextAreaField("Your answer", [DataRequired("Write the answer.")])


class SectionsForm(HouseForm):
    """What a coach reads of a draft."""

    sections = CheckboxGroupField("Sections to read", [DataRequired("Choose at least one section.")])

    @classmethod
    def of(cls, form: Form, prefix: str = "", chosen: Collection[str] = ()) -> Self:
        """The form over the sections of an application's form; these are chosen until something is sent."""
        offered = cls(prefix=prefix, data={"sections": list(chosen)})
        offered.sections.choices = options({key: section.title for key, section in form.sections.items()})
        return offered


class CoachForm(SectionsForm):
    """A mentor to let read sections of a draft, and comment on them."""

    name = StringField("Name", [DataRequired("Write the coach’s name."), Length(max=120)])
    email = EmailField("Email address", [DataRequired("Write their email address."), Length(max=254)])
    partner = StringField("Their organization", [DataRequired("Write where they come from."), Length(max=200)])


class CertifyForm(HouseForm):
    """The signatory's declaration."""

    consent = BooleanField(validators=[InputRequired("Tick the box if you can declare this.")])
    certified_name = StringField("Your full name", [DataRequired("Type your full name.")])


class EligibleForm(HouseForm):
    """Passing an application on to review; the stage says what is checked, and its choices are set for it."""

    checked = CheckboxGroupField("Tick what you have checked", [NeededAtTimes()], choices=[])
    remark = TextAreaField("A remark for the file")


class IneligibleForm(HouseForm):
    """Taking an application out."""

    reason = TextAreaField("Why it is not eligible", [DataRequired("Say why; the applicant reads it.")])


class ReturnForm(HouseForm):
    """Sending sections back for change; the zone of `until` is the cycle's."""

    sections = CheckboxGroupField("Sections to change", [DataRequired("Choose the sections that should be changed.")])
    until = LocalInstantField("Changes are due", [DataRequired("Choose a day and time.")])
    why = TextAreaField(
        "What should be changed, and why",
        [DataRequired("Say what should be changed, and why.")],
        description="The school reads it.",
    )


class ExtensionForm(HouseForm):
    """More time for one applicant."""

    to = LocalInstantField("New deadline", [DataRequired("Choose a day and time.")])
    reason = TextAreaField(
        "Why", [DataRequired("Say why, for the record.")], description="The school reads it, in the mail that tells it."
    )


class CountsAgainForm(HouseForm):
    """Taking back that an eligibility answer was let pass."""

    reason = TextAreaField("Why it counts again", [DataRequired("Say why; it stands on the record.")])


class OverrideForm(HouseForm):
    """Letting an eligibility answer pass."""

    reason = TextAreaField("Why it may go on", [DataRequired("Say why; it stands on the record.")])


class MailingForm(PreviewedForm):
    """A message to many applicants; `key` makes a second press the same message, `count` is what the page showed."""

    key = HiddenField()
    count = HiddenField()
    subject = StringField("Subject", [DataRequired("Write a subject."), Length(max=150)])
    body = TextAreaField("Message", [DataRequired("Write the message.")])


class ReminderForm(HouseForm):
    """The same for the reminder, whose words are the house's own."""

    key = HiddenField()
    count = HiddenField()


class ReadinessFilterForm(FilterForm):
    """What the list of where schools stand is narrowed to."""

    written = SelectField("Schools", choices=options({"": "That have written", "no": "Not written yet"}))
    answer = SelectField("Who answered", validate_choice=False)
    sector = SelectField("Sector", choices=options({"": "All", "district": "District-run", "charter": "Charter"}))
    search = StringField("School")


class ApplicationFilterForm(FilterForm):
    """What the staff's list is narrowed to."""

    search = StringField("School")
    cycle = SelectField("Cycle", validate_choice=False)
    stage = SelectField("Stage", validate_choice=False)
    state = SelectField("State", validate_choice=False)
    sector = SelectField("Sector", choices=options({"": "All", "district": "District-run", "charter": "Charter"}))
    completeness = SelectField(
        "Completeness",
        choices=options({"": "Any", "empty": "Nothing yet", "begun": "Begun", "complete": "Complete"}),
    )
    officer = SelectField("Case officer", validate_choice=False)
    only = HiddenField("Part of the work")
