"""What many tests of a file begin from: told once, and brought back for each of them as it was when it was told."""

import io
import pickle
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from grants.kernel import clock
from grants.persistence.base import Base
from grants.persistence.session import db
from tests.engines import Engine

Told = TypeVar("Told")


class Begin(Protocol):
    """The fixture `begin`."""

    def __call__(self, tell: Callable[..., Told], *of: object, **more: object) -> Told: ...


class Beginnings:
    """What the tests of one file begin from, each under the name it was laid aside by, written down.

    Every test has what it begins from anew: the rows are read from its own database, and whatever holds them, such as a
    panel, is made again around them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._told: dict[str, tuple[str, bytes]] = {}

    def told(self, tell: Callable[..., Told], *of: object, **more: object) -> Told:
        """What is told on a clean database, brought back from the second time on."""
        key = f"{tell.__module__} {tell.__qualname__} {of} {more} at {clock._frozen.get()}"
        if key not in self._told:
            made = tell(*of, **more)
            self._told[key] = self._laid_aside(f"beginning_{len(self._told)}", made)
        name, written = self._told[key]
        db.session.remove()
        self._engine.put_back(name)
        found: Told = _Reader(io.BytesIO(written)).load()
        db.session.rollback()  # as after the telling, no transaction is open
        return found

    def _laid_aside(self, name: str, made: object) -> tuple[str, bytes]:
        db.session.rollback()
        written = io.BytesIO()
        _Writer(written).dump(made)
        db.session.remove()
        self._engine.lay_aside(name)
        return name, written.getvalue()


class _Writer(pickle.Pickler):
    """Writes of a row only which it is."""

    def persistent_id(self, one: object) -> tuple[type[Base], int] | None:
        return (type(one), one.id) if isinstance(one, Base) else None


class _Reader(pickle.Unpickler):
    """Reads rows from the database as it is now."""

    def persistent_load(self, row: Any) -> Base:
        found: Base = db.session.get_one(*row)
        return found
