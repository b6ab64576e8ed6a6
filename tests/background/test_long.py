"""What takes long holds up nothing that is short, and is held up by nothing; a worker may die in the midst of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.background import queue, runner
from grants.background.models import Job
from grants.background.queue import enqueue, job
from grants.config import ROOT
from grants.persistence.session import db, unit_of_work
from tests.engines import Engine

PARTS = 40
# A worker as `grants worker` is one, which also knows three kinds of work of this test:
# counting goes on for a few seconds, a part at a time, and each part is noted by a short job;
# a flood never ends: each wave asks for the next.
WORKER = f"""
import sys, time
from datetime import timedelta
from grants import create_app
from grants.background import enqueue, job, runner
from grants.background.models import Job
from grants.persistence.session import db, unit_of_work

runner.LEASE = timedelta(seconds=2)
app = create_app()

@job("test.count", "Count", long=True)
def count():
    for part in range({PARTS}):
        with unit_of_work() as session:
            enqueue(session, "test.note", key=f"part {{part}}", word=f"part {{part}}")
        runner.report_progress("count", part + 1, {PARTS})
        time.sleep(0.1)

@job("test.note", "Note a word")
def note(word):
    with open(sys.argv[1], "a") as file:
        file.write(word + "\\n")

@job("test.flood", "Flood")
def flood(wave):
    with unit_of_work() as session:
        enqueue(session, "test.flood", key=f"wave {{wave + 1}}", wave=wave + 1)

with app.app_context():
    runner.run_forever(app)
"""


@pytest.fixture
def kinds(app: Flask) -> Iterator[list[str]]:
    """Two kinds of work that say when they are done."""
    seen: list[str] = []

    def note(word: str) -> None:
        seen.append(word)

    job("test.count", "Count", long=True)(lambda: seen.append("long"))
    job("test.note", "Note a word")(note)
    yield seen
    for name in ("test.count", "test.note"):
        queue._handlers.pop(name)
        queue._titles.pop(name)
        queue._long.discard(name)


def ask(name: str, key: str, **args: object) -> None:
    with unit_of_work() as session:
        enqueue(session, name, key=key, **args)


def test_each_kind_has_its_own_turn(kinds: list[str]) -> None:
    ask("test.count", "count")
    for number in range(3):
        ask("test.note", f"note {number}", word=f"note {number}")
    assert (runner.run_due(limit=2, long=False), kinds) == (2, ["note 0", "note 1"])
    assert (runner.run_due(long=True), kinds) == (1, ["note 0", "note 1", "long"])
    assert (runner.run_due(long=True), runner.run_due(), kinds[3:]) == (0, 1, ["note 2"])


@contextmanager
def working(engine: Engine, notes: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own."""
    surroundings = {"ENVIRONMENT": "test", "DATABASE_URL": engine.url, "FILES_URL": f"file://{notes.parent}"}
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(notes)], cwd=ROOT, env=os.environ | surroundings)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that within a minute"
        time.sleep(0.05)


def noted(notes: Path) -> list[str]:
    return notes.read_text().splitlines() if notes.exists() else []


def counted() -> tuple[str, int, int]:
    """State, attempts, and parts done of the count."""
    db.session.rollback()
    kept = db.session.execute(select(Job.state, Job.attempts, Job.done).where(Job.key == "count")).one()
    db.session.rollback()
    return kept.state, kept.attempts, kept.done


def jobs_of(name: str, *states: str) -> int:
    """How many jobs of a name are in these states now."""
    db.session.rollback()
    found = select(func.count()).select_from(Job).where(Job.name == name, Job.state.in_(states))
    return db.session.scalar(found) or 0


def test_a_worker_is_killed_in_the_midst_of_long_work(kinds: list[str], engine: Engine, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    ask("test.count", "count")
    with working(engine, notes) as first:
        wait_until(lambda: "part 5" in noted(notes))
        assert counted()[0] == "running", "short work is done while the one worker is at the long one"
        first.send_signal(signal.SIGKILL)
        first.wait()
    left = counted()
    assert (left[0], left[1], left[2] < PARTS) == ("running", 1, True)
    ask("test.note", "mail", word="mail")
    with working(engine, notes):
        wait_until(lambda: "mail" in noted(notes))
        assert counted()[0] == "running", "mail waits neither for what the dead one left, nor for who takes that up"
        wait_until(lambda: counted()[0] == "done" and len(set(noted(notes))) == PARTS + 1)
    assert counted() == ("done", 2, PARTS)
    assert set(noted(notes)) == {"mail", *(f"part {part}" for part in range(PARTS))}
    assert jobs_of("test.note", "queued", "running", "done") == PARTS + 1, "no part was asked for twice"


def test_a_flood_of_short_work_does_not_hold_up_what_takes_long(
    kinds: list[str], engine: Engine, tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    ask("test.flood", "wave 0", wave=0)
    with working(engine, notes):
        wait_until(lambda: jobs_of("test.flood", "done") > 20)
        ask("test.count", "count")
        wait_until(lambda: counted()[0] == "done")
        so_far = jobs_of("test.flood", "done")
        wait_until(lambda: jobs_of("test.flood", "done") > so_far)  # the flood still goes on
