"""What changed between two texts, two answers, two versions of a form filled in.

Texts are compared word by word with the standard library's SequenceMatcher (Ratcliff and Obershelp, 1988).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal

from grants.applications.reading import Grid, Item, Part, Row

Kind = Literal["same", "gone", "new"]
# Beyond so many words against so many others the comparison takes seconds: longer texts are compared by lines.
MOST_PAIRS = 4_000_000
# Words in a row that have to be the same between two changes; fewer are read as part of what was written anew.
FEWEST_KEPT = 3


@dataclass(frozen=True)
class Change:
    """A run of text that is the same in both, or stands in one alone."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class RowChange:
    """One row of a table: its head and each cell as changes; `kind` says whether it stands in both versions."""

    kind: Kind
    head: str
    cells: tuple[tuple[Change, ...], ...]
    strong: bool = False


@dataclass(frozen=True)
class Difference:
    """One question in two versions.

    kind    same; words (value: changes); list (value: changes, one for each entry); table (value: rows, with the
            table's Grid in `after`); items (value: (title, differences) of each); whole: it can only be shown twice
    """

    before: Item
    after: Item
    kind: Literal["same", "words", "list", "table", "items", "whole"]
    value: Any = None

    @property
    def title(self) -> str:
        return self.after.title

    @property
    def is_same(self) -> bool:
        return self.kind == "same"


@dataclass(frozen=True)
class PartDifference:
    """One section in two versions."""

    key: str
    title: str
    questions: tuple[Difference, ...]

    @property
    def changed(self) -> int:
        """How many of its questions changed."""
        return sum(not one.is_same for one in self.questions)


def word_changes(before: str, after: str) -> tuple[Change, ...]:
    """Two texts as runs of words: those that are the same or new make `after`, the same or gone ones `before`.

    >>> [(one.kind, one.text) for one in word_changes("When she can", "When he can")]
    [('same', 'When '), ('gone', 'she'), ('new', 'he'), ('same', ' can')]
    """
    old, new = _words(before), _words(after)
    if len(old) * len(new) > MOST_PAIRS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    runs = _readable([(kind, "".join(run)) for kind, run in _runs(old, new)])
    return tuple(Change(kind, text) for kind, text in runs)


def _readable(runs: list[tuple[Kind, str]]) -> list[tuple[Kind, str]]:
    """The same without single words that happen to stand in both in the middle of what was written anew."""
    joined: list[tuple[Kind, str]] = []
    gone = new = ""
    for place, (kind, text) in enumerate(runs):
        inside = 0 < place < len(runs) - 1
        if kind == "same" and not (inside and len(text.split()) < FEWEST_KEPT):
            joined += _pair(gone, new)
            joined.append((kind, text))
            gone = new = ""
        else:
            gone += text if kind != "new" else ""
            new += text if kind != "gone" else ""
    return joined + _pair(gone, new)


def _pair(gone: str, new: str) -> list[tuple[Kind, str]]:
    return [(kind, text) for kind, text in (("gone", gone), ("new", new)) if text]  # type: ignore[misc]


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)


def _runs(old: Sequence[Any], new: Sequence[Any]) -> list[tuple[Kind, Sequence[Any]]]:
    runs: list[tuple[Kind, Sequence[Any]]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            runs.append(("same", old[a:b]))
            continue
        runs += [(kind, run) for kind, run in (("gone", old[a:b]), ("new", new[c:d])) if run]  # type: ignore[misc]
    return runs


def item_difference(before: Item, after: Item) -> Difference:
    """One question in two versions, compared as finely as its kind allows."""
    kinds = {before.kind, after.kind}
    if _meaning(before) == _meaning(after):
        return Difference(before, after, "same")
    if kinds <= {"prose", "line"}:
        return Difference(before, after, "words", word_changes(before.value, after.value))
    if kinds == {"list"}:
        entries = [Change(kind, entry) for kind, run in _runs(before.value, after.value) for entry in run]
        return Difference(before, after, "list", tuple(entries))
    if kinds == {"table"} and before.value.headings == after.value.headings:
        return Difference(before, after, "table", _rows(before.value, after.value))
    if kinds == {"items"}:
        return Difference(before, after, "items", _items(before, after))
    return Difference(before, after, "whole")


def _meaning(item: Item) -> Any:
    """What an item says; of files, their names and content, for the same file has another address in each version."""
    if item.kind != "files":
        return (item.kind, item.value)
    return (item.kind, [(file["name"], file["size"], file.get("sha256")) for file in item.value])


def _rows(before: Grid, after: Grid) -> tuple[RowChange, ...]:
    old, new = {row.head: row for row in before.rows}, {row.head: row for row in after.rows}
    if len(old) == len(before.rows) and len(new) == len(after.rows):
        # Rows with names of their own stay beside themselves, wherever they stand.
        heads = [head for _, run in _runs(list(old), list(new)) for head in run]
        return tuple(_row(old.get(head), new.get(head)) for head in dict.fromkeys(heads))
    return tuple(_row(one, other) for one, other in zip_longest(before.rows, after.rows))


def _row(old: Row | None, new: Row | None) -> RowChange:
    if old is None or new is None:
        return _lone(new, "new") if new is not None else _lone(old, "gone")
    cells = tuple(_cell(was, is_now) for was, is_now in zip(old.cells, new.cells, strict=True))
    return RowChange("same", new.head if old.head == new.head else f"{new.head} (was {old.head})", cells, new.strong)


def _lone(row: Row | None, kind: Kind) -> RowChange:
    """A row that stands in one version alone."""
    row = row or Row("", ())
    return RowChange(kind, row.head, tuple((Change(kind, cell),) for cell in row.cells), row.strong)


def _cell(old: str, new: str) -> tuple[Change, ...]:
    """A cell is read as a whole: of a figure no part is the same."""
    if old == new:
        return (Change("same", new),)
    return tuple(Change(kind, text) for kind, text in _pair(old, new))


def _items(before: Item, after: Item) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
    pairs = zip_longest(before.value, after.value, fillvalue=None)
    return tuple(
        ((now or was)[0], _questions(was[1] if was else (), now[1] if now else ()))  # type: ignore[index]
        for was, now in pairs
    )


def _questions(before: Sequence[Item], after: Sequence[Item]) -> tuple[Difference, ...]:
    """Questions of either version by their keys, in the later one's order; one that did not show was not answered."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    keys = list(dict.fromkeys([*new, *old]))
    return tuple(
        item_difference(
            old.get(key) or Item(key, new[key].title, "empty"), new.get(key) or Item(key, old[key].title, "empty")
        )
        for key in keys
    )


def compare(before: Iterable[Part], after: Iterable[Part]) -> tuple[PartDifference, ...]:
    """What one reads of an application in two versions (reading.read), section by section, in the later one's order."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        title = (now or was).title  # type: ignore[union-attr]
        found.append(PartDifference(key, title, _questions(was.items if was else (), now.items if now else ())))
    return tuple(found)
