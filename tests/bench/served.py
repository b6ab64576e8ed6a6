"""A site that is measured as it is served: by `grants serve`, two processes that answer, over the network, every write
on the disk before it is answered.
"""

import http.client
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.engine import make_url

from grants.persistence.session import db
from tests.engines import Engine
from tests.servers import Server, environment_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Visitor:
    """Somebody signed in, on a connection that stays open, as a browser's does."""

    def __init__(self, port: int, browser: FlaskClient) -> None:
        cookie = browser.get_cookie("session")
        assert cookie is not None
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"session={cookie.value}"}

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> str:
        return self._ask("GET", path, None, {})

    def post(self, path: str, form: dict[str, str]) -> str:
        return self._ask("POST", path, urlencode(form), FORM)

    def opens(self, path: str) -> str:
        """The token that the page's forms are sent with, which belongs to the session."""
        page = self.get(path)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page
        return token[1]

    def _ask(self, method: str, path: str, body: str | None, more: dict[str, str]) -> str:
        try:
            self._connection.request(method, path, body, self._headers | more)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # The server closes a connection that nobody used for a while.
            self._connection.close()
            self._connection.request(method, path, body, self._headers | more)
            answer = self._connection.getresponse()
        if (sent := answer.getheader("Set-Cookie")) and (found := re.search(r"session=([^;]+)", sent)):
            self._headers = {"Cookie": f"session={found[1]}"}
        text = answer.read().decode()
        assert answer.status == http.client.OK, f"{answer.status} {text}"
        return text


class Reviewer:
    """Who has a scorecard open, and saves it anew each time, as its page does by itself."""

    def __init__(self, visitor: Visitor, card: str) -> None:
        self.visitor, self.card, self.version = visitor, card, 0
        self._token = visitor.opens(card)

    def saves(self) -> None:
        said = {"csrf_token": self._token, "version": str(self.version), "why_competency": f"Why {self.version}."}
        assert f'value="{self.version + 1}"' in self.visitor.post(f"{self.card}/save", said)
        self.version += 1


def saves_a_second(reviewers: list[Reviewer], seconds: float) -> float:
    """How many saves all of them together are answered in a second, each saving as fast as they can."""
    until = time.monotonic() + seconds

    def work(reviewer: Reviewer) -> int:
        first = reviewer.version
        while time.monotonic() < until:
            reviewer.saves()
        return reviewer.version - first

    began = time.monotonic()
    with ThreadPoolExecutor(len(reviewers)) as pool:
        made = sum(pool.map(work, reviewers))
    return made / (time.monotonic() - began)


@contextmanager
def serving(app: Flask, engine: Engine, folder: Path) -> Iterator[int]:
    """The port of a server on this test's database, as whoever runs one has it: tests alone wait for no disk."""
    wait_for_the_disk(engine)
    server = Server.start(environment_of(app, engine) | {"WEB_WORKERS": "2"}, folder / "server.log")
    try:
        server.wait_until_served()
        yield server.port
    finally:
        server.kill()


def wait_for_the_disk(engine: Engine) -> None:
    """On the embedded engine it is each process that says so, on the other the database: a commit is on the disk."""
    url = make_url(engine.url)
    if url.get_backend_name() == "postgresql":
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {url.database} SET synchronous_commit = on")  # type: ignore[arg-type]


def tidy() -> None:
    """What a database server does by itself within a minute of so many rows, and tests do not wait for: it counts them,
    and forgets those of earlier tests.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
