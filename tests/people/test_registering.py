"""An organization registers itself; a colleague asks to join it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.background.runner import run_due
from grants.kernel.clock import clock_at, now
from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import ANONYMOUS, Actor
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.people import requests, services
from grants.people.details import OrganizationDetails
from grants.people.jobs import forget_requests
from grants.people.joining_models import OrganizationRequest
from grants.people.models import Organization, OrganizationMembership, Person
from grants.people.services.organizations import new_organization
from grants.people.todos import todos
from grants.persistence.session import db, unit_of_work
from grants.web.todo import Todo
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
TYPED = {
    "person": "Ada Ruiz",
    "email": "ada@ascend.example",
    "name": "ASCEND Elementary",
    "kind": "school",
    "sector": "district",
    "city": "Oakland",
}
NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)


def link() -> str:
    """The link in the mail that went out last."""
    run_due()
    message = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    return "".join(re.findall(r"http://localhost(/register/\S+)", mail_of(message).get_content()))


def mailed() -> list[tuple[str, str]]:
    run_due()
    return [(one.template, one.to_email) for one in db.session.scalars(select(Message).order_by(Message.id))]


def members() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(OrganizationMembership).order_by(OrganizationMembership.id))
    return [(row.organization.name, row.person.email, row.role) for row in rows]


def waiting(app: Flask, who: Actor) -> list[Todo]:
    with app.test_request_context():
        return todos(who)


def counts() -> tuple[int, int]:
    people, places = (db.session.scalar(select(func.count()).select_from(one)) for one in (Person, Organization))
    return people or 0, places or 0


def test_a_school_registers_itself_and_writes_at_once(app: Flask, client: FlaskClient, client_of: Browser) -> None:
    sent = client.post("/register", data=TYPED, follow_redirects=True)
    assert (sent.request.path, "ada@ascend.example" in sent.text) == ("/look-in-your-mail", True)
    assert counts() == (0, 0), "nothing is made for an address that nobody confirmed"
    address = link()
    assert client.get(address).status_code == 200
    assert counts() == (0, 0), "nor by opening the link"
    onward = client.post(address).location
    again = app.test_client().get(address)
    assert (again.status_code, again.location.rpartition("/")[0]) == (302, "/password"), "no password is chosen yet"
    assert members() == [("ASCEND Elementary", "ada@ascend.example", "lead")]
    password = "four harbors and one crane"
    assert client.post(onward, data={"new": password, "again": password}).status_code == 302
    school = db.session.scalars(select(Organization)).one()
    page = f"/organizations/{school.public_id}"
    assert "New, not yet checked" in client.get(page).text
    assert client.post(address).status_code == 409, "the link works once"
    used = app.test_client().get(address).text
    assert ("Confirm my address" in used, 'href="/sign-in"' in used, 'href="/password"' in used) == (False, True, True)
    with unit_of_work():
        officer = person("Olga", Role.PROGRAM_OFFICER)
    assert [one.count for one in waiting(app, actor(officer))] == [1]
    staff = client_of(officer)
    assert "ASCEND Elementary" in staff.get("/organizations?state=new").text
    assert [staff.post(f"{page}/check").status_code for _ in range(2)] == [302, 302]
    assert "not yet checked" not in staff.get(page).text
    assert waiting(app, actor(officer)) == []
    with unit_of_work():
        new_organization(OrganizationDetails("Together", "consortium"), unchecked_since=now())
    assert [one.title for one in waiting(app, actor(officer))] == ["1 consortium formed, not yet checked"]


def test_the_mail_is_sent_again_and_another_address_is_written(app: Flask, client: FlaskClient) -> None:
    page = "/look-in-your-mail"
    assert "Nothing was sent from here" in client.get(page).text
    assert client.post(page).location == page
    with clock_at(NOON):
        client.post("/register", data=TYPED)
        first = link()
    for minutes in (3, 5, 12):
        with clock_at(NOON + timedelta(minutes=minutes)):
            client.post(page)
    assert mailed() == [("people.confirm", "ada@ascend.example")] * 3, "once in ten minutes, beside the first"
    with clock_at(NOON + timedelta(minutes=13)):
        assert "Confirm my address" in client.get(link()).text
        back = client.get("/register?again=yes").text
        assert [f'value="{TYPED[one]}"' in back for one in ("person", "email", "name", "city")] == [True] * 4
        assert TYPED["email"] not in app.test_client().get("/register?again=yes").text
        client.post(first)
        client.post(page)
    assert len(mailed()) == 3, "who is confirmed is sent nothing more"


def test_what_is_here_already_is_shown_first_and_joined(app: Flask, client: FlaskClient, client_of: Browser) -> None:
    with unit_of_work():
        school, lead = organization("Ascend Elem. School", city="oakland"), person("Lea")
        join(lead, school)
        organization("ASCEND Elementary", city="Fresno")
    first = client.post("/register", data=TYPED)
    assert first.status_code == 422
    assert re.findall(r"Ask to join ([^<]+)<", first.text) == ["Ascend Elem. School"]
    assert 'value="Ada Ruiz"' in first.text
    assert mailed() == []
    client.post("/register", data={**TYPED, "existing": school.public_id})
    client.post(link())
    assert mailed()[1:] == [("people.asked_to_join", lead.email)]
    assert members() == [("Ascend Elem. School", lead.email, "lead")]
    assert [one.title for one in waiting(app, actor(lead))] == [
        "1 person asks to join Ascend Elem. School",
        "Invite your colleagues",
        "Name a signatory",
    ]
    asked = db.session.scalars(select(OrganizationRequest)).one()
    browser, act = client_of(lead), f"/organizations/{school.public_id}/requests/{asked.public_id}"
    assert "ada@ascend.example" in browser.get(f"/organizations/{school.public_id}").text
    assert [browser.post(act, data={"role": "editor"}).status_code for _ in range(2)] == [302, 409]
    assert members()[1:] == [("Ascend Elem. School", "ada@ascend.example", "editor")]
    assert mailed()[2:] == [("people.invitation", "ada@ascend.example")]
    assert [one.title for one in waiting(app, actor(lead))] == ["Name a signatory"]
    with unit_of_work():
        join(person("Sig"), school, OrganizationRole.SIGNATORY)
    assert waiting(app, actor(lead)) == []


def test_asking_again_to_join_while_one_waits_is_asking_once(app: Flask) -> None:
    with unit_of_work():
        school, lead = organization("Ascend Elem. School"), person("Lea")
        join(lead, school)
    for name in ("Ada Ruiz", "Ada M. Ruiz"):
        with unit_of_work():
            services.confirm(ANONYMOUS, services.ask_to_join(name, "Ada@ascend.example", school))
    assert [one.name for one in requests.requests_to(school)] == ["Ada Ruiz"]
    assert [to for template, to in mailed() if template == "people.asked_to_join"] == [lead.email]
    with unit_of_work():
        services.not_let_in(actor(lead), requests.requests_to(school)[0])
        services.confirm(ANONYMOUS, services.ask_to_join("Ada Ruiz", "ada@ascend.example", school))
    assert len(requests.requests_to(school)) == 1, "who was not let in may ask anew"


def test_whoever_says_that_theirs_is_another_registers_it(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        organization("ASCEND Elementary School", city="Oakland")
    assert client.post("/register", data={**TYPED, "existing": "new"}).status_code == 302
    client.post(link())
    assert counts() == (1, 2)


def test_an_identifier_is_never_registered_twice(app: Flask, client: FlaskClient) -> None:
    given = {**TYPED, "nces_id": "062805004267"}
    client.post("/register", data=given)
    address = link()
    with unit_of_work():
        organization("Another name", nces_id="062805004267")
    answer = client.post("/register", data={**given, "existing": "new"})
    assert (answer.status_code, "None of these" in answer.text) == (422, False)
    late = client.post(address)
    assert (late.status_code, counts()) == (422, (0, 1))
    assert "Another name has this NCES id already" in late.text


@pytest.mark.parametrize("field", ["person", "email", "name", "kind", "city"])
def test_what_is_missing_is_said(app: Flask, client: FlaskClient, field: str) -> None:
    answer = client.post("/register", data={**TYPED, field: ""})
    assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
    assert mailed() == []


def test_the_answer_does_not_tell_which_addresses_have_an_account(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        known = person("Ada", email="ada@ascend.example")
    answers = [client.post("/register", data={**TYPED, "email": to}) for to in (known.email, "nobody@ascend.example")]
    assert answers[0].data == answers[1].data
    assert [one.status_code for one in answers] == [302, 302]
    assert mailed() == [("people.confirm", known.email), ("people.confirm", "nobody@ascend.example")]


def test_an_account_is_kept_and_staff_register_nothing(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        known = person("Ada", email="ada@ascend.example")
        person("Olga", Role.PROGRAM_OFFICER, email="olga@foundation.example")
    client.post("/register", data=TYPED)
    address = link()
    assert client.post(address).location == address
    assert client.get(address).location.startswith("/password/"), "of an account whose password nobody chose"
    assert members() == [("ASCEND Elementary", known.email, "lead")]
    client.post("/register", data={**TYPED, "name": "Olga's own", "email": "olga@foundation.example"})
    refused = client.post(link())
    assert (refused.status_code, counts()) == (422, (2, 1))
    assert "works for the foundation" in refused.text


def test_only_a_lead_lets_in_and_says_no(app: Flask) -> None:
    with unit_of_work():
        school, lead, editor, olga = (
            organization("ASCEND"),
            person("Lea"),
            person("Ed"),
            person("Olga", Role.PROGRAM_OFFICER),
        )
        join(lead, school)
        join(editor, school, OrganizationRole.EDITOR)
        asked = services.ask_to_join("Ada", "ada@ascend.example", school)
    with pytest.raises(Clash), unit_of_work():
        services.let_in(actor(lead), asked, OrganizationRole.VIEWER)
    with unit_of_work():
        assert services.confirm(ANONYMOUS, asked) is None
    with pytest.raises(Refused), unit_of_work():
        services.let_in(actor(editor), asked, OrganizationRole.VIEWER)
    assert requests.asked_of(actor(olga)) == [], "a lead is there to decide"
    with unit_of_work():
        services.not_let_in(actor(lead), asked)
    assert mailed()[-1] == ("people.not_let_in", "ada@ascend.example")
    assert (len(members()), requests.requests_to(school)) == (2, [])


def test_where_there_is_no_lead_the_foundation_is_asked(app: Flask) -> None:
    with unit_of_work():
        school, olga = organization("ASCEND"), person("Olga", Role.PROGRAM_OFFICER)
        services.confirm(ANONYMOUS, services.ask_to_join("Ada", "ada@ascend.example", school))
    assert requests.asked_of(actor(olga)) == [(school, 1)]


def test_a_link_runs_out_and_what_nobody_confirmed_is_forgotten(app: Flask, client: FlaskClient) -> None:
    with clock_at(NOON):
        client.post("/register", data=TYPED)
        address = link()
    with clock_at(NOON + timedelta(days=2, minutes=1)):
        assert client.post(address).status_code == 409
    assert client.get("/register/no-link").status_code == 404
    with clock_at(NOON + timedelta(days=8)):
        forget_requests()
    assert db.session.scalars(select(OrganizationRequest)).all() == []
    assert counts() == (0, 0)


def test_requests_are_limited(app: Flask, client: FlaskClient) -> None:
    answers = [client.post("/register", data=TYPED).status_code for _ in range(7)]
    assert answers == [302] * 6 + [429]
