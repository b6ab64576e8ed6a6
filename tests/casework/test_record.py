"""The record: read by filters, proved on demand, by page and by command."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from grants.casework.commands import audit as audit_command
from grants.kernel.clock import clock_at, now
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories.casework import case
from tests.factories.exports import file_of
from tests.factories.people import actor, organization, person

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def auditor(app: Flask) -> Person:
    with unit_of_work():
        return person("Audrey", Role.AUDITOR)


def note(action: str, by: Person | None = None, at: datetime | None = None, **more: Any) -> None:
    with clock_at(at or now()), unit_of_work():
        audit.record(actor(by) if by else SYSTEM, action, organization(), **more)


def tamper(statement: str) -> None:
    """Change the record with plain SQL, as someone with the database in their hands would."""
    db.session.rollback()  # what was read before is read again
    sqlite = db.engine.dialect.name == "sqlite"
    off = "DROP TRIGGER audit_record_no_update" if sqlite else "ALTER TABLE audit_record DISABLE TRIGGER ALL"
    with db.engine.begin() as connection:
        connection.execute(text(off))
        connection.execute(text(statement))


def rows(browser: FlaskClient, query: str = "") -> list[str]:
    text = file_of(browser, f"/record/file?{query}").data.decode("utf-8-sig")
    acts = [line.split(",")[4] for line in text.splitlines()[1:]]
    return [act for act in acts if act != "export.ask"]  # of this file and those before it


def test_the_record_is_narrowed_by_act_person_and_day(auditor: Person, client_of: Browser) -> None:
    with unit_of_work():
        maya = person("Maya Reed", Role.PROGRAM_OFFICER)
    note("slate.propose", maya, datetime(2016, 3, 8, 7, 59, tzinfo=UTC))  # 23:59 on 7 March where the house stands
    note("slate.approve", None, datetime(2016, 3, 8, 8, 0, tzinfo=UTC))
    note("award.offer", maya, datetime(2016, 3, 9, 20, 0, tzinfo=UTC))
    browser = client_of(auditor)
    assert rows(browser) == ["award.offer", "slate.approve", "slate.propose"]
    assert rows(browser, "action=slate") == ["slate.approve", "slate.propose"]
    assert rows(browser, "who=reed") == ["award.offer", "slate.propose"]
    assert rows(browser, "since=2016-03-08&until=2016-03-08") == ["slate.approve"]
    assert rows(browser, "action=%25") == []
    assert rows(browser, "action=proposed+a") == ["slate.propose"]
    page = browser.get("/record?action=award").text
    assert ("Offered an award" in page, "award.offer" in page, "Approved a slate" in page) == (True, False, False)


def test_a_wrong_date_is_said_and_nothing_breaks(auditor: Person, client_of: Browser) -> None:
    note("slate.approve")
    page = client_of(auditor).get("/record?since=soon")
    assert (page.status_code, "“soon” is not a date. Write year, month and day" in page.text) == (200, True)


def test_the_page_shows_what_changed(auditor: Person, client_of: Browser) -> None:
    note("case.hand_over", before={"officer": "Maya"}, after={"officer": "<Omar>", "parts": [1, 2]})
    page = client_of(auditor).get("/record").text
    assert "Maya → &lt;Omar&gt;" in page
    assert "[1, 2]" in page


def test_a_conflicted_reader_does_not_see_acts_on_that_case(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        director = person("Dan", Role.DIRECTOR)
        hidden, open_ = case(), case()
        db.session.add(Conflict(case=hidden, person=director, source="declared", since=now()))
    note("slate.propose", case_id=hidden.id)
    note("slate.approve", case_id=open_.id)
    note("account.add")
    assert rows(client_of(director)) == ["account.add", "slate.approve"]


def callout(browser: FlaskClient) -> str:
    """What the page says once it has read the whole record, as running text."""
    (told,) = re.findall(r'<div class="callout.*?>(.*?)</div>', browser.post("/record").text, re.DOTALL)
    return " ".join(re.sub("<.*?>", " ", told).split())


def test_the_proof_by_page(auditor: Person, client_of: Browser) -> None:
    for number in range(3):
        note(f"act.{number}")
    browser = client_of(auditor)
    assert callout(browser) == "The record holds. 3 rows, each sealed to the one before."
    edited = db.session.scalars(select(AuditRecord).where(AuditRecord.number == 2)).one().subject_id
    tamper("UPDATE audit_record SET actor_name = 'Somebody' WHERE number = 2")
    assert callout(browser) == (
        "The record does not hold. 1 fault in 4 rows: "  # the first look is itself an act
        f"Record 2 was edited: act.1 on organization {edited} by Somebody does not match its seal."
    )


def test_an_auditor_is_asked_to_verify_what_nobody_has(auditor: Person, client_of: Browser) -> None:
    note("act.1")
    browser = client_of(auditor)
    assert "It was never verified." in browser.get("/").text
    browser.post("/record")
    assert "Verify the record" not in browser.get("/").text
    note("act.2")
    assert "Something was done since it was last verified." in browser.get("/").text


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE audit_record SET action = 'act.9' WHERE number = 2", "Record 2 was edited"),
        ("UPDATE audit_record SET at = '2001-01-01 00:00:00' WHERE number = 3", "Record 3 was edited"),
        ("UPDATE audit_record SET number = 7 WHERE number = 3", "Records 3 to 6 are missing"),
    ],
)
def test_the_proof_by_command(app: Flask, statement: str, sentence: str) -> None:
    for number in range(3):
        note(f"act.{number}")
    whole = app.test_cli_runner().invoke(audit_command, ["verify"])
    assert (whole.exit_code, whole.output) == (0, "The record holds: 3 rows, each sealed to the one before.\n")
    tamper(statement)
    broken = app.test_cli_runner().invoke(audit_command, ["verify"])
    assert broken.exit_code == 1
    assert sentence in broken.output
    assert "The record does not hold" in broken.output


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_asks_the_same_questions_for_one_and_for_thirty(
    auditor: Person, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    for _ in range(count):
        note("act")
    browser = client_of(auditor)
    with statements() as seen:
        assert browser.get("/record").status_code == 200
    assert len([one for one in seen if one.startswith("SELECT")]) == 4


@pytest.mark.parametrize("count", [1, 30])
def test_cases_on_record_are_named_in_one_more_statement(
    auditor: Person, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    with unit_of_work():
        cases = [case(organization(f"School {number}")) for number in range(count)]
    for one in cases:
        note("conflict.confirm", case_id=one.id)
    browser = client_of(auditor)
    with statements() as seen:
        page = browser.get("/record").text
    assert len([one for one in seen if one.startswith("SELECT")]) == 5
    links = re.findall(r'<a href="/cases/(\w+)">([^<]+)</a>', page)
    assert links == [(one.public_id, one.organization.name) for one in reversed(cases)]


def changes(browser: FlaskClient) -> list[str]:
    """The last column of the record, as running text."""
    cells = re.findall(r'data-label="Change"[^>]*>(.*?)</td>', browser.get("/record").text, re.DOTALL)
    return [" ".join(re.sub("<.*?>", "", one).split()) for one in cells]


def test_what_changed_is_read_in_words(auditor: Person, client_of: Browser) -> None:
    """Instants where the house stands, days, keys and yes or no; what people wrote stays as they wrote it."""
    at = datetime(2016, 11, 15, 17, 0, tzinfo=UTC)
    note("review.declare", before={"declared_at": None}, after={"declared_at": at})
    note("award.offer", after={"answer_by": date(2016, 4, 19), "joins": True})
    note(
        "review.conflict", after={"kind": "worked_together", "source": "former_employer", "reason": "See my_notes. Ok?"}
    )
    note("review.sample", after={"marks": {"learning_plans": "3", "team": "1"}})
    assert changes(client_of(auditor)) == [
        "marks learning plans 3, team 1",
        "kind worked together · reason See my_notes. Ok? · source former employer",
        "answer by 19 April 2016 · joins yes",
        "declared at nothing → 15 November 2016, 9:00 am Pacific",
    ]


@pytest.mark.parametrize("role", Role.granted())
def test_only_auditors_and_directors_read_it(app: Flask, client_of: Browser, role: Role) -> None:
    with unit_of_work():
        browser = client_of(person("Someone", role))
    note("act")
    answers = {
        browser.get("/record").status_code,
        file_of(browser, "/record/file").status_code,
        browser.post("/record").status_code,
    }
    assert answers == ({200} if role in {Role.AUDITOR, Role.DIRECTOR} else {403})
