"""Nothing new may refer to a record that became part of another one meanwhile.

Whoever writes a row that refers to it waits for the merge (a foreign key waits for the row it names), and is told so
before their own transaction commits: see `refuse_new_references`.
"""

from functools import cache
from typing import Any, Final

from sqlalchemy import Table, event, inspect, select
from sqlalchemy.orm import Mapper, Session

from grants.kernel.errors import Clash
from grants.persistence.base import Base
from grants.persistence.session import before_commit

_NOTED: Final = "newly_referred_to"
_guarded: dict[str, tuple[Table, str]] = {}


def refuse_new_references(model: type[Base], sentence: str) -> None:
    """Guard a table with a column `merged_into_id`: a unit of work that adds a reference to a merged row ends in a
    Clash with this sentence."""
    table: Table = model.__table__  # type: ignore[assignment]
    _guarded[table.name] = (table, sentence)


@cache
def _references(mapper: Mapper[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (mapper.get_property_by_column(column).key, key.column.table.name)
        for column in mapper.columns
        for key in column.foreign_keys
    )


@event.listens_for(Session, "after_flush")
def _note(session: Session, _context: object) -> None:
    for one in (*session.new, *session.dirty):
        state = inspect(one)
        for attribute, table in _references(state.mapper):
            if table in _guarded and attribute != "merged_into_id" and state.attrs[attribute].history.added:
                session.info.setdefault(_NOTED, set()).add((table, getattr(one, attribute)))


def _refuse(session: Session) -> None:
    session.flush()
    noted: set[tuple[str, int | None]] = session.info.pop(_NOTED, set())
    for name, (table, sentence) in _guarded.items():
        numbers = {number for of, number in noted if of == name and number is not None}
        if not numbers:
            continue
        merged = select(table.c.id).where(table.c.id.in_(numbers), table.c.merged_into_id.is_not(None))
        if session.scalar(merged.limit(1)) is not None:
            raise Clash(sentence)


before_commit.append(_refuse)
