"""Answers as one reads them: sections of questions with what was said, every figure written out.

Used for submissions on the page and beside the scorecard, for sections one may read and not write, and for the check
page. What a page draws of it is in `applications/_reading.html`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from grants.applications.budgets import Five, totals
from grants.applications.completeness import shown_fields
from grants.applications.content import texts_in
from grants.kernel.money import dollars
from grants.programs.phrases import day
from grants.programs.schema import (
    AnyField,
    Choice,
    Column,
    DateField,
    FileField,
    FiveYearBudget,
    Form,
    Group,
    LongText,
    MoneyField,
    Number,
    PersonList,
    TableField,
    YesNo,
    evaluate,
)

Kind = Literal["empty", "line", "prose", "list", "date", "table", "items", "files", "typed"]
FileUrl = Callable[[str], str]


@dataclass(frozen=True)
class Row:
    """One row of a table: what stands at its head, and its cells as text; `strong` for a sum."""

    head: str
    cells: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as it is read: headings of the cells, which of them hold figures, and rows."""

    corner: str
    headings: tuple[str, ...]
    figures: tuple[bool, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Item:
    """One question and what was said.

    value   text (line, prose), a list of texts, a date, a Grid, a list of (title, items), or a list of files;
            for what cannot be read yet (typed) a list of (place in words, text)
    remark  what the foundation said of it
    """

    key: str
    title: str
    kind: Kind
    value: Any = None
    remark: str = ""


@dataclass(frozen=True)
class Part:
    """One section as it is read."""

    key: str
    title: str
    judged_by: tuple[str, ...]
    items: tuple[Item, ...] = field(default=())


def read(
    form: Form,
    answers: Mapping[str, Any],
    *,
    typed: Mapping[str, Any] | None = None,
    file_url: FileUrl | None = None,
    blind: bool = False,
) -> tuple[Part, ...]:
    """A form's answers as one reads them; questions that do not show are left out.

    answers    field key -> answer in its kept shape; a file field's the list of its files
    typed      field key -> what stands there only as it was typed
    file_url   gives the address of a file by its public id; without it files are named and not linked
    blind      without what says who applies: fields marked so are left out, and files are numbered instead of named
    """
    shown = shown_fields(form, answers)
    reader, typed = _Reader(file_url, blind), typed or {}
    return tuple(
        Part(
            section.key,
            section.title,
            section.judged_by,
            tuple(
                reader.item(one, answers.get(key), typed.get(key))
                for key, one in section.fields.items()
                if key in shown and not (blind and one.hidden_when_blind)
            ),
        )
        for section in form.sections.values()
    )


def read_one(asked: AnyField, answer: Any, typed: Any = None, *, blind: bool = False) -> Item:
    """One answer as one reads it, or what was typed where it cannot be read; files are named and not linked."""
    return _Reader(None, blind).item(asked, answer, typed)


def content_answers(content: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in a submission's content, files among them, by field key."""
    answers = dict(content["answers"])
    for file in content["files"]:
        answers.setdefault(file["field"], []).append(file)
    return answers


@dataclass(frozen=True)
class _Reader:
    file_url: FileUrl | None
    blind: bool

    def item(self, asked: AnyField, answer: Any, typed: Any = None) -> Item:
        if typed is not None:
            return Item(asked.key, asked.title, "typed", texts_in(asked, typed))
        if answer is None or answer == []:
            return Item(asked.key, asked.title, "empty")
        kind, value = self._said(asked, answer)
        return Item(asked.key, asked.title, kind, value)

    def _said(self, asked: AnyField, answer: Any) -> tuple[Kind, Any]:  # noqa: C901, PLR0912 - one line for each type of field
        match asked:
            case LongText():
                return "prose", answer
            case Choice() if asked.several:
                return "list", [asked.options.get(option, option) for option in answer]
            case Choice():
                return "line", asked.options.get(answer, answer)
            case YesNo():
                return "line", "Yes" if answer else "No"
            case Number():
                return "line", f"{number(answer)} {asked.unit}".strip()
            case MoneyField():
                return "line", dollars(answer)
            case DateField():
                return "date", date.fromisoformat(answer)
            case TableField():
                return "table", _table(asked, answer)
            case FiveYearBudget():
                return "table", _budget(asked, answer)
            case PersonList():
                return "table", _people(asked, answer)
            case Group():
                return "items", self._group(asked, answer)
            case FileField():
                return "files", self._files(answer)
            case _:
                return "line", answer

    def _group(self, asked: Group, answer: Iterable[Mapping[str, Any]]) -> list[tuple[str, tuple[Item, ...]]]:
        return [
            (
                f"{asked.item_title} {place}",
                tuple(
                    self.item(inner, item.get(key))
                    for key, inner in asked.fields.items()
                    if not (self.blind and inner.hidden_when_blind)
                    and (inner.show_if is None or evaluate(inner.show_if, item))
                ),
            )
            for place, item in enumerate(answer, start=1)
        ]

    def _files(self, answer: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "name": f"Attachment {place}" if self.blind else file["name"],
                "size": file["size"],
                "sha256": None if self.blind else file.get("sha256"),
                "url": self.file_url(file["file"]) if self.file_url else None,
            }
            for place, file in enumerate(answer, start=1)
        ]


def number(value: int | str | None) -> str:
    """A kept number with thousands set off: 1,250.5; nothing for none."""
    if value is None:
        return ""
    whole, _, part = str(value).partition(".")
    return f"{int(whole):,}" + (f".{part}" if part else "")


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.type == "money":
        return dollars(value)
    if column.type == "date":
        return day(date.fromisoformat(value))
    return number(value) if column.type == "number" else str(value)


def _table(asked: TableField, answer: list[dict[str, Any]]) -> Grid:
    columns = list(asked.columns.values())
    named = bool(asked.rows)
    cells = columns if named else columns[1:]
    rows = []
    for answered in answer:
        texts = tuple(_cell(column, answered.get(column.key)) for column in columns)
        if named:
            rows.append(Row(asked.rows.get(answered["row"], answered["row"]), texts))
        else:
            rows.append(Row(texts[0], texts[1:]))
    if any(column.total for column in cells):
        rows.append(Row("Total", tuple(_total(column, answer) for column in cells), strong=True))
    return Grid(
        "" if named else columns[0].title,
        tuple(column.title for column in cells),
        tuple(column.type in {"number", "money"} for column in cells),
        tuple(rows),
    )


def _total(column: Column, answer: list[dict[str, Any]]) -> str:
    if not column.total:
        return ""
    values = [row.get(column.key) for row in answer]
    if column.type == "money":
        return dollars(sum(value or 0 for value in values))
    return number(format(sum((Decimal(value or 0) for value in values), Decimal(0)), "f"))


def _budget(asked: FiveYearBudget, answer: Mapping[str, Any]) -> Grid:
    sums = totals(asked, answer)
    rows: list[Row] = []
    if asked.pupils:
        counts = (answer.get("pupils") or {}).get("enrolled") or [None] * 5
        rows.append(Row("Pupils enrolled", tuple("" if count is None else number(count) for count in counts)))
    for side, lines, total in (("revenue", asked.revenue, sums.revenue), ("expense", asked.expense, sums.expense)):
        for key, line in lines.items():
            years = (answer.get(side) or {}).get(key) or [None] * 5
            rows.append(Row(line.title, tuple("" if cents is None else dollars(cents) for cents in years)))
        rows.append(_sum(f"Total {side}", total))
    rows.append(_sum("Left over, or missing", sums.gap))
    if asked.pupils:
        rows += [
            Row(title, tuple("" if cents is None else dollars(cents) for cents in years))
            for title, years in sums.per_pupil.items()
        ]
    return Grid("", asked.years, (True,) * 5, tuple(rows))


def _sum(title: str, years: Five) -> Row:
    return Row(title, tuple(dollars(cents) for cents in years), strong=True)


def _people(asked: PersonList, answer: list[dict[str, Any]]) -> Grid:
    first, *others = asked.ask
    return Grid(
        first.capitalize(),
        tuple(detail.capitalize() for detail in others),
        (False,) * len(others),
        tuple(Row(one.get(first) or "", tuple(one.get(detail) or "" for detail in others)) for one in answer),
    )
