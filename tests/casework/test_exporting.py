"""Long lists as files: one work however often it is asked for, whole or not there, and only what one may see."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.background.queue import handler_of
from grants.background.runner import LEASE, run_due
from grants.casework import exporting, files
from grants.casework.export_models import Export
from grants.casework.exporting import Table, exportable
from grants.casework.jobs import ROWS_AT_ONCE
from grants.casework.models import StoredFile
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.people.models import Person, RoleGrant
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories import applications as make
from tests.factories.people import actor, person

Browser = Callable[[Person], FlaskClient]
NOON = make.WRITING
ANSWERS = "/applications/answers"


@pytest.fixture
def officer(app: Flask) -> Person:
    """An officer of a stage to which two schools submitted, and one has not."""
    with clock_at(NOON), unit_of_work():
        stage = make.stage()
        for name in ("Lodestar", "ASCEND"):
            make.submitted(make.school(name), stage)
        make.draft(make.school("Roosevelt"), stage)
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
    with clock_at(NOON):
        run_due()  # receipts are files too
    return officer


def schools_in(browser: FlaskClient, place: str) -> list[str]:
    text = browser.get(f"{place}/file").data.decode("utf-8-sig")
    return [row[0] for row in csv.reader(io.StringIO(text))][1:]


def keys_in_store() -> list[str]:
    return [one["path"] for batch in files._store().list() for one in batch]


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_officer_asks_comes_back_and_takes_the_file(officer: Person, client_of: Browser) -> None:
    browser, there, registered = client_of(officer), keys_in_store(), count(StoredFile)
    with clock_at(NOON):
        places = {browser.post(f"{ANSWERS}?sector=district", data={"form": "csv"}).location for _ in range(2)}
        [place] = places
        waiting = browser.get(place).text
        assert [one in waiting for one in ("of 2 applications", "<b>0</b> of 2", "District-run")] == [True] * 3
        assert browser.get(f"{place}/file").status_code == 409
        assert run_due() == 1
        assert schools_in(browser, place) == ["ASCEND", "Lodestar"]
        answer = browser.get(f"{place}/file")
        assert answer.headers["Content-Disposition"] == "attachment; filename=answers.csv"
        assert "answers.csv" in browser.get("/exports").text
        with unit_of_work():
            other = person("Otto Other", Role.PROGRAM_OFFICER)
        assert [client_of(other).get(one).status_code for one in (place, f"{place}/file")] == [404, 404]
        assert "answers.csv" not in client_of(other).get("/exports").text
    with clock_at(NOON + timedelta(days=1, minutes=1)):
        assert [browser.get(one).status_code for one in (place, f"{place}/file")] == [404, 404]
        handler_of("casework.remove_exports")()
        assert (keys_in_store(), count(Export), count(StoredFile)) == (there, 0, registered)


def test_a_conflict_closes_the_file_at_once_and_the_next_one_is_without_the_school(
    officer: Person, client_of: Browser
) -> None:
    browser = client_of(officer)
    with clock_at(NOON):
        place = browser.post(ANSWERS, data={"form": "csv"}).location
        run_due()
        assert schools_in(browser, place) == ["ASCEND", "Lodestar"]
        with unit_of_work() as session:
            case = make.named("Lodestar").case_id
            session.add(Conflict(case_id=case, person_id=officer.id, source="declared", since=NOON))
        page = browser.get(place).text
        assert browser.get(f"{place}/file").status_code == 409
        assert ("What you may see has changed" in page, "of 2" in page, "Download</a>" in page) == (True, False, False)
        assert browser.post(place, data={"form": "csv"}).location == place
        run_due()
        assert schools_in(browser, place) == ["ASCEND"]
        with unit_of_work() as session:
            session.delete(session.scalars(select(RoleGrant).where(RoleGrant.person_id == officer.id)).one())
        assert browser.get(f"{place}/file").status_code == 409


def test_what_is_hidden_between_the_press_and_the_making_is_not_in_it(officer: Person, client_of: Browser) -> None:
    browser = client_of(officer)
    with clock_at(NOON):
        place = browser.post(ANSWERS, data={"form": "csv"}).location
        with unit_of_work() as session:
            case = make.named("Lodestar").case_id
            session.add(Conflict(case_id=case, person_id=officer.id, source="declared", since=NOON))
        run_due()
        assert schools_in(browser, place) == ["ASCEND"]


class Killed(BaseException):
    """The process ends in the middle."""


_ends: list[bool] = []


@exportable("tests.numbers", "case.list", "number", "numbers")
def _numbers(_actor: Actor, _wanted: Mapping[str, Any]) -> Table:
    def rows(ids: Sequence[int]) -> Iterator[Sequence[Any]]:
        if ids[0] > ROWS_AT_ONCE and _ends:
            _ends.pop()
            raise Killed
        yield from ([one] for one in ids)

    return Table(["Number"], range(1, 2 * ROWS_AT_ONCE + 51), rows)


def test_who_is_killed_half_way_leaves_no_half_file_and_the_next_attempt_makes_it_whole(officer: Person) -> None:
    me, there = actor(officer), keys_in_store()
    _ends.append(True)
    with clock_at(NOON):
        with unit_of_work():
            asked = exporting.ask(me, "tests.numbers", "csv", "numbers", {}, [], 250).public_id
        with pytest.raises(Killed):
            run_due()
        export, job = exporting.export_for(me, asked)
        assert (export.file, job.done, job.total, keys_in_store()) == (None, ROWS_AT_ONCE, 250, there)
    with clock_at(NOON + LEASE + timedelta(minutes=1)):
        run_due()
        lines = files.read(exporting.file_for(me, asked)).decode("utf-8-sig").split()
        assert lines == ["Number", *(str(number) for number in range(1, 251))]
        assert len(keys_in_store()) == len(there) + 1


def test_the_list_of_files_costs_the_same_for_one_and_for_thirty(
    officer: Person, client_of: Browser, statements: Callable[[], Any]
) -> None:
    browser = client_of(officer)
    with clock_at(NOON):
        browser.post(f"{ANSWERS}?search=1")
        run_due()
        browser.get("/exports")
        with statements() as one:
            browser.get("/exports")
        me = actor(officer)
        for number in range(29):
            with unit_of_work():
                exporting.ask(me, "tests.numbers", "csv", "numbers", {"n": number}, [], 250)
        with statements() as thirty:
            page = browser.get("/exports").text
        assert (page.count('<td class="head"'), len(thirty)) == (30, len(one))
