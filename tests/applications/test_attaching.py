"""Files sent one by one as they are chosen, and what stood before them."""

import io
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.applications import queries, services
from grants.applications.models import Application
from grants.casework import files
from grants.kernel.clock import clock_at
from grants.kernel.errors import Invalid
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make

Browser = Callable[[Person], FlaskClient]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def begun() -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        return school, make.draft(school, make.stage())


def send(browser: FlaskClient, application: Application, field: str, content: bytes, name: str) -> Any:
    with clock_at(make.WRITING):
        return browser.post(
            f"/applications/{application.public_id}/files/{field}",
            data={field: (io.BytesIO(content), name)},
            content_type="multipart/form-data",
            headers={"Accept": "application/json"},
        )


def put(name: str) -> files.PutFile:
    return files.put(PDF, name, "application/pdf")


def names(application: Application, field: str) -> list[str]:
    return [one.file.name for one in queries.attachments_of(application).get(field, [])]


def test_each_file_is_answered_with_those_that_stand_now(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    browser = client_of(school.editor)
    first = send(browser, application, "letter", PDF, "first.pdf")
    assert (first.status_code, "first.pdf" in first.text, "Earlier files" in first.text) == (200, True, False)
    second = send(browser, application, "letter", PDF, "second.pdf")
    assert ("first.pdf" in second.text, "second.pdf" in second.text, "Earlier files" in second.text) == (
        False,
        True,
        True,
    )
    assert names(application, "letter") == ["second.pdf"]
    send(browser, application, "work", b"a,b\n", "one.csv")
    send(browser, application, "work", b"a,b\n", "two.csv")
    assert names(application, "work") == ["one.csv", "two.csv"]


@pytest.mark.parametrize(
    ("field", "content", "name", "status", "sentence"),
    [
        ("letter", b"", "empty.pdf", 422, "“empty.pdf” is empty."),
        ("letter", PDF, "", 422, "No file was sent."),
        ("motto", PDF, "a.pdf", 404, "The form has no such question."),
        ("nonsense", PDF, "a.pdf", 404, "The form has no such question."),
    ],
)
def test_what_is_refused_is_said_in_a_sentence_alone(
    app: Flask, client_of: Browser, field: str, content: bytes, name: str, status: int, sentence: str
) -> None:
    school, application = begun()
    answer = send(client_of(school.editor), application, field, content, name)
    assert (answer.status_code, answer.json["sentence"]) == (status, sentence)
    assert queries.attachments_of(application) == {}


def test_only_writers_attach_and_only_while_it_is_written(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    with unit_of_work():
        other = make.school("Madison Park Academy")
    refused = {
        who: send(client_of(person), application, "letter", PDF, "letter.pdf").status_code
        for who, person in (("viewer", school.viewer), ("a stranger", other.lead))
    }
    assert refused == {"viewer": 403, "a stranger": 404}
    with clock_at(make.WRITING), unit_of_work():
        services.withdraw(school.as_lead, application)
    late = send(client_of(school.editor), application, "letter", PDF, "letter.pdf")
    assert (late.status_code, queries.attachments_of(application)) == (409, {})


def test_files_that_were_replaced_or_removed_are_had_again_with_who_and_when(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    with clock_at(make.WRITING), unit_of_work():
        services.save_answers(
            school.as_editor, application, {key: services.Write(value, 0) for key, value in make.COMPLETE.items()}
        )
    kept = [put(name) for name in ("first.pdf", "second.pdf", "third.pdf")]
    with clock_at(make.WRITING), unit_of_work():
        services.attach(school.as_lead, application, "letter", kept[0])
        services.submit(school.as_signatory, application, school.signatory.name)
        services.reopen(school.as_signatory, application)
        services.attach(school.as_editor, application, "letter", kept[1])
        third = services.attach(school.as_lead, application, "letter", kept[2])
        services.remove_attachment(school.as_signatory, application, third)
    latest = queries.files_of(application, "letter").items
    assert [(one.file.name, one.attached_by, one.removed_by) for one in latest] == [
        ("third.pdf", school.lead, school.signatory),
        ("second.pdf", school.editor, school.lead),
        ("first.pdf", school.lead, school.editor),
    ]
    with clock_at(make.WRITING):
        page = client_of(school.viewer).get(f"/applications/{application.public_id}/history/letter")
        first = client_of(school.viewer).get(f"/applications/{application.public_id}/files/{latest[2].file.public_id}")
    assert (page.status_code, page.text.count("Taken out by"), page.text.count("Submitted in version 1")) == (200, 3, 1)
    assert (first.status_code, first.data) == (200, PDF)


def test_the_history_of_files_costs_the_same_however_long_it_is(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    school, application = begun()
    browser, address = client_of(school.viewer), f"/applications/{application.public_id}/history/letter"

    def attach(number: int) -> None:
        kept = [put(f"{one}.pdf") for one in range(number)]
        with clock_at(make.WRITING), unit_of_work():
            for one in kept:
                services.attach(school.as_lead, application, "letter", one)

    def read() -> int:
        with clock_at(make.WRITING), statements() as ran:
            assert browser.get(address).status_code == 200
        return len(ran)

    attach(1)
    read()
    one = read()
    attach(29)
    assert read() == one


def sized(name: str, megabytes: int) -> files.PutFile:
    """A file that stands in the store, as far as its record says."""
    return files.PutFile(name, "application/pdf", megabytes * 2**20, "0" * 64, f"2016/02/{name}")


def test_the_files_of_an_application_come_to_no_more_than_its_form_says(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    with clock_at(make.WRITING), unit_of_work():
        services.attach(school.as_editor, application, "letter", sized("first.pdf", 10))
        services.attach(school.as_editor, application, "letter", sized("instead.pdf", 10))
        services.attach(school.as_editor, application, "work", sized("one.pdf", 2))
    answer = send(client_of(school.editor), application, "work", b"a,b\n", "two.csv")
    sentence = "With this file the application would hold 12.1 MB of files; it may hold 12."
    assert (answer.status_code, sentence in answer.json["sentence"]) == (422, True)
    assert (names(application, "letter"), names(application, "work")) == (["instead.pdf"], ["one.pdf"])
    with clock_at(make.WRITING):
        page = client_of(school.editor).get(f"/applications/{application.public_id}/sections/people").text
    assert "All files of this application: 12 of 12 MB." in page


def test_of_two_files_at_once_that_do_not_fit_together_one_is_refused(app: Flask) -> None:
    school, application = begun()
    public_id, editor, gate, outcomes = application.public_id, school.as_editor, Barrier(2), {}

    def send_one(name: str) -> None:
        with app.app_context(), clock_at(make.WRITING):
            mine = queries.application_for(editor, public_id)
            gate.wait()
            try:
                with unit_of_work():
                    services.attach(editor, mine, "work", sized(name, 7))
                outcomes[name] = "attached"
            except Invalid as refused:
                outcomes[name] = refused.sentence[:40]
            db.session.remove()

    threads = [Thread(target=send_one, args=(name,)) for name in ("one.pdf", "two.pdf")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes.values()) == ["With this file the application would hol", "attached"]
    db.session.rollback()
    assert len(names(application, "work")) == 1


def test_nothing_is_stored_of_a_file_that_may_not_be_attached(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    folder = Path(urlsplit(app.config["SETTINGS"].files_url).path)

    def stored() -> int:
        return sum(one.is_file() for one in folder.rglob("*"))

    before = stored()
    assert send(client_of(school.viewer), application, "letter", PDF, "viewer.pdf").status_code == 403
    with clock_at(make.WRITING), unit_of_work():
        services.attach(school.as_editor, application, "letter", sized("large.pdf", 12))
    assert send(client_of(school.editor), application, "work", b"a,b\n", "one.csv").status_code == 422
    assert stored() == before
    assert send(client_of(school.editor), application, "letter", PDF, "editor.pdf").status_code == 200
    assert stored() == before + 1
