"""From what was typed to an answer: one shape for each type of field, or a sentence on why it cannot be read.

What breaks a rule is an answer all the same: a text over its limit, a number out of range. Those are gaps that
`completeness` names. What has no meaning at all (a date that is none) is no answer; `content` keeps it as it was typed.

The shapes are those of `grants.programs.schema.fields`; a value that has its shape already is returned as it is. None
stands for "not answered".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from grants.applications.budgets import YEARS
from grants.applications.values import read_date, read_money, read_number, read_text
from grants.programs.schema import (
    AnyField,
    Choice,
    DateField,
    FileField,
    FiveYearBudget,
    Group,
    MoneyField,
    Number,
    PersonList,
    TableField,
    YesNo,
)


class Unreadable(ValueError):
    """What was typed cannot be an answer.

    faults   place -> sentence. The place is "" for the field itself, or leads to a cell: "2.amount", "revenue.grants.0"
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


def normalise(field: AnyField, typed: Any) -> Any:
    """The answer in the shape it is kept in; None when nothing was answered.

    typed    text as it was typed, or lists and dicts of such text in the field's shape, or an answer in its shape
    raises   Unreadable
    """
    try:
        return _normal(field, typed)
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable({"": str(error)}) from None


def _normal(field: AnyField, typed: Any) -> Any:  # noqa: C901 - one line for each type of field
    match field:
        case Number():
            return read_number(typed, field.decimals)
        case MoneyField():
            return read_money(typed)
        case DateField():
            return read_date(typed)
        case YesNo():
            return _yes_no(typed)
        case Choice():
            return _choice(field, typed)
        case TableField():
            return _table(field, typed)
        case FiveYearBudget():
            return _budget(field, typed)
        case PersonList():
            return _people(field, typed)
        case Group():
            return _group(field, typed)
        case FileField():
            raise ValueError("A file is attached, not typed.")
        case _:
            return read_text(typed)


def _yes_no(typed: Any) -> bool | None:
    if isinstance(typed, bool) or typed is None:
        return typed
    answers: dict[str, bool | None] = {"yes": True, "no": False, "": None}
    if not isinstance(typed, str) or typed not in answers:
        raise Unreadable({"": "Choose yes or no."})
    return answers[typed]


def _choice(field: Choice, typed: Any) -> str | list[str] | None:
    chosen = [option for option in (typed if isinstance(typed, list | tuple) else [typed]) if option not in ("", None)]
    if not all(isinstance(option, str) and option in field.options for option in chosen):
        raise ValueError("Choose one of the options." if not field.several else "Choose among the options.")
    if field.several:
        return [option for option in field.options if option in chosen] or None
    if len(chosen) > 1:
        raise ValueError("Choose one option only.")
    return chosen[0] if chosen else None


# ── rows and cells ───────────────────────────────────────────────────────────────────────────────────────────────────

Reader = Callable[[Any], Any]


def _cells(typed: Any, readers: Mapping[str, Reader], place: str) -> tuple[dict[str, Any], dict[str, str]]:
    """One row read cell by cell: the values (None where a cell is empty), and faults by place."""
    if not isinstance(typed, Mapping) or not set(typed) <= set(readers):
        raise ValueError("This does not have the rows and columns that were asked for.")
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for key, read in readers.items():
        try:
            values[key] = read(typed.get(key))
        except Unreadable as wrong:
            faults |= {".".join(filter(None, (place, key, inner))): said for inner, said in wrong.faults.items()}
        except ValueError as wrong:
            faults[f"{place}.{key}"] = str(wrong)
    return values, faults


