"""One application per test process, one clean database per test, on whichever engine the run names.

TEST_DATABASE_URL names a PostgreSQL server and database prefix; without it the embedded engine is used.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import Context
from datetime import timedelta
from typing import Any

import flask_migrate
import hypothesis
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from grants import create_app
from grants.config import ROOT, Settings
from grants.kernel import clock
from grants.persistence.session import db
from tests import ordering
from tests.beginnings import Begin, Beginnings, Told
from tests.engines import Embedded, Engine, Server

# How long an example takes says nothing on a machine that has other things to do.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

# Files that share what takes long to make, once a process: one process does for all of them.
TOGETHER = {
    "the demonstration": (
        "tests/browser/test_every_page.py",
        "tests/scenarios/test_oakland.py",
        "tests/scenarios/test_upgrading.py",
    ),
    "the two worlds": (
        "tests/twins/test_officer.py",
        "tests/twins/test_reviewer.py",
        "tests/twins/test_applicants.py",
        "tests/twins/test_directors.py",
        "tests/twins/test_map.py",
    ),
}
# What takes minutes is begun first: begun last, one process would be at it while the other has nothing left to do.
FIRST = (
    *(file for files in TOGETHER.values() for file in files),
    "tests/replay/test_demo.py",
    "tests/decisions/test_twins.py",
    "tests/test_make_run.py",
    "tests/test_config.py",
    "tests/background/test_long.py",
)
GROUP = {file: name for name, files in TOGETHER.items() for file in files}


class ByFile(LoadFileScheduling):
    """A file's tests stay together in one process, and so do those of files that share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return GROUP.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile | None:
    config.option.loadscopereorder = False  # they are in order, below
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files = {item: item.nodeid.partition("::")[0] for item in items}
    playing = {file for item, file in files.items() if "replay_kept" in getattr(item, "fixturenames", ())}
    if unnamed := playing.difference(TOGETHER["the demonstration"]):
        raise pytest.UsageError(f"TOGETHER in tests/conftest.py has to name {', '.join(unnamed)}.")
    if gone := [file for file in FIRST if not (ROOT / file).exists()]:
        raise pytest.UsageError(f"FIRST in tests/conftest.py names what is not there: {', '.join(gone)}.")
    items.sort(key=lambda item: FIRST.index(files[item]) if files[item] in FIRST else len(FIRST))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Engine:
    url = os.environ.get("TEST_DATABASE_URL")
    return Server(url, worker_id) if url else Embedded(tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="session")
def whole_app(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of this test process, with an empty database as the template of every test's own."""
    settings = Settings.read(
        {
            "ENVIRONMENT": "test",
            "DATABASE_URL": engine.url,
            "FILES_URL": f"file://{tmp_path_factory.mktemp('files')}",
            "BASE_URL": "http://localhost",
        }
    )
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = SeparateClient
    with app.app_context():
        flask_migrate.upgrade(directory=app.config["MIGRATIONS"])
        ordering.watch(db.engine)
        engine.make_template()
    # What stands here stands until the process ends: it is not looked through again for what may go. Statements and
    # pages leave much behind that goes by itself, and so it need not be looked through often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    return app


@pytest.fixture
def app(whole_app: Flask, engine: Engine) -> Iterator[Flask]:
    """The application on a clean database, its context pushed."""
    with whole_app.app_context():
        db.engine.dispose()
        engine.fresh()
        yield whole_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def beginnings(engine: Engine) -> Beginnings:
    """What the tests of a file begin from."""
    return Beginnings(engine)


@pytest.fixture
def begin(app: Flask, beginnings: Beginnings) -> Begin:
    """Begins a test, on its clean database, with what others of its file begin with: `begin(told, what it needs)`."""
    begun: list[object] = []

    def beginning(tell: Callable[..., Told], *of: object, **more: object) -> Told:
        assert not begun, "A test begins once."
        begun.append(tell)
        return beginnings.told(tell, *of, **more)

    return beginning


@pytest.fixture(scope="session")
def replay_kept(whole_app: Flask, engine: Engine) -> None:
    """The demonstration's recordings, played once for this process and kept at two points.

    scored     every planning scorecard is in, and no slate is made yet
    replayed   the demonstration as it begins, in the middle of November 2016
    """
    from grants.replay.demo import PRESENT, recordings
    from grants.replay.engine.runner import Player

    oakland, *others = recordings()
    slate = oakland.stages["planning"].slate
    assert slate is not None
    with whole_app.app_context():
        db.engine.dispose()
        engine.fresh()
        player = Player([oakland, *others])
        player.play(slate.made.at.at(oakland.zone) - timedelta(minutes=1))
        engine.keep("scored")
        player.play(PRESENT)
        engine.keep("replayed")
        db.session.remove()


def _brought_back(name: str, whole_app: Flask, engine: Engine) -> Iterator[Flask]:
    with whole_app.app_context():
        db.engine.dispose()
        engine.bring_back(name)
        yield whole_app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def replayed(whole_app: Flask, engine: Engine, replay_kept: None) -> Iterator[Flask]:
    """The application on a copy of the demonstration, its context pushed."""
    yield from _brought_back("replayed", whole_app, engine)


@pytest.fixture
def scored(whole_app: Flask, engine: Engine, replay_kept: None) -> Iterator[Flask]:
    """The application on Oakland with every planning scorecard in and no slate made, its context pushed."""
    yield from _brought_back("scored", whole_app, engine)


class SeparateClient(FlaskClient):
    """A client whose requests share nothing with the test but the database and the clock, as in real life."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.rollback()
        frozen = clock._frozen.get()
        parent = super()

        def request() -> TestResponse:
            with clock.clock_at(frozen) if frozen else nullcontext():
                return parent.open(*args, **kwargs)

        return Context().run(request)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser, not signed in."""
    return app.test_client()


@pytest.fixture
def client_of(app: Flask) -> Callable[[Any], FlaskClient]:
    """A browser in which the given Person is signed in."""

    def signed_in(person: Any) -> FlaskClient:
        browser = app.test_client()
        with browser.session_transaction() as session:
            session["_user_id"] = f"{person.public_id}.{person.session_stamp}"
            session["_fresh"] = True
        return browser

    return signed_in


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    """Counts SQL statements: `with statements() as seen: …; len(seen)`."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting
