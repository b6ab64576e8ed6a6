"""Asking for work: `enqueue` in the caller's transaction; handlers and periodic work registered by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grants.background.models import Job
from grants.kernel.clock import now
from grants.persistence.base import new_public_id
from grants.persistence.session import is_writing

Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}
_titles: dict[str, str] = {}
_long: set[str] = set()
_periodic: dict[str, "Periodic"] = {}


@dataclass(frozen=True)
class Periodic:
    """Work that comes round: a job's name and the crontab line, in UTC, that asks for it."""

    name: str
    crontab: str


def enqueue(session: Session, name: str, key: str | None = None, run_at: datetime | None = None, **args: Any) -> Job:
    """Ask for a job; it exists exactly when the caller's transaction commits.

    key      when a job of this key exists, done or not, it is returned and nothing is added
    run_at   not before this instant; at once by default
    args     plain JSON values, given to the handler by name
    """
    asked = {"name": name, "args": args, "is_long": name in _long, "run_at": run_at or now(), "created_at": now()}
    if key is None:
        job = Job(**asked)
        session.add(job)
        return job
    return _ask_once(session, {"public_id": new_public_id(), "key": key, **asked})


def _ask_once(session: Session, row: dict[str, Any]) -> Job:
    """Of two transactions that ask at once, the second waits for the first and finds what that one has asked for."""
    if not is_writing():
        raise RuntimeError("Writing needs a unit of work.")
    insert = postgresql.insert(Job) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(Job)
    once = insert.values(**row).on_conflict_do_nothing(index_elements=[Job.key]).returning(Job)
    made = session.scalars(once).one_or_none()
    return made or session.scalars(select(Job).where(Job.key == row["key"])).one()


def job(name: str, title: str, *, long: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of a job. It owns its transactions and is safe to run twice.

    title   what it does, in a few words for those who look after the system
    long    it can take more than a few seconds, since it goes through a list: mail and receipts do not wait for it
    """

    def register(handler: Handler) -> Handler:
        if name in _handlers:
            raise RuntimeError(f"Two handlers for the job {name!r}.")
        _handlers[name], _titles[name] = handler, title
        if long:
            _long.add(name)
        return handler

    return register


def periodic(name: str, crontab: str, title: str, *, long: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler that is also asked for by the clock, once a slot however many schedulers run."""
    _periodic[name] = Periodic(name, crontab)
    return job(name, title, long=long)


def handler_of(name: str) -> Handler:
    """The handler of a job.

    raises   KeyError when none is registered under that name
    """
    return _handlers[name]


def title_of(name: str) -> str:
    """What a job does, in words."""
    return _titles.get(name, f"What an earlier version did ({name})")


def periodic_work() -> tuple[Periodic, ...]:
    return tuple(_periodic.values())