def _rows(typed: Any, readers: Mapping[str, Reader], most: int) -> list[dict[str, Any]] | None:
    """Rows read cell by cell, empty ones left out."""
    if typed is None:
        return None
    if not isinstance(typed, Sequence) or isinstance(typed, str):
        raise Unreadable({"": "This is not a list of rows."})
    rows: list[dict[str, Any]] = []
    faults: dict[str, str] = {}
    for number, row in enumerate(typed):
        values, wrong = _cells(row, readers, str(number))
        faults |= wrong
        if any(value is not None for value in values.values()):
            rows.append(values)
    if faults:
        raise Unreadable(faults)
    if len(rows) > most:
        raise ValueError(f"Write at most {most} rows.")
    return rows or None


_COLUMN_READERS: Final[dict[str, Reader]] = {
    "text": read_text,
    "number": read_number,
    "money": read_money,
    "date": read_date,
}


def _table(field: TableField, typed: Any) -> list[dict[str, Any]] | None:
    readers: dict[str, Reader] = {key: _COLUMN_READERS[column.type] for key, column in field.columns.items()}
    if not field.rows:
        return _rows(typed, readers, field.rows_at_most)
    given = _named_rows(field, typed)
    faults: dict[str, str] = {}
    rows = []
    for number, key in enumerate(field.rows):
        values, wrong = _cells(given.get(key, {}), readers, str(number))
        faults |= wrong
        rows.append({"row": key, **values})
    if faults:
        raise Unreadable(faults)
    return rows if any(value is not None for row in rows for key, value in row.items() if key != "row") else None


def _named_rows(field: TableField, typed: Any) -> dict[str, dict[str, Any]]:
    rows = list(_mappings(typed))
    if any(str(row.get("row")) not in field.rows for row in rows):
        raise ValueError("This does not have the rows that were asked for.")
    return {str(row["row"]): {key: value for key, value in row.items() if key != "row"} for row in rows}


def _mappings(typed: Any) -> Iterable[Mapping[str, Any]]:
    if typed is None:
        return ()
    if not isinstance(typed, Sequence) or not all(isinstance(row, Mapping) for row in typed):
        raise ValueError("This is not a list of rows.")
    return typed


def _budget(field: FiveYearBudget, typed: Any) -> dict[str, dict[str, list[int | None]]] | None:
    if typed is None:
        return None
    if not isinstance(typed, Mapping) or not set(typed) <= set(field.parts):
        raise ValueError("A budget has revenue and expense.")
    answer: dict[str, dict[str, list[int | None]]] = {}
    faults: dict[str, str] = {}
    for part, lines in field.parts.items():
        years: Reader = partial(_five, _pupils if part == "pupils" else read_money)
        answer[part], wrong = _cells(typed.get(part) or {}, dict.fromkeys(lines, years), part)
        faults |= wrong
    if faults:
        raise Unreadable(faults)
    given = any(cents is not None for lines in answer.values() for row in lines.values() for cents in row)
    return answer if given else None


def _pupils(typed: Any) -> int | None:
    count = read_number(typed, decimals=0)
    if count is not None and int(count) < 0:
        raise ValueError("There cannot be fewer than no pupils.")
    return None if count is None else int(count)


def _five(read: Reader, typed: Any) -> list[int | None]:
    cells = [None] * YEARS if typed is None else typed
    if not isinstance(cells, list | tuple) or len(cells) != YEARS:
        raise ValueError("A line of the budget has five years.")
    values, faults = _cells(
        {str(year): cell for year, cell in enumerate(cells)}, {str(year): read for year in range(YEARS)}, ""
    )
    if faults:
        raise Unreadable({place.removeprefix("."): sentence for place, sentence in faults.items()})
    return list(values.values())


def _people(field: PersonList, typed: Any) -> list[dict[str, Any]] | None:
    return _rows(typed, dict.fromkeys(field.ask, read_text), field.at_most)


def _group(field: Group, typed: Any) -> list[dict[str, Any]] | None:
    readers: dict[str, Reader] = {
        key: lambda value, inner=inner: normalise(inner, value)  # type: ignore[misc]
        for key, inner in field.fields.items()
        if not isinstance(inner, FileField)
    }
    return _rows(typed, readers, field.at_most)
