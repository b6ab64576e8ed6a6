"""Writing happens in units of work, and nowhere else."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from grants import create_app
from grants.background.models import Job
from grants.background.queue import enqueue
from grants.config import Settings
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.persistence.session import db, unit_of_work


def jobs() -> int:
    return db.session.scalar(select(func.count()).select_from(Job)) or 0


def test_a_unit_of_work_stores_all_or_nothing(app: Flask) -> None:
    with unit_of_work() as session:
        enqueue(session, "first")
    with pytest.raises(ZeroDivisionError), unit_of_work() as session:
        enqueue(session, "second")
        session.flush()
        _ = 1 / 0
    assert jobs() == 1


def test_writing_outside_a_unit_of_work_is_an_error(app: Flask) -> None:
    enqueue(db.session(), "stray")
    with pytest.raises(RuntimeError, match="unit of work"):
        db.session.flush()
    db.session.rollback()
    assert jobs() == 0


def test_units_of_work_do_not_nest(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="do not nest"), unit_of_work(), unit_of_work():
        pass


def test_a_get_request_cannot_write(app: Flask) -> None:
    request = app.test_request_context("/", method="GET")
    with request, pytest.raises(RuntimeError, match="GET must not write"), unit_of_work():
        pass


def test_a_value_taken_by_another_is_a_clash(app: Flask) -> None:
    with unit_of_work() as session:
        enqueue(session, "one", key="same")
    with pytest.raises(Clash), unit_of_work() as session:
        session.add(Job(name="two", key="same", args={}, run_at=now(), created_at=now()))
    assert jobs() == 1


def test_of_two_that_wait_for_one_another_one_is_a_clash(app: Flask) -> None:
    with unit_of_work() as session:
        jobs_there = [Job(name=name, args={}, run_at=now(), created_at=now()) for name in ("one", "two")]
        session.add_all(jobs_there)
    numbers, barrier = [job.id for job in jobs_there], Barrier(2)

    def take(order: list[int]) -> str:
        with app.app_context():
            try:
                with unit_of_work() as session:
                    session.get_one(Job, order[0], with_for_update=True)
                    if session.get_bind().dialect.name != "sqlite":  # there the first has the whole database
                        barrier.wait()
                    session.get_one(Job, order[1], with_for_update=True)
            except Clash:
                return "clash"
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(take, (numbers, numbers[::-1])))
    assert found == (["done", "done"] if db.engine.dialect.name == "sqlite" else ["clash", "done"])


def test_a_missing_value_is_not_taken_for_a_clash(app: Flask) -> None:
    with pytest.raises(DBAPIError), unit_of_work() as session:
        session.add(Job(name=None, args={}, run_at=now(), created_at=now()))


def test_the_embedded_engine_is_set_up_to_be_safe(app: Flask, tmp_path: Path) -> None:
    """As the application sets it up: tests wait for no disk."""
    if db.engine.dialect.name != "sqlite":
        assert db.session.execute(text("SHOW server_version")).scalar_one()
        return
    own = create_app(Settings.read({"ENVIRONMENT": "test", "DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite3'}"}))
    with own.app_context():
        pragmas = {
            name: db.session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        db.session.remove()
        db.engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
