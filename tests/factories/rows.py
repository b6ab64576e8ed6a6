"""Rows of a model written at once, for measurements on many of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert

from grants.persistence.base import new_public_id
from grants.persistence.session import db


def rows(model: Any, given: Iterable[dict[str, Any]], public: bool = True) -> list[int]:
    """Store them; their ids in the same order. `public` gives each its public id."""
    complete = [{"public_id": new_public_id(), **row} if public else row for row in given]
    if not complete:
        return []
    made = db.session.execute(insert(model).returning(model.id, sort_by_parameter_order=True), complete)
    return list(made.scalars())
