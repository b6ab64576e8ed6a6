"""Answers as cells of a table: a column for each question, one value in each; for files that spreadsheets read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from grants.applications.completeness import asked_form
from grants.applications.members import TITLE, members_in, named
from grants.applications.reading import Grid, Item, content_answers, read_one
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import AnyField, DateField, MoneyField, Number, YesNo

Place = tuple[str, str]
"""A program's key and a stage's: what asks the same questions in every cycle."""


@dataclass(frozen=True)
class AnswerColumn:
    """One question as a column; of several stages, each names its own.

    asked   None for the column that names a consortium's member organizations
    """

    place: Place
    asked: AnyField | None
    heading: str


def answer_columns(stages: Sequence[CycleStage]) -> list[AnswerColumn]:
    """A column for each question that these stages ask, in the order of their forms; before them, where consortia may
    apply, one for their members.

    stages   with cycle and program version; of two cycles of one program the later one's words stand at the head
    """
    columns: dict[tuple[Place, str], AnswerColumn] = {}
    consortia = any("consortium" in definition_of(stage.cycle).participation.applicants for stage in stages)
    several = len({_place(stage) for stage in stages}) > 1
    for stage in stages:
        definition = definition_of(stage.cycle)
        for asked in asked_form(definition, definition.application_stage(stage.key)).all_fields():
            heading = f"{stage.title}: {asked.title}" if several else asked.title
            columns.setdefault((_place(stage), asked.key), AnswerColumn(_place(stage), asked, heading))
    return [*([AnswerColumn(("", ""), None, TITLE)] if consortia else []), *columns.values()]


def answer_cells(columns: Iterable[AnswerColumn], stage: CycleStage, content: Mapping[str, Any]) -> list[Any]:
    """The cells of one submission under these columns; None where its stage does not ask, or nothing was said.

    content   the submission's
    """
    answers, place = content_answers(content), _place(stage)
    members = "; ".join(named(members_in(content))) or None

    def cell(one: AnswerColumn) -> Any:
        if one.asked is None:
            return members
        return _cell(one.asked, answers.get(one.asked.key)) if one.place == place else None

    return [cell(one) for one in columns]


def _place(stage: CycleStage) -> Place:
    return stage.cycle.program_version.program_key, stage.key


def _cell(asked: AnyField, answer: Any) -> Any:
    if answer is None:
        return None
    match asked:
        case YesNo():
            return answer
        case MoneyField():
            return Decimal(answer) / 100
        case Number():
            return Decimal(answer)
        case DateField():
            return date.fromisoformat(answer)
        case _:
            return _text(read_one(asked, answer))


def _text(item: Item) -> str | None:
    """What one reads, as lines of text."""
    match item.kind:
        case "empty":
            return None
        case "list":
            return "; ".join(item.value)
        case "table":
            return "\n".join(_lines(item.value))
        case "items":
            inside = [(title, inner.title, _text(inner)) for title, items in item.value for inner in items]
            return "\n".join(f"{title}, {asked}: {said}" for title, asked, said in inside if said)
        case "files":
            return "; ".join(file["name"] for file in item.value)
        case _:
            return str(item.value)


def _lines(grid: Grid) -> list[str]:
    """Each row of a table in a line: "By June 2017: Students 100, Share 31"."""
    return [
        f"{row.head}: "
        + ", ".join(f"{heading} {cell}" for heading, cell in zip(grid.headings, row.cells, strict=True) if cell)
        for row in grid.rows
    ]
