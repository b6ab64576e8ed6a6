"""What hangs on one record, and goes over to another when the two turn out to be the same.

Each step says of its own tables what moves, what becomes of what both have, and what stands in the way. Organizations
are merged here, cases by casework: each has one list of movers, and for every foreign key to it one of them answers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Table, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.base import Base
from grants.persistence.session import db

Record = TypeVar("Record", bound=Base)


@dataclass
class Foresight:
    """What a merge would do, in words.

    moves     (one, many) -> how many of it go over, such as ("person", "people") -> 3
    settled   a sentence for each thing that both have: what becomes of it
    hinders   a sentence for each thing that stands in the way, and what to do about it
    """

    moves: dict[tuple[str, str], int] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    hinders: list[str] = field(default_factory=list)

    def add(self, other: "Foresight") -> None:
        """Take in what another step foresees."""
        for words, count in other.moves.items():
            self.moves[words] = self.moves.get(words, 0) + count
        self.settled += other.settled
        self.hinders += other.hinders


def _nothing(_actor: Actor, _one: Any, _other: Any) -> None: ...


@dataclass(frozen=True)
class Mover(Generic[Record]):
    """What one step does for its tables; each function is given the actor, the record that goes and the one that stays.

    columns   the foreign keys it answers for
    hold      takes the rows it decides on for this transaction, before anything is decided
    move      makes what `foresee` said, in the caller's unit of work
    after     once everything of all steps has moved
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    foresee: Callable[[Actor, Record, Record], Foresight]
    move: Callable[[Actor, Record, Record], None]
    hold: Callable[[Actor, Record, Record], None] = _nothing
    after: Callable[[Actor, Record, Record], None] = _nothing


class Movers(Generic[Record]):
    """The movers of one kind of record, in the order of the steps. The later step moves first: what it keeps may depend
    on what the earlier one is about to take away."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._movers: list[Mover[Record]] = []

    def register(self, mover: Mover[Record]) -> None:
        self._movers.append(mover)

    def register_column(self, column: InstrumentedAttribute[Any], one: str = "", many: str = "") -> None:
        """A foreign key whose rows go over as they are; `one` and `many` say what they are, where people ask."""

        def foresee(_actor: Actor, gone: Record, _stays: Record) -> Foresight:
            return Foresight({(one, many): count_of(column, gone.id)} if one else {})

        def move(_actor: Actor, gone: Record, stays: Record) -> None:
            repoint(column, gone.id, stays.id)

        self.register(Mover((column,), foresee, move))

    def hold(self, actor: Actor, gone: Record, stays: Record) -> None:
        for mover in self._movers:
            mover.hold(actor, gone, stays)

    def foresee(self, actor: Actor, gone: Record, stays: Record) -> Foresight:
        found = Foresight()
        for mover in self._movers:
            found.add(mover.foresee(actor, gone, stays))
        return found

    def move(self, actor: Actor, gone: Record, stays: Record) -> None:
        for mover in reversed(self._movers):
            mover.move(actor, gone, stays)
        db.session.flush()
        db.session.expire_all()

    def after(self, actor: Actor, gone: Record, stays: Record) -> None:
        for mover in self._movers:
            mover.after(actor, gone, stays)

    def unanswered(self) -> list[Column[Any]]:
        """Foreign keys to the table that no mover answers for."""
        answered = {column.property.columns[0] for mover in self._movers for column in mover.columns}
        return [column for column in referring(self._table) if column not in answered]


def referring(table: Table) -> Iterable[Column[Any]]:
    """Every foreign key to a table, in the order of the tables' names."""
    for other in sorted(table.metadata.tables.values(), key=lambda one: one.name):
        for column in other.columns:
            if any(key.column.table is table for key in column.foreign_keys):
                yield column


def count_of(column: InstrumentedAttribute[Any] | Column[Any], number: int) -> int:
    """How many rows refer to a record."""
    return db.session.scalar(select(func.count()).select_from(column.table).where(column == number)) or 0


def repoint(column: InstrumentedAttribute[Any], gone: int, stays: int, values: Mapping[str, Any] | None = None) -> None:
    """Let every row that refers to one record refer to the other."""
    changed = {column.key: stays, **(values or {})}
    db.session.execute(
        update(column.class_).where(column == gone).values(changed), execution_options={"synchronize_session": False}
    )


ORGANIZATIONS: Movers[Organization] = Movers(Organization.__table__)  # type: ignore[arg-type]
