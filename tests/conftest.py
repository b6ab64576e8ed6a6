"""One application per test process, one clean database per test, on whichever engine the run names.

TEST_DATABASE_URL names a PostgreSQL server and database prefix; without it the embedded engine is used.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import Context
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event, make_url
from werkzeug.test import TestResponse

from grants import create_app
from grants.config import Settings
from grants.kernel import clock
from grants.persistence.session import db


class Engine:
    """Where tests keep their data: a template made once, and a fresh copy of it for each test."""

    def __init__(self, url: str) -> None:
        self.url = url

    def make_template(self) -> None:
        raise NotImplementedError

    def fresh(self) -> None:
        raise NotImplementedError


class Embedded(Engine):
    def __init__(self, folder: Path) -> None:
        self.file = folder / "test.sqlite3"
        super().__init__(f"sqlite:///{self.file}")

    def make_template(self) -> None:
        db.engine.dispose()  # the last connection to close brings the write-ahead log into the file
        shutil.copy(self.file, self.file.with_suffix(".template"))

    def fresh(self) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.file.with_suffix(".template"), self.file)


class Server(Engine):
    def __init__(self, url: str, worker: str) -> None:
        named = make_url(url)
        self.name = f"{named.database}_{worker}"
        self.admin = named.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        self._run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name}")
        super().__init__(named.set(database=self.name).render_as_string(hide_password=False))

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[arg-type]

    def make_template(self) -> None:
        template = f"{self.name}_template"
        db.engine.dispose()
        self._run(
            f"DROP DATABASE IF EXISTS {template} WITH (FORCE)", f"CREATE DATABASE {template} TEMPLATE {self.name}"
        )

    def fresh(self) -> None:
        self._run(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
            f"CREATE DATABASE {self.name} TEMPLATE {self.name}_template STRATEGY FILE_COPY",
        )


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
        engine.make_template()
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
