"""The session and the only way to write: `with unit_of_work():`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from grants.kernel.errors import Clash
from grants.persistence.base import Base

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate()

_writing: ContextVar[bool] = ContextVar("writing", default=False)
BUSY_TIMEOUT_MS = 15_000
MAPPED_BYTES = 1 << 30
TAKEN, DEADLOCK = "23505", "40P01"

# What happens at the end of every unit of work, just before it commits: the audit chain seals its records here.
before_commit: list[Callable[[Session], None]] = []


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction that writes: all of it is stored, or none. Entry points own it; services only flush.

    Whatever was read before is read again inside, so that a decision never rests on a stale row.

    raises   Clash when another transaction took a unique value first, or waited for this one and this one for it
             RuntimeError inside another unit of work, or inside a request that must not write (GET, HEAD)
    """
    if _writing.get():
        raise RuntimeError("Units of work do not nest.")
    if has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}:
        raise RuntimeError(f"{request.method} must not write.")
    session = db.session()
    session.rollback()
    session.info.clear()
    token = _writing.set(True)
    try:
        yield session
        session.flush()
        for last_act in before_commit:
            last_act(session)
        session.commit()
    except (IntegrityError, OperationalError) as error:
        session.rollback()
        if _others_came_first(error):
            raise Clash("Someone else did this a moment ago. Look at the page again before you go on.") from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()  # what was noted for the audit chain and not sealed goes with the transaction
        _writing.reset(token)


def _others_came_first(error: DBAPIError) -> bool:
    """Whether another transaction took a unique value, or each waited for the other and the database chose that one."""
    return getattr(error.orig, "sqlstate", None) in {TAKEN, DEADLOCK} or "UNIQUE constraint failed" in str(error.orig)


def is_writing() -> bool:
    """Whether a unit of work is open: slow work has no place there."""
    return _writing.get()


def init_database(app: Flask) -> None:
    """Bind the session to the application's engine and set the engine up for its kind."""
    db.init_app(app)
    migrate.init_app(app, db, directory=app.config["MIGRATIONS"], render_as_batch=True, compare_type=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            # Every process reads the one copy that the system keeps in memory: a connection's own two megabytes hold
            # too little of a large file, and are emptied by each write of another.
            f"mmap_size={MAPPED_BYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: reading first and upgrading later fails under concurrent writers.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


@event.listens_for(Session, "before_flush")
def _only_in_a_unit_of_work(session: Session, context: object, instances: object) -> None:
    if (session.new or session.dirty or session.deleted) and not _writing.get():
        raise RuntimeError("Writing needs a unit of work.")
