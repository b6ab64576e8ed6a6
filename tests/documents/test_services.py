"""Freezing, rendering, releasing, calling void."""

import pytest
from flask import Flask
from sqlalchemy import select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.casework import files
from grants.documents import services
from grants.documents.jobs import render_documents
from grants.documents.models import Document
from grants.kernel.errors import Clash
from grants.persistence.audit import AuditRecord
from grants.persistence.base import new_public_id
from grants.persistence.session import db, unit_of_work
from tests.factories.casework import case
from tests.factories.documents import letter, letter_facts


def again(document: Document) -> Document:
    return db.session.get_one(Document, document.id, populate_existing=True)


def test_a_letter_is_frozen_rendered_and_released(app: Flask) -> None:
    with unit_of_work():
        frozen = letter(case())
        services.render_later([frozen], "letters:one")
    assert again(frozen).state == "frozen"
    assert run_due() == 1
    rendered = again(frozen)
    assert rendered.state == "rendered"
    assert rendered.file is not None
    content = files.read(rendered.file)
    assert content.startswith(b"%PDF-1.7")
    assert rendered.file.case_id == rendered.case_id
    with unit_of_work():
        services.release(again(frozen))
    assert again(frozen).state == "released"
    assert again(frozen).released_at is not None
    actions = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.number)).all()
    assert actions == ["document.freeze", "document.render", "document.release"]


def test_the_same_facts_are_the_same_document(app: Flask) -> None:
    subject = new_public_id()
    with unit_of_work():
        first = letter(case(), subject)
        second = services.freeze(
            "letter", subject, first.case, first.title, "letter", letter_facts(first.case.organization.name)
        )
    assert (second.id, second.version) == (first.id, 1)


def test_changed_facts_are_a_new_version_and_void_the_one_that_was_not_released(app: Flask) -> None:
    subject = new_public_id()
    with unit_of_work():
        first = letter(case(), subject)
        second = letter(first.case, subject, signed_by="Someone Else")
        assert (first.state, second.state, second.version) == ("void", "frozen", 2)
        assert first.code != second.code


def test_a_released_version_stays_beside_a_newer_one(app: Flask) -> None:
    subject = new_public_id()
    with unit_of_work():
        first = letter(case(), subject)
        services.render_later([first], "one", release=True)
    run_due()
    with unit_of_work():
        second = letter(again(first).case, subject, signed_by="Someone Else")
    assert (again(first).state, again(second).version) == ("released", 2)


def test_facts_must_be_complete_when_they_are_frozen(app: Flask) -> None:
    facts = letter_facts()
    del facts["recipient"]
    with unit_of_work():
        one = case()
        with pytest.raises(ValueError, match="lacks recipient"):
            services.freeze("letter", new_public_id(), one, "A letter", "letter", facts)


def test_only_a_rendered_document_is_released_and_only_once(app: Flask) -> None:
    with unit_of_work():
        one = letter(case())
        services.render_later([one], "one")
    with pytest.raises(Clash, match="frozen"), unit_of_work():
        services.release(again(one))
    run_due()
    with unit_of_work():
        services.release(again(one))
    with pytest.raises(Clash, match="released"), unit_of_work():
        services.release(again(one))


def test_a_batch_goes_on_where_it_stopped(app: Flask) -> None:
    with unit_of_work():
        school = case()
        batch = [letter(school, reference=f"LETTER-{number}") for number in range(3)]
        broken = services.freeze("letter", new_public_id(), school, "Broken", "letter", letter_facts(body=[{"odd": 1}]))
        services.render_later([batch[0], broken, batch[1], batch[2]], "letters:all")
    run_due()
    assert [again(one).state for one in (*batch, broken)] == ["rendered", "rendered", "rendered", "frozen"]
    work = db.session.scalars(select(Job).where(Job.key == "letters:all")).one()
    assert (work.state, work.done, work.total) == ("queued", 3, 4)
    assert work.error == f"1 of 4 documents could not be made; the log says why: {broken.public_id}."
    keys = [again(one).file_id for one in batch]
    render_documents([one.public_id for one in batch], "letters:all")
    assert [again(one).file_id for one in batch] == keys


def test_a_batch_asked_for_twice_is_one_job(app: Flask) -> None:
    with unit_of_work():
        one = letter(case())
        first = services.render_later([one], "letters:all")
        second = services.render_later([one], "letters:all")
    assert first.id == second.id


def test_rendering_leaves_a_void_document_alone(app: Flask) -> None:
    with unit_of_work():
        one = letter(case())
        services.void(one, "The decision was changed.")
        services.render_later([one], "letters:all", release=True)
    assert run_due() == 1
    assert (again(one).state, again(one).file_id) == ("void", None)
