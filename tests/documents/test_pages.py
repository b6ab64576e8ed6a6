"""Who gets a document, and what the public is told of its code."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.background.runner import run_due
from grants.casework import files
from grants.documents import queries, services
from grants.documents.codes import spelled
from grants.documents.models import Document
from grants.kernel.clock import now
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.base import new_public_id
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.beginnings import Begin
from tests.factories.casework import case
from tests.factories.documents import letter
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def document(begin: Begin) -> Document:
    return begin(letter_to_ascend)


def letter_to_ascend() -> Document:
    """A rendered letter to ASCEND, not released."""
    with unit_of_work():
        one = letter(case(organization("ASCEND")))
        services.render_later([one], "letters")
    run_due()
    return again(one)


def again(one: Document) -> Document:
    return db.session.get_one(Document, one.id, populate_existing=True)


def release(one: Document) -> Document:
    with unit_of_work():
        services.release(again(one))
    return again(one)


def member(one: Document) -> Person:
    with unit_of_work():
        someone = person("Dana")
        join(someone, again(one).case.organization)
        return someone


def test_the_school_gets_its_letter_once_it_is_released(document: Document, client_of: Browser) -> None:
    browser, page = client_of(member(document)), f"/documents/{document.public_id}"
    assert browser.get(page).status_code == 404
    release(document)
    answer = browser.get(page)
    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Planning grant award letter, ASCEND.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    stored = again(document).file
    assert stored is not None
    assert answer.data == files.read(stored)
    with unit_of_work():
        services.void(again(document), "It was sent in error.")
    assert browser.get(page).status_code == 404


@pytest.mark.parametrize("role", Role.granted())
def test_each_role_reads_letters_or_does_not(document: Document, client_of: Browser, role: Role) -> None:
    with unit_of_work():
        browser = client_of(person("Someone", role))
    readers = {Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR}
    assert browser.get(f"/documents/{document.public_id}").status_code == (200 if role in readers else 403)


def test_others_do_not_get_it_released_or_not(document: Document, client: FlaskClient, client_of: Browser) -> None:
    release(document)
    with unit_of_work():
        stranger, conflicted = person("Stranger"), person("Maya", Role.PROGRAM_OFFICER)
        join(stranger, organization("Lodestar"))
        db.session.add(Conflict(case=again(document).case, person=conflicted, source="declared", since=now()))
    page = f"/documents/{document.public_id}"
    assert client_of(stranger).get(page).status_code == 404
    assert client_of(conflicted).get(page).status_code == 404
    assert client.get(page).status_code == 302
    assert queries.documents_of(actor(stranger), again(document).case).items == []


def test_a_letter_still_being_made_says_so(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        one = letter(case())
        officer = person("Maya", Role.PROGRAM_OFFICER)
    answer = client_of(officer).get(f"/documents/{one.public_id}")
    assert answer.status_code == 404
    assert "still being made" in answer.text


def test_a_released_code_verifies_however_it_is_typed(document: Document, client: FlaskClient) -> None:
    released = release(document)
    printed = spelled(released.code)
    asked = client.get("/verify", query_string={"code": f" {printed.lower()} "})
    assert asked.location == f"/verify/{released.code}"
    for typed in (released.code, printed, printed.replace("-", " ")):
        page = client.get(f"/verify/{typed}")
        assert page.status_code == 200
        for told in ("This document is genuine", "Planning grant award letter", "ASCEND", printed):
            assert told in page.text
        assert released.file is not None
        assert released.file.sha256 in page.text


def test_an_embargoed_code_is_answered_like_one_that_never_was(document: Document, client: FlaskClient) -> None:
    """Frozen, rendered and void ones, and pure invention: the same page but for the code that was typed."""
    with unit_of_work():
        frozen, void = letter(case()), letter(case())
        services.void(void, "Not meant.")
    invented = "2" * 16
    codes = (document.code, frozen.code, void.code, invented)
    pages = [client.get(f"/verify/{code}") for code in codes]
    assert [page.status_code for page in pages] == [404] * 4
    assert {page.text.replace(code, "CODE") for page, code in zip(pages, codes, strict=True)} == {
        pages[-1].text.replace(invented, "CODE")
    }
    assert "No released document carries this code." in pages[0].text
    assert f'value="{document.code}"' in pages[0].text
    release(document)
    assert client.get(f"/verify/{document.code}").status_code == 200


@pytest.mark.parametrize(("code", "status"), [("", 422), ("nonsense", 302), ("<script>", 302), ("x" * 500, 302)])
def test_any_code_can_be_asked_for(app: Flask, client: FlaskClient, code: str, status: int) -> None:
    asked = client.get("/verify", query_string={"code": code})
    assert asked.status_code == status
    if status == 302:
        followed = client.get(asked.location)
        assert followed.status_code == 404
        assert "<script>" not in followed.text


def test_a_copy_is_compared_byte_for_byte_and_not_kept(document: Document, client: FlaskClient) -> None:
    released = release(document)
    assert released.file is not None
    whole = files.read(released.file)

    def compare(content: bytes | None) -> Any:
        data = {} if content is None else {"file": (BytesIO(content), "copy.pdf")}
        return client.post(f"/verify/{released.code}", data=data)

    def heading(page: str) -> str:
        return page.partition("<h1>")[2].partition("</h1>")[0]

    assert "The same, byte for byte." in compare(whole).text
    assert "Not the same file." in compare(whole + b" ").text
    assert [heading(compare(one).text) for one in (whole, whole + b" ")] == [
        "Your file is genuine",
        "Your file is not the one that was released",
    ]
    assert "Not the same file." in compare(b"").text
    assert compare(None).status_code == 422
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM stored_file").scalar() == 1
    assert client.post("/verify/2222222222222222", data={"file": (BytesIO(whole), "x.pdf")}).status_code == 404


def test_an_earlier_version_says_that_there_is_a_newer_one(document: Document, client: FlaskClient) -> None:
    subject = new_public_id()
    with unit_of_work():
        first = letter(case(), subject)
        services.render_later([first], "first", release=True)
    run_due()
    with unit_of_work():
        second = letter(again(first).case, subject, signed_by="Somebody Else")
        services.render_later([second], "second")
    run_due()
    assert "newer version" not in client.get(f"/verify/{first.code}").text, "an embargoed one is not told of"
    release(second)
    assert "newer version" in client.get(f"/verify/{first.code}").text
    assert "newer version" not in client.get(f"/verify/{second.code}").text


def test_guessing_has_to_wait_and_verifying_does_not_count(document: Document, client: FlaskClient) -> None:
    code = release(document).code
    for _ in range(35):
        assert client.get(f"/verify/{code}").status_code == 200
    assert [client.get(f"/verify/{'2' * 16}").status_code for _ in range(31)] == [404] * 30 + [429]


@pytest.mark.parametrize("count", [1, 30])
def test_a_cases_documents_are_a_page_of_them(app: Flask, statements: Callable[[], Any], count: int) -> None:
    with unit_of_work():
        officer, one = person("Maya", Role.PROGRAM_OFFICER), case()
        for _ in range(count):
            letter(one)
    me = actor(officer)
    _ = one.id
    with statements() as seen:
        names = [found.file_name for found in queries.documents_of(me, one).items]
    assert len(names) == count
    assert len([asked for asked in seen if asked.startswith("SELECT")]) == 2
