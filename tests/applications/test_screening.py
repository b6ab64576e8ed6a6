"""Screening: on to review, out with a reason, or back for changes in named sections."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.models import Submission
from grants.applications.services import Write
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
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
