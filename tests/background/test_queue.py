"""Work is asked for in the transaction that causes it, done once, tried again, and taken up when a runner dies."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from grants.background import queue, runner
from grants.background.models import Job
from grants.background.queue import Periodic, enqueue, job
from grants.background.trouble import trouble
from grants.kernel.clock import clock_at
from grants.persistence.session import db, unit_of_work

NOON = datetime(2016, 3, 8, 12, tzinfo=UTC)


@pytest.fixture
def done(app: Flask) -> Iterator[list[str]]:
    """What the handler `test.note` was called with; `test.break` fails."""
    seen: list[str] = []

    def broken() -> None:
        raise OSError("no network")

    def noted(word: str) -> None:
        seen.append(word)

    job("test.note", "Note a word")(noted)
    job("test.break", "Break")(broken)
    yield seen
    for name in ("test.note", "test.break"):
        queue._handlers.pop(name)
        queue._titles.pop(name)


def ask(word: str = "hello", name: str = "test.note", key: str | None = None, run_at: datetime | None = None) -> None:
    with unit_of_work() as session:
        enqueue(session, name, key=key, run_at=run_at, **({"word": word} if name == "test.note" else {}))


def states() -> list[tuple[str, int]]:
    db.session.rollback()
    return [(one.state, one.attempts) for one in db.session.scalars(select(Job).order_by(Job.id))]


def test_a_job_is_done_once(done: list[str]) -> None:
    ask()
    assert (runner.run_due(), runner.run_due(), done, states()) == (1, 0, ["hello"], [("done", 1)])


def test_a_rolled_back_cause_asks_for_nothing(done: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work() as session:
        enqueue(session, "test.note", word="never")
        _ = 1 / 0
    assert (runner.run_due(), done) == (0, [])


def test_the_same_key_is_asked_for_once_even_after_it_is_done(done: list[str]) -> None:
    ask("first", key="k")
    runner.run_due()
    ask("second", key="k")
    runner.run_due()
    assert done == ["first"]


def test_a_job_waits_for_its_time(done: list[str]) -> None:
    with clock_at(NOON):
        ask(run_at=NOON + timedelta(hours=1))
        assert runner.run_due() == 0
    with clock_at(NOON + timedelta(hours=1)):
        assert runner.run_due() == 1


def test_a_failing_job_is_tried_again_later_and_keeps_its_error(done: list[str]) -> None:
    with clock_at(NOON):
        ask(name="test.break")
        assert runner.run_due() == 1
        kept = db.session.scalars(select(Job)).one()
        assert (kept.state, kept.attempts, kept.error) == ("queued", 1, trouble(OSError()))
        assert kept.run_at == NOON + timedelta(minutes=2)
    for days in range(1, 5):
        with clock_at(NOON + timedelta(days=days)):
            runner.run_due()
    assert states() == [("failed", 5)]


def test_a_job_whose_runner_died_is_taken_up_after_its_lease(done: list[str]) -> None:
    with clock_at(NOON):
        ask()
        assert runner._claim() == (1, 1)  # and then the runner dies
        assert runner.run_due() == 0
    with clock_at(NOON + runner.LEASE + timedelta(seconds=1)):
        assert runner.run_due() == 1
    assert (done, states()) == (["hello"], [("done", 2)])


def test_a_runner_that_lost_its_lease_does_not_end_the_job(done: list[str]) -> None:
    with clock_at(NOON):
        ask()
        job_id, attempt = runner._claim() or (0, 0)
    with clock_at(NOON + timedelta(hours=1)):
        runner._claim()
        runner._finish(job_id, attempt, None)
        assert states() == [("running", 2)]


def test_progress_is_told(done: list[str]) -> None:
    ask(key="k")
    runner.report_progress("k", 3, 26)
    kept = db.session.scalars(select(Job)).one()
    assert (kept.done, kept.total) == (3, 26)


def test_a_slot_of_periodic_work_is_asked_for_once(done: list[str]) -> None:
    with clock_at(NOON):
        for _ in range(3):
            runner.ask_for(Periodic("test.note", "0 12 * * *"))
    assert [one.key for one in db.session.scalars(select(Job))] == ["test.note@2016-03-08T12:00Z"]


def test_two_who_ask_for_the_same_at_once_have_asked_once(app: Flask, done: list[str]) -> None:
    """Neither fails for it, nor loses what else it writes."""
    asked = Barrier(2)

    def both(word: str) -> None:
        with app.app_context():
            with unit_of_work() as session:
                enqueue(session, "test.note", word=word)
                if db.engine.dialect.name == "postgresql":  # the embedded engine lets one write at a time
                    asked.wait(5)
                enqueue(session, "test.note", key="k", word="both")
            db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(both, ("one", "two")))
    runner.run_due()
    assert sorted(done) == ["both", "one", "two"]


def test_two_handlers_of_one_name_are_an_error(done: list[str]) -> None:
    with pytest.raises(RuntimeError, match="Two handlers"):
        job("test.note", "Note a word")(lambda: None)
