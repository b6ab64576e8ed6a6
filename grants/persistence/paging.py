"""Pages of a list, cut in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import Select, func, select

from grants.persistence.session import db

Item = TypeVar("Item")
Rows = TypeVarTuple("Rows")
PAGE_SIZE = 30


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list; `number` counts from 1, `total` is the number of items on all pages."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """The place of the page's first item in the whole list, from 1; 0 when the list is empty."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.number * self.size, self.total)


def paginate(statement: Select[Item], number: int = 1, size: int = PAGE_SIZE) -> Page[Item]:
    """One page of single entities, in two statements. A number past the end gives the last page."""
    page, rows = _page_of(statement, number, size)
    return Page(db.session().scalars(rows).unique().all(), *page)


def paginate_rows(statement: Select[*tuple[Any, ...]], number: int = 1, size: int = PAGE_SIZE) -> Page[Any]:
    """The same for a statement that selects several columns or entities: items are rows."""
    page, rows = _page_of(statement, number, size)
    return Page(db.session().execute(rows).all(), *page)


def cut(keys: Sequence[Item], number: int = 1, size: int = PAGE_SIZE) -> Page[Item]:
    """The same for keys that no statement can put in order, such as ids by a figure worked out from all of them.

    Cut the keys, then fetch the rows of the page alone.
    """
    number = within(number, size, len(keys))
    return Page(keys[(number - 1) * size : number * size], number, size, len(keys))


def _page_of(statement: Select[*Rows], number: int, size: int) -> tuple[tuple[int, int, int], Select[*Rows]]:
    total = db.session().scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = within(number, size, total)
    return (number, size, total), statement.limit(size).offset((number - 1) * size)


def within(number: int, size: int, total: int) -> int:
    """The number of the page, or that of the nearest there is."""
    return min(max(1, number), max(1, -(-total // size)))
