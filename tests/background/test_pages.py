"""The page of background work: what waits, runs and failed, in words that give nothing away; and trying again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background import queue, runner
from grants.background.models import Job
from grants.background.queue import enqueue, job
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.factories.people import person

Browser = Callable[[Person], FlaskClient]
NOON = datetime(2016, 3, 8, 20, tzinfo=UTC)
SECRET = "School 7 declined $350,000, says ada@example.org"


@pytest.fixture
def works(app: Flask) -> Iterator[dict[str, bool]]:
    """Two kinds of work, of which one fails as long as `mended` is not set."""
    mended: dict[str, bool] = {}

    def fails(**_: str) -> None:
        if not mended:
            raise Clash(SECRET)

    job("test.work", "Carry a crate")(lambda: None)
    job("test.fails", "Lift an anchor")(fails)
    with clock_at(NOON):
        yield mended
    for name in ("test.work", "test.fails"):
        queue._handlers.pop(name)
        queue._titles.pop(name)


@pytest.fixture
def root(app: Flask) -> Person:
    with unit_of_work():
        return person("Root", Role.ADMINISTRATOR)


def fail_for_good() -> Job:
    """A job that was given up."""
    with unit_of_work() as session:
        enqueue(session, "test.fails", about=SECRET)
    for hours in range(runner.ATTEMPTS):
        with clock_at(NOON + timedelta(hours=hours)):
            runner.run_due()
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.state == "failed")).one()


def fill(count: int) -> None:
    with unit_of_work() as session:
        for _ in range(count):
            enqueue(session, "test.work")


@pytest.mark.parametrize("role", Role.granted())
def test_who_may_open_it(app: Flask, works: dict[str, bool], client_of: Browser, role: Role) -> None:
    failed = fail_for_good().public_id
    with unit_of_work():
        browser = client_of(person(None, role))
    reads, writes = {Role.ADMINISTRATOR, Role.AUDITOR}, {Role.ADMINISTRATOR}
    page = browser.get("/background")
    assert page.status_code == (200 if role in reads else 403)
    assert ("Try again" in page.text) == (role in writes)
    assert browser.post(f"/background/{failed}/retry").status_code == (302 if role in writes else 403)
    assert ("Background work" in browser.get("/").text) == (role in reads)


def test_what_failed_is_said_in_words_that_give_nothing_away(
    works: dict[str, bool], root: Person, client_of: Browser
) -> None:
    fill(1)
    fail_for_good()
    page = client_of(root).get("/background").text
    assert ("Lift an anchor" in page, "Carry a crate" in page) == (True, True)
    assert "How things stand does not allow it." in page
    for part in ("School 7", "350,000", "ada@example.org", "Clash", "test.fails<"):
        assert part not in page


def test_the_list_is_narrowed_by_its_address(works: dict[str, bool], root: Person, client_of: Browser) -> None:
    fail_for_good()
    fill(2)
    browser = client_of(root)

    def rows(query: str) -> tuple[int, int]:
        _, _, body = browser.get(f"/background?{query}").text.partition("<tbody>")
        return body.count("Lift an anchor"), body.count("Carry a crate")

    shown = {query: rows(query) for query in ("", "state=failed", "state=queued", "state=odd")}
    assert shown == {
        "": (1, 2),
        "state=failed": (1, 0),
        "state=queued": (0, 2),
        "state=odd": (0, 0),
    }


def test_a_failed_job_is_tried_again_once_and_that_is_on_record(
    works: dict[str, bool], root: Person, client_of: Browser
) -> None:
    failed, browser = fail_for_good(), client_of(root)
    assert "1 job in the background failed" in browser.get("/").text
    works["mended"] = True
    first, second = (browser.post(f"/background/{failed.public_id}/retry").status_code for _ in range(2))
    assert (first, second) == (302, 409)
    assert "job in the background failed" not in browser.get("/").text
    runner.run_due()
    db.session.rollback()
    assert (failed.state, failed.attempts, failed.error) == ("done", 6, None)
    kept = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "job.retry")).one()
    assert (kept.actor_id, kept.subject_id, kept.acting_as) == (root.id, failed.public_id, "administrator")
    assert (kept.before, kept.after) == (
        {"state": "failed", "attempts": 5},
        {"state": "queued", "name": "test.fails"},
    )


def test_what_fails_again_has_as_many_attempts_as_the_first_time(
    works: dict[str, bool], root: Person, client_of: Browser
) -> None:
    failed = fail_for_good()
    client_of(root).post(f"/background/{failed.public_id}/retry")
    seen = []
    for hour in range(10, 17):
        with clock_at(NOON + timedelta(hours=hour)):
            runner.run_due()
            db.session.rollback()
            seen.append((failed.state, failed.attempts))
    assert seen == [("queued", number) for number in range(6, 10)] + [("failed", 10)] * 3


def test_a_page_of_thirty_costs_what_a_page_of_one_costs(
    works: dict[str, bool], root: Person, client_of: Browser, statements: Callable[[], Any]
) -> None:
    browser = client_of(root)

    def cost() -> int:
        with statements() as seen:
            assert browser.get("/background").status_code == 200
        return len(seen)

    fill(1)
    one = cost()
    fill(40)
    assert (cost(), "1 to 30 of 41" in browser.get("/background").text) == (one, True)
