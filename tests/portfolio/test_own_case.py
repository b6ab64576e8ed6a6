"""A school's own page of its case: what comes next, who does what, every message and document."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from grants.applications import services
from grants.applications.models import Application
from grants.awards import services as following
from grants.awards.models import Award
from grants.background.runner import run_due
from grants.casework.models import Case
from grants.casework.queries import case_for
from grants.casework.services import hand_over
from grants.discovery.services.calling import CallPlan, show_call
from grants.documents.models import Document
from grants.kernel.clock import clock_at, now
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.messages.services import post
from grants.payments import services as payments
from grants.people.models import Person
from grants.persistence.base import new_public_id
from grants.persistence.session import db, unit_of_work
from grants.portfolio.case_page import case_page
from grants.portfolio.own import told
from tests.factories import applications as make
from tests.factories import awards
from tests.factories.discovery import event, placed
from tests.factories.people import actor, person

ClientOf = Callable[[Person], FlaskClient]
EARLY = datetime(2016, 1, 15, 17, 0, tzinfo=UTC)


def ready() -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        return school, make.draft(school, make.stage(), make.COMPLETE)


def read(browser: FlaskClient, application: Application, more: str = "") -> str:
    with clock_at(make.WRITING):
        answer = browser.get(f"/cases/{application.case.public_id}{more}")
    assert answer.status_code == 200
    return str(answer.text)


def test_the_page_says_what_comes_next_and_who_does_it(app: Flask, client_of: ClientOf) -> None:
    school, application = ready()
    with clock_at(make.WRITING), unit_of_work():
        coach = make.coached(school, application, "numbers", by="Kent Alder")
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        plan = CallPlan("listed", contact_name="Dan Okoye", contact_email="pilots@foundation.example")
    page = read(client_of(school.viewer), application)
    assert [name in page for name in ("Dan Okoye", "Maya Rivera", "Invite a colleague")] == [False] * 3
    with clock_at(make.WRITING), unit_of_work():
        show_call(actor(officer), application.stage.cycle, plan)
    page, home = read(client_of(school.lead), application), client_of(school.lead).get("/").text
    assert [part in page for part in ("Dan Okoye", "Maya Rivera", "#invite")] == [True, False, True]
    assert 'Whom to ask: <a href="mailto:pilots@foundation.example">Dan Okoye</a>' in home
    with unit_of_work():
        hand_over(actor(officer), application.case, officer)
    page, home = read(client_of(school.viewer), application), client_of(school.lead).get("/").text
    assert [part in page for part in ("Dan Okoye", "Maya Rivera", "#invite")] == [False, True, False]
    assert ("Program officer: <a" in home, "Dan Okoye" in home) == (True, False)
    assert "Submit: Launch grant" in page
    assert "your writers; a signatory certifies" in page
    assert "20 March 2016, 5:00 pm" in page
    assert (f"{coach.name} <span" in page, "coaches your draft" in page, "writes, certifies and signs" in page) == (
        True,
        True,
        True,
    )
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    after = read(client_of(school.viewer), application)
    assert ("Submit: Launch grant" in after, "Launch grant is checked for eligibility, then read" in after) == (
        False,
        True,
    )
    assert ("Decision on Launch grant" in after, "coaches your draft" in after) == (True, False)
    with clock_at(make.WRITING), unit_of_work():
        services.withdraw(school.as_signatory, application)
    withdrawn = read(client_of(school.viewer), application)
    assert ("Launch grant can be reopened until" in withdrawn, "Decision on" in withdrawn) == (True, False)
    with clock_at(make.CLOSES + timedelta(hours=1)):
        late = client_of(school.viewer).get(f"/cases/{application.case.public_id}").text
    assert ("Withdrawn" in late, "can be reopened" in late) == (True, False)


def coming(one: Award, at: datetime) -> list[str]:
    """What the page of an award's case says comes next."""
    lead = next(place.person for place in one.case.organization.memberships)
    with clock_at(at):
        own = case_page(actor(lead), one.case.public_id).own
    assert own
    return [ahead.what for ahead in own.ahead]


