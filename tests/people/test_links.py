"""Colleagues join an organization by a link."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.people import links, queries, services
from grants.people.joining_models import MembershipLink
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.session import db, unit_of_work
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)
MADE = {"link-role": "editor", "link-days": "7", "link-most": "2", "link-note": "The fifth grade team"}


@pytest.fixture
def school(app: Flask) -> Organization:
    with unit_of_work():
        school = organization("ASCEND")
        join(person("Lea", email="lea@ascend.example"), school)
    return school


@pytest.fixture
def lead(school: Organization) -> Person:
    return db.session.scalars(select(Person).where(Person.name == "Lea")).one()


def made(lead: Person, school: Organization, **more: Any) -> tuple[MembershipLink, str]:
    given = {"days": 7, "most": None, **more}
    with unit_of_work():
        return services.make_link(actor(lead), school, OrganizationRole.EDITOR, **given)


def come(link: MembershipLink, who: Person) -> None:
    with unit_of_work():
        services.join_by_link(actor(who), link, who)


def members() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OrganizationMembership).order_by(OrganizationMembership.id))
    return [(row.person.name, row.role) for row in rows]


def mailed() -> list[tuple[str, str]]:
    run_due()
    return [(one.template, one.to_email) for one in db.session.scalars(select(Message).order_by(Message.id))]


def test_a_lead_sends_a_link_round_and_colleagues_come(
    app: Flask, school: Organization, lead: Person, client: FlaskClient, client_of: Browser
) -> None:
    page = f"/organizations/{school.public_id}"
    shown = client_of(lead).post(f"{page}/links", data=MADE).text
    (path,) = re.findall(r'value="http://localhost(/join/[^"]+)"', shown)
    assert path not in client_of(lead).get(page).text, "it is shown once"
    assert db.session.scalars(select(MembershipLink.token_hash)).one() not in path
    with unit_of_work():
        ada = person("Ada", email="ada@ascend.example")
    assert "sign-in?next=" in client.get(path).text
    browser = client_of(ada)
    opened = browser.get(path).text
    assert ("Join ASCEND" in opened, "Lea invites you as editor" in opened) == (True, True)
    assert members() == [("Lea", "lead")], "opening it changes nothing"
    assert browser.post(path).location == "/"
    assert members() == [("Lea", "lead"), ("Ada", "editor")]
    assert mailed() == [("people.came_by_link", "lea@ascend.example")]
    told = db.session.scalars(select(Message)).one()
    assert told.subject == "Ada has joined ASCEND"
    page_of_lead = client_of(lead).get(page).text
    assert ("1 use left" in page_of_lead, "Came by it: Ada" in page_of_lead) == (True, True)
    assert "You belong to ASCEND already" in browser.get(path).text
    assert (browser.post(path).status_code, len(members())) == (409, 2)


def test_somebody_new_proves_their_address_and_is_in(
    app: Flask, school: Organization, lead: Person, client: FlaskClient
) -> None:
    link, secret = made(lead, school, most=1)
    asked = client.post(f"/join/{secret}/new", data={"new-name": "Ada Ruiz", "new-email": "Ada@ascend.example"})
    assert (asked.location, members()) == ("/look-in-your-mail", [("Lea", "lead")])
    assert f'href="/join/{secret}">Another address' in client.get(asked.location).text
    run_due()
    mail = mail_of(db.session.scalars(select(Message)).one()).get_content()
    (path,) = re.findall(r"http://localhost(/register/\S+)", mail)
    assert secret not in mail
    assert "Join ASCEND" in client.get(path).text
    onward = client.post(path).location
    assert members() == [("Lea", "lead"), ("Ada Ruiz", "editor")]
    password = "four harbors and one crane"
    assert client.post(onward, data={"new": password, "again": password}).location == "/"
    assert client.post(path).status_code == 409, "the mail's link works once"
    assert (db.session.get_one(MembershipLink, link.id, populate_existing=True).state) == "used_up"
    other = app.test_client().get(f"/join/{secret}")
    assert (other.status_code, "used as often as it may be" in other.text) == (409, True)


def test_the_answer_does_not_tell_who_has_an_account(
    app: Flask, school: Organization, lead: Person, client: FlaskClient
) -> None:
    _, secret = made(lead, school)
    with unit_of_work():
        person("Ada", email="ada@ascend.example")
    answers = [
        client.post(f"/join/{secret}/new", data={"new-name": "Ada", "new-email": to})
        for to in ("ada@ascend.example", "nobody@ascend.example")
    ]
    assert answers[0].data == answers[1].data
    run_due()
    mail = mail_of(db.session.scalars(select(Message).order_by(Message.id).limit(1)).one()).get_content()
    (path,) = re.findall(r"http://localhost(/register/\S+)", mail)
    assert client.post(path).location == path
    assert members() == [("Lea", "lead"), ("Ada", "editor")]


def test_each_reason_why_a_link_lets_nobody_in_has_its_sentence(app: Flask, school: Organization, lead: Person) -> None:
    with unit_of_work():
        ada, olga, other = person("Ada"), person("Olga", Role.PROGRAM_OFFICER), person("Luz")
        join(other, school)
    with clock_at(NOON):
        late, _ = made(lead, school, days=1)
    ended, _ = made(lead, school)
    with unit_of_work():
        services.end_link(actor(lead), ended)
        services.end_link(actor(lead), ended)
    with pytest.raises(Clash, match="has run out"):
        come(late, ada)
    with pytest.raises(Clash, match="was ended"):
        come(ended, ada)
    link, _ = made(lead, school)
    with pytest.raises(Invalid, match="works for the foundation"):
        come(link, olga)
    with pytest.raises(Clash, match="belong to ASCEND already"):
        come(link, lead)
    come(link, ada)
    with unit_of_work():
        services.remove_member(actor(lead), school, ada)
    with pytest.raises(Clash, match="were taken out"):
        come(link, ada)
    with unit_of_work():
        services.remove_member(actor(other), school, lead)
        ben = person("Ben")
    with pytest.raises(Clash, match="no longer lets people in"):
        come(link, ben)
    assert members() == [("Luz", "lead")]


def test_only_who_looks_after_the_people_makes_and_ends_links(
    app: Flask, school: Organization, lead: Person, client_of: Browser
) -> None:
    with unit_of_work():
        editor, stranger, officer = person("Ed"), person("Sue"), person("Olga", Role.PROGRAM_OFFICER)
        join(editor, school, OrganizationRole.EDITOR)
        join(stranger, organization("Elsewhere"))
    link, _ = made(lead, school, note="Only for leads")
    made(officer, school)
    path = f"/organizations/{school.public_id}"
    assert [client_of(one).post(f"{path}/links", data=MADE).status_code for one in (editor, stranger)] == [403, 404]
    act = f"{path}/links/{link.public_id}/end"
    assert [client_of(one).post(act).status_code for one in (editor, stranger)] == [403, 404]
    assert "Only for leads" not in client_of(editor).get(path).text
    with pytest.raises(Refused), unit_of_work():
        services.end_link(actor(editor), link)
    assert client_of(lead).post(act).status_code == 302
    assert db.session.get_one(MembershipLink, link.id, populate_existing=True).state == "ended"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"role": OrganizationRole.SIGNATORY}, "invited by their address"),
        ({"role": OrganizationRole.LEAD}, "invited by their address"),
        ({"days": 91}, "1 to 90 days"),
        ({"most": 0}, "from 1 to 500"),
    ],
)
def test_what_a_link_cannot_be_is_said(
    app: Flask, school: Organization, lead: Person, wrong: dict[str, Any], sentence: str
) -> None:
    given = {"role": OrganizationRole.VIEWER, "days": 7, "most": 1, **wrong}
    with pytest.raises(Invalid) as raised, unit_of_work():
        services.make_link(actor(lead), school, given.pop("role"), **given)
    assert sentence in "".join(raised.value.errors.values())
    assert db.session.scalars(select(MembershipLink)).all() == []


def test_of_two_who_come_by_the_last_use_at_once_one_is_in(app: Flask, school: Organization, lead: Person) -> None:
    link, _ = made(lead, school, most=1)
    with unit_of_work():
        ids = [person("Ada").id, person("Ben").id]
    number, barrier = link.id, Barrier(2)
    db.session.remove()

    def run(person_id: int) -> str:
        with app.app_context():
            barrier.wait()
            try:
                with unit_of_work() as session:
                    who = session.get_one(Person, person_id)
                    services.join_by_link(queries.actor_of(who), session.get_one(MembershipLink, number), who)
            except Clash as clash:
                return clash.sentence
            finally:
                db.session.remove()
            return "in"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(run, ids))
    assert [one[:20] for one in answers] == ["This link has been u", "in"]
    assert len(members()) == 2
    assert db.session.get_one(MembershipLink, number).used == 1


def test_links_are_guessed_in_vain(app: Flask, client: FlaskClient) -> None:
    assert [client.get(f"/join/guess{number}").status_code for number in range(21)] == [404] * 20 + [429]


def test_many_links_take_as_many_statements_as_one(
    app: Flask, school: Organization, lead: Person, statements: Callable[[], Any], client_of: Browser
) -> None:
    path, counts = f"/organizations/{school.public_id}", []
    for more in (1, 29):
        for number in range(more):
            link, _ = made(lead, school, note=f"Team {number}")
            with unit_of_work():
                one = person()
            come(link, one)
        browser = client_of(lead)
        with statements() as seen:
            browser.get(path)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    shown = links.links_of(school, 1)
    assert (len(shown.items), shown.total) == (10, 30)


def test_a_day_is_a_day(app: Flask, school: Organization, lead: Person) -> None:
    with clock_at(NOON):
        link, _ = made(lead, school, days=1)
        assert link.state == "open"
    with clock_at(NOON + timedelta(days=1)):
        assert link.state == "run_out"
