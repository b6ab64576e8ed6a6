"""Screening: on to review, out with a reason, or back for changes in named sections."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.models import Submission
from grants.applications.services import Write
from grants.casework import files
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.applications.test_uploads import PDF
from tests.factories import applications as make
from tests.factories.people import actor, person

LATER = make.CLOSES + timedelta(days=3)


def received() -> tuple[make.School, Submission, Actor]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        submission = make.submitted(school, make.stage())
        officer = actor(person("Maya Rivera", Role.PROGRAM_OFFICER))
    return school, submission, officer


def screen(act: Any, *args: Any) -> None:
    with clock_at(LATER), unit_of_work():
        act(*args)


def mails(template: str) -> list[Message]:
    return list(
        db.session.scalars(select(Message).where(Message.template == template).order_by(Message.person_id, Message.id))
    )


def test_eligible_goes_on_to_review_once(app: Flask) -> None:
    _, submission, officer = received()
    application = submission.application
    screened = queries.latest_submissions(application.stage_id, screened=True)
    assert db.session.scalars(screened).all() == []
    screen(services.find_eligible, officer, application, " Checked the charter. ")
    assert (application.state, application.screened_at, application.screening_note) == (
        "submitted",
        LATER,
        "Checked the charter.",
    )
    assert db.session.scalars(screened).all() == [submission]
    with pytest.raises(Clash, match="found eligible already"):
        screen(services.find_eligible, officer, application)


def test_not_eligible_says_why_and_can_be_looked_at_again(app: Flask) -> None:
    school, submission, officer = received()
    application = submission.application
    with pytest.raises(Clash, match="Say why"):
        screen(services.find_ineligible, officer, application, "  ")
    screen(services.find_ineligible, officer, application, "It is a private school.")
    assert application.state == "ineligible"
    told = mails("application.ineligible")
    assert [mail.person_id for mail in told] == sorted([school.lead.id, school.editor.id, school.signatory.id])
    assert "It is a private school." in told[0].body
    assert db.session.scalars(queries.latest_submissions(application.stage_id)).all() == []
    screen(services.take_back_screening, officer, application)
    assert (application.state, application.screened_at, application.screening_note) == ("submitted", None, None)


def test_returned_sections_alone_can_be_changed_until_their_day(app: Flask) -> None:
    school, submission, officer = received()
    application, until = submission.application, LATER + timedelta(days=5)
    screen(services.return_sections, officer, application, ["numbers"], until, "The number of students seems wrong.")
    assert (application.state, application.returned_sections) == ("returned", ["numbers"])
    (mail, *_) = mails("application.returned")
    assert "“Numbers”" in mail.body
    assert "The number of students seems wrong." in mail.body
    with clock_at(LATER), pytest.raises(Clash, match="was not returned to you"), unit_of_work():
        services.save_answers(school.as_lead, application, {"motto": Write("New", 0)})
    with clock_at(LATER), unit_of_work():
        services.save_answers(school.as_lead, application, {"students": Write("240", 1)})
    # Past the stage's own deadline, but within the day that was given.
    with clock_at(until), unit_of_work():
        second = services.submit(school.as_signatory, application, school.signatory.name)
    assert (second.number, second.content["answers"]["students"]) == (2, 240)
    assert (application.state, application.returned_sections, application.screened_at) == ("submitted", None, None)


def test_past_its_day_a_returned_section_is_late(app: Flask) -> None:
    school, submission, officer = received()
    application, until = submission.application, LATER + timedelta(days=5)
    screen(services.return_sections, officer, application, ["numbers"], until, "Why?")
    with clock_at(until + timedelta(minutes=16)), pytest.raises(Clash, match="deadline has passed"), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    with clock_at(until), unit_of_work():
        services.extend_deadline(officer, application, until + timedelta(days=1), "Holidays.")
    with clock_at(until + timedelta(days=1)), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)


def test_a_section_the_form_has_not_is_refused(app: Flask) -> None:
    _, submission, officer = received()
    with pytest.raises(Invalid, match="has no section"):
        screen(services.return_sections, officer, submission.application, ["x"], LATER + timedelta(days=1), "Why?")


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR, Role.FINANCE_OFFICER, Role.REVIEWER, None])
def test_only_an_officer_screens(app: Flask, role: Role | None) -> None:
    school, submission, _ = received()
    with unit_of_work():
        who = actor(person(None, role)) if role else school.as_lead
    with pytest.raises(Refused):
        screen(services.find_eligible, who, submission.application)
    assert submission.application.screened_at is None


# ── what a stage asks to check ───────────────────────────────────────────────────────────────────────────────────────

CHECKS = "screening: {charter: The charter is current., letter: The letter is signed.}"


def received_with_checks() -> tuple[make.School, Submission, Actor]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Lodestar")
        submission = make.submitted(school, make.stage(make.cycle("open", CHECKS)))
        return school, submission, actor(person("Maya Rivera", Role.PROGRAM_OFFICER))


def test_each_check_of_the_stage_is_ticked_or_explained(app: Flask) -> None:
    _, submission, officer = received_with_checks()
    application = submission.application
    with pytest.raises(Clash, match=r"say in the remark why it does not matter here: The letter is signed\."):
        screen(services.find_eligible, officer, application, " ", ["charter"])
    with pytest.raises(Invalid, match="no such check"):
        screen(services.find_eligible, officer, application, "All is well.", ["charter", "roof"])
    assert (application.screened_at, application.screening_checks) == (None, None)
    screen(services.find_eligible, officer, application, "It comes by post.", ["charter"])
    assert (application.screened_at, application.screening_checks) == (LATER, ["charter"])
    screen(services.take_back_screening, officer, application)
    assert (application.screened_at, application.screening_checks) == (None, None)
    screen(services.find_eligible, officer, application, "", ["letter", "charter"])
    assert application.screening_checks == ["charter", "letter"]


def test_the_checks_stand_on_the_page_and_what_was_not_ticked_is_seen(
    app: Flask, client_of: Callable[[Person], FlaskClient]
) -> None:
    _, submission, officer = received_with_checks()
    application = submission.application
    maya = db.session.get_one(Person, officer.person_id)
    browser, address = client_of(maya), f"/applications/{application.public_id}"
    with clock_at(LATER):
        for page in (browser.get(address), browser.get("/screening")):
            assert page.text.count('name="checked"') == 2
        bare = browser.post(f"{address}/eligible", data={})
        assert (bare.status_code, "The charter is current." in bare.text) == (409, True)
        unknown = browser.post(f"{address}/eligible", data={"checked": "roof", "remark": "So be it."})
        assert unknown.status_code == 422
        done = browser.post(f"{address}/eligible", data={"checked": "letter", "remark": "It comes by post."})
        assert done.status_code == 302
        page = " ".join(browser.get(address).text.split())
    assert "<li>The charter is current. <b>Not ticked</b></li><li>The letter is signed.</li>" in page


def test_the_queue_asks_as_often_for_three_as_for_thirty(app: Flask, statements: Callable[[], Any]) -> None:
    with clock_at(make.WRITING), unit_of_work():
        stage = make.stage()
        for number in range(3):
            make.submitted(make.school(f"School {number}"), stage)
        officer = actor(person("Maya Rivera", Role.PROGRAM_OFFICER))

    def asked() -> int:
        db.session.expire_all()
        with statements() as seen:
            assert queries.next_to_screen(officer, stage.public_id) is not None
            assert queries.waiting_by_stage(officer)
        return len(seen)

    few = asked()
    with clock_at(make.WRITING), unit_of_work():
        for number in range(3, 30):
            make.submitted(make.school(f"School {number}"), stage)
    assert asked() == few


def test_what_was_never_handed_in_is_no_part_of_a_later_submission(app: Flask) -> None:
    letters = [files.put(PDF, f"{name}.pdf", "application/pdf") for name in ("handed in", "never")]
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        application = make.draft(school, make.stage(), {**make.COMPLETE, "motto": "Show it"})
        first = services.attach(school.as_editor, application, "letter", letters[0])
        submission = services.submit(school.as_signatory, application, school.signatory.name)
        officer = actor(person("Maya Rivera", Role.PROGRAM_OFFICER))
    day = timedelta(days=1)
    screen(services.return_sections, officer, application, ["vision", "people"], LATER + day, "Say more.")
    with clock_at(LATER), unit_of_work():
        vision = {"motto": Write("Never handed in", 1), "pilots": Write("", 1)}
        assert services.save_answers(school.as_editor, application, vision).is_clean
        services.attach(school.as_editor, application, "letter", letters[1])
    with clock_at(LATER + 2 * day), unit_of_work():
        services.take_as_submitted(officer, application)
    stands = queries.answers_of(application)
    assert {key: stands.get(key) for key in submission.content["answers"]} == submission.content["answers"]
    assert [one.public_id for one in queries.attachments_of(application)["letter"]] == [first.public_id]
    assert "Never handed in" in {one.version.value for one in queries.history_of(application, "motto").items}
    with clock_at(LATER + 2 * day), unit_of_work():
        services.return_sections(officer, application, ["numbers"], LATER + 5 * day, "Mend the number.")
        services.save_answers(school.as_editor, application, {"students": Write("321", 1)})
        again = services.submit(school.as_signatory, application, school.signatory.name)
    assert again.content["answers"] == submission.content["answers"] | {"students": 321}
    assert [one["name"] for one in again.content["files"]] == ["handed in.pdf"]


@pytest.mark.parametrize("tie", ["coaching", "beside"])
def test_nobody_with_a_tie_to_the_school_decides_on_it(app: Flask, tie: str) -> None:
    school, submission, officer = received()
    application = submission.application
    tied = replace(officer, **{tie: frozenset({school.organization.id})})
    tries: list[Callable[[], object]] = [
        lambda: services.find_eligible(tied, application),
        lambda: services.find_ineligible(tied, application, "No."),
        lambda: services.return_sections(tied, application, ["vision"], LATER + timedelta(days=3), "Why?"),
        lambda: services.take_back_screening(tied, application),
        lambda: services.take_as_submitted(tied, application),
        lambda: services.extend_deadline(tied, application, LATER + timedelta(days=3), "More."),
        lambda: services.override_eligibility(tied, application, "public", "Why not."),
        lambda: services.take_back_override(tied, application, "public", "Why not."),
    ]
    for act in tries:
        with clock_at(LATER), pytest.raises(Refused, match="You belong to this school"), unit_of_work():
            act()
    screen(services.find_eligible, officer, application)
    assert application.screened_at == LATER
