"""Every ordered list says what comes first among rows that tie.

Without a last word the embedded engine happens to answer in the order of writing, and PostgreSQL in whatever order its
pages lie: a list that changes from one look to the next, and that a test sees once in ten runs.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, UnaryExpression, UniqueConstraint, event
from sqlalchemy.sql import visitors


def watch(engine: Engine) -> None:
    """Refuse statements whose last term of order can tie.

    raises   AssertionError at the statement, in the code that runs it
    """

    @event.listens_for(engine, "before_execute")
    def before_execute(_connection: Connection, statement: Any, *_: Any) -> None:
        if isinstance(statement, Select) and statement._order_by_clauses and not decided(statement):
            of_the_engine = any(getattr(one, "schema", None) == "pg_catalog" for one in visitors.iterate(statement))
            assert of_the_engine, f"Rows of this list can tie in its order:\n{statement}"


def decided(statement: Select[Any]) -> bool:
    """Whether a term of the order is unique, or rows that tie are one group, or the same in all that is read."""
    ordered = list(_columns(statement._order_by_clauses))
    if any(_is_unique(one) for one in ordered):
        return True
    names = {str(one) for one in ordered}
    grouped = {str(one) for one in _columns(statement._group_by_clauses)}
    return {str(one) for one in statement.selected_columns} <= names or (bool(grouped) and grouped <= names)


def _columns(clauses: Iterable[Any]) -> Iterable[Column[Any]]:
    """The columns that stand there bare, rising or falling: one inside an expression decides nothing."""
    for clause in clauses:
        bare = clause.element if isinstance(clause, UnaryExpression) else clause
        if bare.__visit_name__ == "column":
            yield bare


def _is_unique(column: Column[Any]) -> bool:
    """Whether it tells rows apart, alone or among those of one parent."""
    for one in getattr(column, "base_columns", {column}):
        constraints = getattr(getattr(one, "table", None), "constraints", ()) or ()
        if getattr(one, "primary_key", False) or getattr(one, "unique", False):
            return True
        if any(isinstance(rule, UniqueConstraint) and one.name in rule.columns for rule in constraints):
            return True
    return False
