"""A lead who may not certify asks those who may."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from grants.applications import services
from grants.applications.models import Application
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.messages.models import Message
from grants.people.models import OrganizationMembership, Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make

Browser = Callable[[Person], FlaskClient]
NEXT_DAY = make.WRITING.replace(day=9)


def ready(**answers: object) -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        return school, make.draft(school, make.stage(), {**make.COMPLETE, **answers})


def asked() -> list[tuple[str, str]]:
    found = select(Message).where(Message.template == "application.ready").order_by(Message.id)
    return [(one.to_email, one.subject) for one in db.session.scalars(found)]


def test_signatories_are_asked_once_a_day_and_the_page_says_when(app: Flask, client_of: Browser) -> None:
    school, application = ready()
    lead, check = client_of(school.lead), f"/applications/{application.public_id}/check"
    with clock_at(make.WRITING):
        assert "last asked" not in lead.get(check).text
        first = lead.post(f"/applications/{application.public_id}/ask", follow_redirects=True)
        again = client_of(school.editor).post(f"/applications/{application.public_id}/ask", follow_redirects=True)
    assert f"{school.signatory.name} has a mail that it is ready to certify." in first.text
    assert ("They were asked today already." in again.text, "last asked on" in again.text) == (True, True)
    with clock_at(NEXT_DAY), unit_of_work():
        assert services.ask_to_certify(school.as_lead, application) == [school.signatory]
    subject = "Ready for you to certify: Launch grant of Urban Promise Academy"
    assert asked() == [(school.signatory.email, subject)] * 2


def test_where_nobody_certifies_a_lead_names_a_signatory_and_others_ask_the_lead(
    app: Flask, client_of: Browser
) -> None:
    school, application = ready()
    address, name = f"/applications/{application.public_id}", school.organization.name
    with unit_of_work():
        db.session.execute(delete(OrganizationMembership).filter_by(person_id=school.signatory.id))

    def said(who: Person) -> list[bool]:
        with clock_at(make.WRITING):
            pages = [client_of(who).get(f"{address}{end}").text for end in ("", "/check", "/sections/numbers")]
        ways = (f"Nobody of {name} may certify yet", "Name a signatory", f"ask {school.lead.name} to name", "#invite")
        return [all(way in page for page in pages) for way in ways[:3]] + [ways[3] in pages[0]]

    assert said(school.lead) == [True, True, False, True]
    assert said(school.editor) == [True, False, True, False]
    with unit_of_work():
        db.session.execute(delete(OrganizationMembership).filter_by(person_id=school.lead.id))
    with clock_at(make.WRITING):
        assert "ask the foundation to name a signatory" in client_of(school.editor).get(address).text
        refused = client_of(school.editor).post(f"{address}/ask")
    assert (refused.status_code, "A lead names a signatory" in refused.text) == (409, True)


def test_nobody_is_asked_for_what_could_not_be_submitted(app: Flask, client_of: Browser) -> None:
    school, application = ready(move_on=None)
    with clock_at(make.WRITING):
        answer = client_of(school.lead).post(f"/applications/{application.public_id}/ask")
        assert (answer.status_code, "One thing is not ready yet." in answer.text) == (409, True)
    late_school, late = ready()
    with clock_at(make.CLOSES.replace(day=22)), unit_of_work(), pytest.raises(Clash, match="deadline has passed"):
        services.ask_to_certify(late_school.as_lead, late)
    with clock_at(make.WRITING), unit_of_work():
        services.submit(late_school.as_signatory, late, late_school.signatory.name)
        with pytest.raises(Clash):
            services.ask_to_certify(late_school.as_lead, late)
    assert asked() == []


def test_only_a_writer_asks(app: Flask, client_of: Browser) -> None:
    school, application = ready()
    other, _ = ready()
    with clock_at(make.WRITING):
        answers = {
            who: client_of(person).post(f"/applications/{application.public_id}/ask").status_code
            for who, person in (("viewer", school.viewer), ("stranger", other.lead))
        }
        with unit_of_work(), pytest.raises(Refused):
            services.ask_to_certify(school.as_viewer, application)
    assert (answers, asked()) == ({"viewer": 403, "stranger": 404}, [])


def test_what_the_programs_checks_find_stands_apart_from_what_is_missing(app: Flask, client_of: Browser) -> None:
    money = {"revenue": {"per_pupil": ["1"] * 5}, "expense": {"staff": ["2"] * 5}}
    school, application = ready(finances=money)
    with clock_at(make.WRITING):
        page = client_of(school.lead).get(f"/applications/{application.public_id}/check").text
    assert "Worth another look" in page
    assert "Year 4: public revenue falls $1 short of operating costs." in page
    assert f"/applications/{application.public_id}/sections/numbers#field-finances" in page
    assert ("Every question is ready" in page, "to do first" in page) == (True, False)