def test_under_an_award_it_says_what_is_to_be_answered_signed_owed_and_paid(app: Flask) -> None:
    with clock_at(awards.RELEASED), unit_of_work():
        of = awards.cycle()
        payments.open_fund(SYSTEM, of, "outside", "Outside money", 1_000_000_00)
        one = awards.award(of)
        place = one.case.organization
        event(of, awards.RELEASED + timedelta(days=40), title="How to begin")
        for person_of in place.memberships:
            placed(event(of, awards.RELEASED + timedelta(days=35), title="Cohort day"), place, person_of.person)
        placed(event(of, awards.RELEASED + timedelta(days=21), title="Given up"), place, cancelled=True)
        lead, signatory = (actor(each.person) for each in place.memberships)
        director = actor(person("Dora Director", Role.DIRECTOR))
    assert coming(one, awards.RELEASED) == ["Answer the offer: Launch grant", "Cohort day", "Cohort day"]
    with clock_at(awards.RELEASED), unit_of_work():
        following.accept(lead, one)
    run_due()
    assert coming(one, awards.RELEASED)[0] == "Sign the agreement: Launch grant"
    with clock_at(awards.RELEASED), unit_of_work():
        following.sign(signatory, one, signatory.name, consent=True)
    assert coming(one, awards.RELEASED)[0] == "The agreement is countersigned: Launch grant"
    with clock_at(awards.RELEASED), unit_of_work():
        following.countersign(director, one, director.name)
    run_due()
    assert coming(one, awards.RELEASED) == [
        "Payment of $175,000",
        "Cohort day",
        "Cohort day",
        "First steps",
        "Quarterly check in 1",
    ]


def test_one_mail_to_several_is_one_line_and_its_text_is_for_those_who_had_it(app: Flask, client_of: ClientOf) -> None:
    school, application = ready()
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
        lines = told(school.as_lead, application.case).items
        writers = {school.lead.name, school.editor.name, school.signatory.name}
        assert [(one.subject, set(one.to), one.body is not None) for one in lines] == [
            ("Received: Launch grant of Urban Promise Academy", writers, True)
        ]
        (unread,) = told(school.as_viewer, application.case).items
        assert (set(unread.to), unread.body) == (writers, None)


def test_nobody_else_reads_what_a_school_was_told(app: Flask, client_of: ClientOf) -> None:
    school, application = ready()
    other, _ = ready()
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
        post("panel-note", "people.password", other.lead, {"password_link": "x"}, application.case)
        assert told(other.as_lead, application.case).items == []
        assert [
            one.subject for one in told(school.as_lead, case_for(school.as_lead, application.case.public_id)).items
        ] == ["Received: Launch grant of Urban Promise Academy"]


def released(case: Case, title: str) -> None:
    """A document as a job leaves it, for the school to open."""
    db.session.add(
        Document(
            kind="receipt", subject_id=new_public_id(), case_id=case.id, title=title, template="receipt", facts={},
            facts_sha256="0" * 64, code=new_public_id()[:16], frozen_at=now(), released_at=now(), state="released",
            file_id=None, version=1,
        )
    )  # fmt: skip


def test_the_page_costs_the_same_with_many_messages_and_documents(
    app: Flask, client_of: ClientOf, statements: Callable[[], Any]
) -> None:
    school, application = ready()
    browser = client_of(school.lead)

    def write(first: int, last: int) -> None:
        with clock_at(make.WRITING), unit_of_work():
            for number in range(first, last):
                for someone in (school.lead, school.editor):
                    key = f"word-{number}:{someone.public_id}"
                    facts = {"school": "A", "stage": "B", "cycle": "C", "path": "", "by": f"N{number}"}
                    post(key, "application.withdrawn", someone, facts, application.case)
                    released(application.case, f"Receipt {key}")

    def cost() -> int:
        with statements() as ran:
            read(browser, application)
        return len(ran)

    write(0, 1)
    cost()
    one = cost()
    write(1, 30)
    assert cost() == one
    page = read(browser, application)
    assert ("1 to 10 of 30" in page, "1 to 10 of 60" in page, page.count("Receipt word-")) == (True, True, 10)
    assert "Receipt word-0:" in read(browser, application, "?document=6")
    assert "11 to 20 of 30" in read(browser, application, "?mail=2")
