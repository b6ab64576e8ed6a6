"""The receipt: on the page at once, as a PDF soon after, provable by anyone, the same however often it is asked for."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from grants.applications import services
from grants.applications.models import Submission
from grants.applications.services.receipts import issue_receipt
from grants.background.runner import run_due
from grants.casework import files
from grants.documents.models import Document
from grants.kernel.clock import clock_at
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make
from tests.factories.people import person
from tests.factories.uploads import PDF

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def received(app: Flask) -> tuple[make.School, Submission]:
    with clock_at(make.WRITING):
        kept = files.put(PDF, "letter of support.pdf", "application/pdf")
        with unit_of_work():
            school = make.school("Urban Promise Academy")
            application = make.draft(school, make.stage(), make.COMPLETE)
            services.attach(school.as_lead, application, "letter", kept)
            return school, services.submit(school.as_signatory, application, school.signatory.name)


def receipts() -> list[Document]:
    db.session.rollback()
    return list(db.session.scalars(select(Document).where(Document.kind == "receipt").order_by(Document.id)))


def test_the_pdf_is_made_in_the_background_and_proves_itself(
    received: tuple[make.School, Submission], client_of: Browser, client: FlaskClient
) -> None:
    school, submission = received
    address = f"/submissions/{submission.public_id}/receipt"
    writer = client_of(school.editor)
    assert "is being made" in writer.get(address).text
    assert [one.state for one in receipts()] == ["frozen"]
    run_due()
    page = writer.get(address).text
    (document,) = receipts()
    assert (document.state, f"/documents/{document.public_id}" in page) == ("released", True)
    content = writer.get(f"/documents/{document.public_id}").data
    read = PdfReader(io.BytesIO(content))
    text = "".join(" ".join(one.extract_text() for one in read.pages).split())
    for said in (submission.sha256, "UrbanPromiseAcademy", "Tuesday8March2016,9:00amPacific", "letterofsupport.pdf"):
        assert said in text
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "This document is genuine" in client.get(f"/verify/{document.code}").text


def test_one_submission_has_one_receipt_however_often_it_is_issued(received: tuple[make.School, Submission]) -> None:
    _, submission = received
    run_due()
    before = [(one.public_id, one.facts_sha256) for one in receipts()]
    with clock_at(make.WRITING), unit_of_work():
        issue_receipt(SYSTEM, submission)
    assert run_due() == 0
    assert [(one.public_id, one.facts_sha256) for one in receipts()] == before


def test_each_version_has_a_receipt_of_its_own(received: tuple[make.School, Submission]) -> None:
    school, submission = received
    with clock_at(make.WRITING), unit_of_work():
        services.reopen(school.as_signatory, submission.application)
        again = services.submit(school.as_signatory, submission.application, school.signatory.name)
    run_due()
    assert [(one.subject_id, one.state) for one in receipts()] == [
        (submission.public_id, "released"),
        (again.public_id, "released"),
    ]


def test_it_is_the_applicant_s_and_the_foundation_s_to_read(
    received: tuple[make.School, Submission], client_of: Browser
) -> None:
    school, submission = received
    with unit_of_work():
        other, officer = make.school("Lodestar"), person("Maya", Role.PROGRAM_OFFICER)
    run_due()
    (document,) = receipts()
    asked = {school.viewer: 200, officer: 200, other.lead: 404}
    for path in (f"/documents/{document.public_id}", f"/submissions/{submission.public_id}/receipt"):
        assert {who: client_of(who).get(path).status_code for who in asked} == asked
