"""What somebody wrote in a field, as it is kept: the answer that it makes, or what was typed, which is never lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grants.applications.answers import Unreadable, normalise
from grants.applications.values import storable
from grants.kernel.canonical import plain, sha256_of
from grants.programs.schema import AnyField, FiveYearBudget, Group, PersonList, TableField


@dataclass(frozen=True)
class Content:
    """What somebody wrote: the answer it makes, or, where it cannot be read, what was typed, and why not."""

    value: Any = None
    typed: Any = None
    why: Unreadable | None = field(default=None, compare=False)


def content_of(asked: AnyField, typed: Any) -> Content:
    """What was typed as it is kept: nothing of it is ever lost."""
    try:
        return Content(normalise(asked, typed))
    except Unreadable as why:
        return Content(typed=_storable(typed), why=why)


def mark_of(answer: Any) -> int:
    """A number that says which answer a writer had before them: 0 for none, else the same for the same answer alone."""
    return 0 if answer is None else 1 + int(sha256_of(plain(answer))[:7], 16)


def _storable(typed: Any) -> Any:
    """The same without the characters that no database keeps."""
    if isinstance(typed, str):
        return storable(typed)
    if isinstance(typed, Mapping):
        return {key: _storable(one) for key, one in typed.items()}
    return [_storable(one) for one in typed] if isinstance(typed, list | tuple) else typed


def why_unreadable(asked: AnyField, typed: Any) -> dict[str, str]:
    """Place -> sentence on why what was typed cannot be read, each saying where it is."""
    why = content_of(asked, typed).why or Unreadable({"": "Save this answer once more."})
    return {
        place: f"{where}: {said}" if (where := place_in_words(asked, place)) else said
        for place, said in why.faults.items()
    }


def texts_in(asked: AnyField, typed: Any) -> list[tuple[str, str]]:
    """Every text of what was typed, with where it stands in words."""
    return [(place_in_words(asked, place), text) for place, text in _leaves(typed)]


def _leaves(typed: Any, place: str = "") -> Iterator[tuple[str, str]]:
    parts = typed.items() if isinstance(typed, Mapping) else enumerate(typed) if isinstance(typed, list) else None
    if parts is None:
        yield from [(place, str(typed))] if typed not in ("", None) else []
        return
    for key, part in parts:
        if key != "row":
            yield from _leaves(part, f"{place}.{key}".removeprefix("."))


def place_in_words(field: AnyField, place: str) -> str:
    """Where in a field's rows a fault is, for people: "Row 2, Amount", "Grants, Year 1"; nothing for the field itself.

    place   as in Unreadable.faults
    """
    parts = place.split(".")
    match field:
        case FiveYearBudget() if len(parts) == 3:
            side, line, year = parts
            return f"{field.parts[side][line].title}, {field.years[int(year)]}"
        case TableField() if len(parts) == 2:
            row = list(field.rows.values())[int(parts[0])] if field.rows else f"Row {int(parts[0]) + 1}"
            return f"{row}, {field.columns[parts[1]].title}"
        case PersonList() if len(parts) == 2:
            return f"Person {int(parts[0]) + 1}, {parts[1]}"
        case Group() if len(parts) > 1:
            inner = field.fields[parts[1]]
            within = place_in_words(inner, ".".join(parts[2:]))
            return ", ".join(filter(None, (f"{field.item_title} {int(parts[0]) + 1}", inner.title, within)))
        case _:
            return ""
