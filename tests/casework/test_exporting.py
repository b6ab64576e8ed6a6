"""Long lists as files: one work however often it is asked for, whole or not there, and only what one may see."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.background.queue import handler_of
from grants.background.runner import LEASE, run_due
from grants.casework import exporting, files
from grants.casework.export_kinds import Table, exportable
from grants.casework.export_models import Export
from grants.casework.jobs import make_export
from grants.casework.models import StoredFile
from grants.kernel.clock import clock_at
from grants.kernel.errors import Missing
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


def row_of(browser: FlaskClient, name: str) -> list[str]:
    """The texts of the one row of the list of files that is about this one."""
    [row] = [one for one in browser.get("/exports").text.split("<tr")[2:] if name in one]
    return [re.sub(r"<[^>]*>", "", cell.partition(">")[2]).strip() for cell in re.split(r"<t[dh]", row)[1:]]


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
        assert [one in waiting for one in ("A file of applications", "District-run", "of 2", "of 0")] == [
            *(True, True, False, False)
        ]
        assert browser.get(f"{place}/file").status_code == 409
        assert run_due() == 1
        assert schools_in(browser, place) == ["ASCEND", "Lodestar"]
        answer = browser.get(f"{place}/file")
        assert answer.headers["Content-Disposition"] == "attachment; filename=answers.csv"
        assert "answers.csv</b>: 2 applications" in browser.get(place).text
        link = '<a href="/exports">Your files</a>'
        assert [link in one.get("/account").text for one in (browser, client_of(reviewer()))] == [True, False]
        assert row_of(browser, "answers.csv")[-2:-1] == ["2"]
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
        conflict(officer)
        page = browser.get(place).text
        assert browser.get(f"{place}/file").status_code == 409
        assert ("What you may see has changed" in page, "2 applications" in page, "Download</a>" in page) == (
            True,
            False,
            False,
        )
        assert (row_of(browser, "answers.csv")[1], row_of(browser, "answers.csv")[-2]) == ("To be made anew", "–")
        assert browser.post(place, data={"form": "csv"}).location == place
        assert "2 applications" not in browser.get(place).text
        run_due()
        assert schools_in(browser, place) == ["ASCEND"]
        with unit_of_work() as session:
            session.delete(session.scalars(select(RoleGrant).where(RoleGrant.person_id == officer.id)).one())
        assert browser.get(f"{place}/file").status_code == 409


def test_what_is_hidden_between_the_press_and_the_making_is_not_in_it(officer: Person, client_of: Browser) -> None:
    browser = client_of(officer)
    with clock_at(NOON):
        place = browser.post(ANSWERS, data={"form": "csv"}).location
        conflict(officer)
        run_due()
        assert schools_in(browser, place) == ["ASCEND"]


class Killed(BaseException):
    """The process ends in the middle."""


_meanwhile: dict[int, Callable[[], object]] = {}
"""What happens once while the rows from this number on are read."""


@exportable("tests.numbers", "case.list", "number", "numbers", "Numbers.")
def _numbers(_actor: Actor, _wanted: Mapping[str, Any]) -> Table:
    def rows(ids: Sequence[int]) -> Iterator[Sequence[Any]]:
        _meanwhile.pop(ids[0], lambda: None)()
        yield from ([one] for one in ids)

    return Table(["Number"], range(1, 251), rows)


def numbers(me: Actor, **wanted: int) -> str:
    """Have numbers made into a file.

    returns  its public id
    """
    with unit_of_work():
        return exporting.ask(me, "tests.numbers", "csv", "numbers", wanted, []).public_id


def reviewer() -> Person:
    """Somebody who has no list to download."""
    with unit_of_work():
        return person("Rosa Reader", Role.REVIEWER)


def lines_of(me: Actor, asked: str) -> int:
    return len(files.read(exporting.file_for(me, asked)).split())


def conflict(officer: Person) -> Conflict:
    """A conflict of interest with Lodestar, from now on."""
    with unit_of_work() as session:
        session.add(
            Conflict(case_id=make.named("Lodestar").case_id, person_id=officer.id, source="declared", since=NOON)
        )
    return db.session.scalars(select(Conflict)).one()


def killed() -> None:
    raise Killed


def test_who_is_killed_half_way_leaves_no_half_file_and_the_next_attempt_makes_it_whole(
    officer: Person, client_of: Browser
) -> None:
    me, there, browser = actor(officer), keys_in_store(), client_of(officer)
    _meanwhile[101] = killed
    with clock_at(NOON):
        asked = numbers(me)
        with pytest.raises(Killed):
            run_due()
        shown = exporting.export_for(me, asked)
        assert (shown.export.file, shown.job.done, shown.job.total, keys_in_store()) == (None, 0, 250, there)
        assert "<b>0</b> of 250 numbers" in browser.get(f"/exports/{asked}").text
        conflict(officer)
        assert "250" not in browser.get(f"/exports/{asked}").text, "it was counted before the conflict"
    with clock_at(NOON + LEASE + timedelta(minutes=1)):
        run_due()
        lines = files.read(exporting.file_for(me, asked)).decode("utf-8-sig").split()
        assert lines == ["Number", *(str(number) for number in range(1, 251))]
        assert len(keys_in_store()) == len(there) + 1


def test_of_two_attempts_at_once_one_makes_the_file(officer: Person) -> None:
    me, there = actor(officer), keys_in_store()
    with clock_at(NOON):
        asked = numbers(me)
        _meanwhile[101] = lambda: make_export(asked, 1)
        run_due()
        make_export(asked, 1)
        assert (lines_of(me, asked), len(keys_in_store())) == (251, len(there) + 1)


def test_what_was_hidden_for_a_part_of_the_time_may_be_in_the_file_and_closes_it(officer: Person) -> None:
    me, standing = actor(officer), conflict(officer)

    def lift(at: datetime | None) -> None:
        with unit_of_work():
            standing.lifted_at = at

    _meanwhile.update({101: lambda: lift(NOON), 201: lambda: lift(None)})
    with clock_at(NOON):
        asked = numbers(me)
        run_due()
        assert exporting.export_for(me, asked).state == "closed"
        lift(NOON)
        assert exporting.export_for(me, asked).state == "ready"


def test_what_waited_longer_than_a_day_is_asked_for_again(officer: Person) -> None:
    me = actor(officer)
    with clock_at(NOON):
        asked = numbers(me)
    with clock_at(NOON + timedelta(days=2)):
        with pytest.raises(Missing):
            exporting.export_for(me, asked)
        assert (numbers(me), run_due()) == (asked, 2)
        assert lines_of(me, asked) == 251


def test_what_is_made_anew_while_others_are_removed_stays(officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    me, remove = actor(officer), files.remove
    with clock_at(NOON):
        first, second = numbers(me, n=1), numbers(me, n=2)
        run_due()

    def slowly(key: str) -> None:
        monkeypatch.undo()
        numbers(me, n=2)
        run_due()
        remove(key)

    monkeypatch.setattr(files, "remove", slowly)
    with clock_at(NOON + timedelta(days=2)):
        handler_of("casework.remove_exports")()
        assert lines_of(me, second) == 251
        assert db.session.scalars(select(Export.public_id)).all() == [second] != [first]


def test_asking_again_leads_to_what_was_made_a_moment_ago(officer: Person, client_of: Browser) -> None:
    browser, me = client_of(officer), actor(officer)
    with clock_at(NOON):
        asked = numbers(me)
        run_due()
        assert [(numbers(me), run_due()) for _ in range(2)] == [(asked, 0)] * 2
        browser.post(f"/exports/{asked}", data={"form": "csv"})
        assert run_due() == 1, "who says anew gets it anew"
    with clock_at(NOON + timedelta(minutes=11)):
        assert (numbers(me), run_due()) == (asked, 1)


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
            numbers(me, n=number)
        with statements() as thirty:
            page = browser.get("/exports").text
        assert (page.count('<td class="head"'), len(thirty)) == (30, len(one))
