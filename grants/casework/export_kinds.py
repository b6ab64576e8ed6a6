"""The kinds of long lists that are made into files. One is registered by name, as a job is:

@exportable("casework.record", "audit.read", "act", "acts", "Every act that you may see.")
def record(actor, wanted): return Table(columns, ids, rows)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select

from grants.kernel.policy import Actor
from grants.persistence.session import db


@dataclass(frozen=True)
class Table:
    """A list as its file holds it.

    ids       of its rows, or of what several of them tell of, in their order, as the actor may see them now
    rows      the cells of these rows, in the order of the ids; what the actor may see no more is left out
    at_once   of how many ids it is asked at a time
    """

    columns: Sequence[str]
    ids: Sequence[int]
    rows: Callable[[Sequence[int]], Iterable[Sequence[Any]]]
    at_once: int = 100


Maker = Callable[[Actor, Mapping[str, Any]], Table]


@dataclass(frozen=True)
class Kind:
    """A kind of list: who may have it, what its rows are called (one, many), what the file is of, in a few words and
    in a sentence, and how it is read.
    """

    permission: str
    one: str
    many: str
    of: str
    holds: str
    table: Maker


_kinds: dict[str, Kind] = {}


def exportable(
    name: str, permission: str, one: str, many: str, holds: str, *, of: str = ""
) -> Callable[[Maker], Maker]:
    """Register how a kind of list is read.

    of      what the file is a file of, and its sheet is called by; left out, its rows
    holds   what it holds when nothing narrows it, as a sentence
    """

    def register(table: Maker) -> Maker:
        if name in _kinds:
            raise RuntimeError(f"Two kinds of list called {name!r}.")
        _kinds[name] = Kind(permission, one, many, of or many, holds, table)
        return table

    return register


def listed(
    columns: Sequence[str], found: Select[*tuple[Any, ...]], key: Any, cells: Callable[..., Sequence[Any]]
) -> Table:
    """A list as one statement reads it, in its order.

    key     the column of the ids of its rows
    cells   of one row, given what the statement selects
    """
    of: ColumnElement[int] = key

    def rows(ids: Sequence[int]) -> Iterable[Sequence[Any]]:
        return (cells(*row) for row in db.session.execute(found.where(of.in_(ids))))

    return Table(columns, db.session.scalars(found.with_only_columns(of)).all(), rows)


def kind_called(name: str) -> Kind:
    """What is known of a kind."""
    return _kinds[name]


def may_have_any(actor: Actor) -> bool:
    """Whether there is a kind of list that the actor may have."""
    return any(actor.may(kind.permission) for kind in _kinds.values())
