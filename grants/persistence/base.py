"""The base of every model, and the two mixins nearly all of them wear."""

import secrets
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Date, MetaData, String, Text, event, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, validates

from grants.persistence.types import JsonValue, UtcDateTime

# Letters and digits that are not mistaken for one another when a code is read aloud or typed from paper.
_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
PUBLIC_ID_LENGTH = 20

moving: ContextVar[bool] = ContextVar("moving", default=False)


def new_public_id() -> str:
    """An opaque identifier for URLs: 20 of 32 signs, so 100 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class Base(DeclarativeBase):
    """Typed declarative base; every constraint has a name, the same on both engines and in migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        date: Date(),
        str: Text(),
        dict[str, Any]: JsonValue,
        list[Any]: JsonValue,
    }

    id: Mapped[int] = mapped_column(primary_key=True)


class Identified:
    """A record with an opaque public id, known from the moment it is made.

    named_while_taken   whether others may write rows that name it while it is taken for a transaction (moves.lock); not
                        so where it may become part of another one, whose names have to wait
    """

    named_while_taken: ClassVar[bool] = False

    @declared_attr
    def public_id(cls) -> Mapped[str]:  # noqa: N805 - called on the class
        return mapped_column(String(PUBLIC_ID_LENGTH), unique=True)


@event.listens_for(Identified, "init", propagate=True)
def _give_public_id(target: Identified, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    kwargs.setdefault("public_id", new_public_id())


class Stateful(Identified):
    """A record whose state, once stored, changes only through `moves.move`."""

    @declared_attr
    def state(cls) -> Mapped[str]:  # noqa: N805 - called on the class
        return mapped_column(String(24), index=True)

    @validates("state")
    def _only_by_a_move(self, key: str, value: str) -> str:
        if inspect(self).has_identity and not moving.get():
            raise RuntimeError(f"The state of a stored {type(self).__name__} changes only through move().")
        return str(value)
