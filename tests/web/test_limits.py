"""Tries are counted for all processes of a site, and by the visitor's own address behind proxies that are trusted."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants import create_app
from grants.config import ROOT, Settings
from grants.kernel.clock import clock_at, now
from grants.people.jobs import forget_tries
from grants.persistence.session import db
from grants.persistence.tries import Tries, count_try, tries
from tests.engines import Engine

# A process of its own, as each of the server's is; it says what it was answered.
ANOTHER_PROCESS = """
from grants import create_app
from grants.config import Settings
app = create_app(Settings.load())
app.config["WTF_CSRF_ENABLED"] = False
answers = [app.test_client().post("/sign-in", data={"email": "ada@example.org", "password": "wrong"}) for _ in range(6)]
print(*(one.status_code for one in answers))
"""


def wrong(client: FlaskClient, forwarded: str | None = None) -> int:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    data = {"email": "ada@example.org", "password": "wrong"}
    return client.post("/sign-in", data=data, headers=headers).status_code


def settings_of(engine: Engine, folder: Path, **more: str) -> dict[str, str]:
    return {
        "ENVIRONMENT": "test",
        "DATABASE_URL": engine.url,
        "FILES_URL": f"file://{folder}",
        "BASE_URL": "http://localhost",
        **more,
    }


def test_tries_in_another_process_count_here(app: Flask, engine: Engine, client: FlaskClient, tmp_path: Path) -> None:
    db.session.remove()
    told = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS],
        env=os.environ | settings_of(engine, tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["422"] * 6
    assert [wrong(client) for _ in range(5)] == [422] * 4 + [429]


def test_who_waits_long_enough_may_try_again(app: Flask, client: FlaskClient) -> None:
    start = now()
    with clock_at(start):
        assert [wrong(client) for _ in range(11)] == [422] * 10 + [429]
    with clock_at(start + timedelta(minutes=9)):
        assert wrong(client) == 429
    with clock_at(start + timedelta(minutes=10, seconds=1)):
        assert wrong(client) == 422


def test_what_no_longer_counts_is_removed_and_no_address_is_kept(app: Flask, client: FlaskClient) -> None:
    start = now()
    with clock_at(start):
        wrong(client)
        kept = db.session.scalars(select(Tries.key)).all()
        assert (len(kept), {len(one) for one in kept}, any("ada" in one for one in kept)) == (2, {64}, False)
        forget_tries()
        assert db.session.scalar(select(func.count(Tries.id))) == 2
    with clock_at(start + timedelta(minutes=11)):
        forget_tries()
        assert db.session.scalar(select(func.count(Tries.id))) == 0


def test_a_window_begins_with_its_first_try(app: Flask) -> None:
    start = now().replace(microsecond=0)
    with clock_at(start):
        assert [count_try("k", 60), count_try("k", 60), count_try("other", 60)] == [1, 2, 1]
    with clock_at(start + timedelta(seconds=59)):
        assert (count_try("k", 60), tries("k")) == (3, (3, int(start.timestamp()) + 60))
    with clock_at(start + timedelta(seconds=60)):
        assert (tries("k")[0], count_try("k", 60)) == (0, 1)


@pytest.mark.parametrize(
    ("trusted", "visitor", "answers"),
    [
        ("0", "{}.0.0.1", [422] * 10 + [429]),  # nobody is believed: all are the one address that connects
        ("1", "{}.0.0.1", [422] * 11),
        ("1", "{}.0.0.1, 9.9.9.9", [422] * 10 + [429]),  # what a visitor writes in front of the proxy's own word
    ],
)
def test_a_visitor_is_told_apart_behind_trusted_proxies_only(
    app: Flask, engine: Engine, tmp_path: Path, trusted: str, visitor: str, answers: list[int]
) -> None:
    behind = create_app(Settings.read(settings_of(engine, tmp_path, TRUSTED_PROXIES=trusted)))
    behind.config["WTF_CSRF_ENABLED"] = False
    client = behind.test_client()
    found = [wrong(client, visitor.format(number)) for number in range(1, 12)]
    with behind.app_context():
        db.engine.dispose()  # the next test's database takes the place of this one
    assert found == answers
