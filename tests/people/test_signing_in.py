"""Signing in and out, a forgotten password, invitations."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.people import passwords
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.factories.people import join, organization, person

PASSWORD = "four harbors and one crane"
NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)


def account(**more: object) -> Person:
    with unit_of_work():
        someone = person("Ada Ruiz", Role.PROGRAM_OFFICER, email="ada@example.org", **more)
        someone.password_hash = passwords.hash_password(PASSWORD)
    return someone


def link_to(client: FlaskClient) -> str:
    """The one link in the mail that went out last."""
    run_due()
    message = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    text = mail_of(message).get_content()
    return "".join(re.findall(r"http://localhost(/password/\S+)", text))


def sign_in(client: FlaskClient, password: str = PASSWORD, email: str = "ada@example.org", **query: str) -> int:
    return client.post("/sign-in", data={"email": email, "password": password}, query_string=query).status_code


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_right_password_opens_the_door_and_is_noted(app: Flask, client: FlaskClient) -> None:
    someone = account()
    assert sign_in(client, email=" Ada@Example.org ") == 302
    assert is_signed_in(client)
    fresh = db.session.get_one(Person, someone.id, populate_existing=True)
    assert fresh.last_sign_in_at is not None
    assert [row.action for row in db.session.scalars(select(AuditRecord))] == ["account.sign_in"]


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("ada@example.org", ""), ("", PASSWORD)],
)
def test_anything_else_does_not_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, email: str, password: str
) -> None:
    account()
    answer = client.post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 422
    assert not is_signed_in(client)
    assert f'value="{email}"' in answer.text
    assert PASSWORD not in answer.text


def test_a_closed_account_stays_out_even_with_its_password(app: Flask, client: FlaskClient) -> None:
    account(is_active=False)
    assert sign_in(client) == 422
    assert not is_signed_in(client)


def test_a_person_without_password_cannot_sign_in_with_any(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        person("New", email="new@example.org")
    assert sign_in(client, password="nobody has this password, and nobody ever will", email="new@example.org") == 422


def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    account()
    compared: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, hashed: str, password: str) -> bool:
        compared.append(hashed)
        return verify(self, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    sign_in(client, password="wrong")
    sign_in(client, email="nobody@example.org")
    mine, nobodys = (hashed.rsplit("$", 2)[0] for hashed in compared)
    assert mine == nobodys, "the same work: version and cost of both hashes"


def test_an_old_hash_is_replaced_when_its_owner_signs_in(app: Flask, client: FlaskClient) -> None:
    someone = account()
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with unit_of_work():
        db.session.get_one(Person, someone.id).password_hash = weak
    assert sign_in(client) == 302
    kept = db.session.get_one(Person, someone.id, populate_existing=True).password_hash
    assert kept != weak
    assert passwords.check_password(kept, PASSWORD) == passwords.Check(True)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/organizations?kind=school", "/organizations?kind=school"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_on_only_within_the_site(app: Flask, client: FlaskClient, wanted: str, reached: str) -> None:
    account()
    answer = client.post(
        "/sign-in", data={"email": "ada@example.org", "password": PASSWORD}, query_string={"next": wanted}
    )
    assert answer.location == reached


def test_a_page_asked_for_by_a_visitor_comes_after_signing_in(app: Flask, client: FlaskClient) -> None:
    account()
    asked = client.get("/organizations?kind=school")
    assert asked.status_code == 302
    answer = client.post(str(asked.location), data={"email": "ada@example.org", "password": PASSWORD})
    assert answer.location == "/organizations?kind=school"


def test_many_wrong_tries_have_to_wait_and_right_ones_do_not_count(app: Flask, client: FlaskClient) -> None:
    account()
    for _ in range(12):
        assert sign_in(client) == 302
        client.post("/sign-out")
    assert [sign_in(client, password="wrong") for _ in range(11)] == [422] * 10 + [429]
    refused = client.post("/sign-in", data={"email": "ada@example.org", "password": PASSWORD})
    assert refused.status_code == 429
    assert "Too many tries" in refused.text
    assert sign_in(client, email="other@example.org") == 422, "another address has tries of its own"


def test_signing_out_ends_this_session_only(
    app: Flask, client: FlaskClient, client_of: Callable[[Person], FlaskClient]
) -> None:
    other = client_of(account())
    sign_in(client)
    assert client.post("/sign-out").status_code == 302
    assert not is_signed_in(client)
    assert is_signed_in(other)
    assert client.get("/sign-out").status_code == 405


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(app: Flask, client: FlaskClient) -> None:
    account()
    assert client.post("/password", data={"email": "ADA@example.org"}).status_code == 302
    link = link_to(client)
    assert client.get(link).status_code == 200
    new = {"new": "another long secret", "again": "another long secret"}
    assert client.post(link, data=new).location == "/"
    assert is_signed_in(client)
    assert client.post(link, data=new).status_code == 409
    client.post("/sign-out")
    assert sign_in(client) == 422
    assert sign_in(client, password="another long secret") == 302


def test_an_unknown_address_is_answered_alike_and_gets_no_mail(app: Flask, client: FlaskClient) -> None:
    account()
    answers = []
    for address in ("ada@example.org", "nobody@example.org"):
        page = client.post("/password", data={"email": address}, follow_redirects=True).text
        # The token bears the second at which it was made.
        answers.append(re.sub(r'(csrf[-_]token" (?:value|content))="[^"]+"', r"\1", page.replace(address, "ADDRESS")))
    assert answers[0] == answers[1]
    assert '<b class="break">ADDRESS</b>' in answers[0], "what was typed is repeated"
    run_due()
    assert db.session.scalars(select(Message.to_email)).all() == ["ada@example.org"]


def test_asking_twice_in_ten_minutes_is_one_mail(app: Flask, client: FlaskClient) -> None:
    account()
    for minutes in (0, 5, 11):
        with clock_at(NOON + timedelta(minutes=minutes)):
            client.post("/look-in-your-mail" if minutes == 5 else "/password", data={"email": "ada@example.org"})
            run_due()
    assert len(db.session.scalars(select(Message)).all()) == 2


def test_a_link_runs_out(app: Flask, client: FlaskClient) -> None:
    account()
    with clock_at(NOON):
        client.post("/password", data={"email": "ada@example.org"})
        link = link_to(client)
    with clock_at(NOON + timedelta(hours=1, minutes=59)):
        assert client.get(link).status_code == 200
    with clock_at(NOON + timedelta(hours=2, minutes=1)):
        late = client.get(link)
    assert late.status_code == 409
    assert "run out" in late.text


def test_a_changed_link_is_no_link(app: Flask, client: FlaskClient) -> None:
    account()
    client.post("/password", data={"email": "ada@example.org"})
    link = link_to(client)
    middle = len(link) - 10  # a sign whose every bit counts; of the last one some are padding
    changed = "A" if link[middle] != "A" else "B"
    assert client.get(link[:middle] + changed + link[middle + 1 :]).status_code == 404


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("short", "short", "at least 12 characters"),
        ("aaaaaaaaaaaaa", "aaaaaaaaaaaaa", "more than a few different"),
        ("ada@example.org1", "ada@example.org1", "too close to your name or address"),
        ("another long secret", "another long secre", "not the same"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_a_sentence(
    app: Flask, client: FlaskClient, new: str, again: str, sentence: str
) -> None:
    account()
    client.post("/password", data={"email": "ada@example.org"})
    answer = client.post(link_to(client), data={"new": new, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert sign_in(client) == 302, "the old one still holds"


def test_an_invitation_leads_to_a_password_and_in(
    app: Flask, client: FlaskClient, client_of: Callable[[Person], FlaskClient]
) -> None:
    with unit_of_work():
        administrator = person("Root", Role.ADMINISTRATOR)
    invited = client_of(administrator).post(
        "/people/new", data={"name": "Ben Okafor", "email": "Ben@Example.org", "role": "reviewer"}
    )
    assert invited.status_code == 302
    link = link_to(client)
    assert "Welcome, Ben Okafor" in client.get(link).text
    client.post(link, data={"new": PASSWORD, "again": PASSWORD})
    assert is_signed_in(client)
    ben = db.session.scalars(select(Person).where(Person.email == "ben@example.org")).one()
    assert ben.role_labels == ["Reviewer"]
    assert ben.account_state == "active"


def test_the_outbox_and_the_jobs_hold_no_link(
    app: Flask, client: FlaskClient, client_of: Callable[[Person], FlaskClient]
) -> None:
    someone = account()
    client.post("/password", data={"email": "ada@example.org"})
    token = link_to(client).removeprefix("/password/")
    message = db.session.scalars(select(Message)).one()
    page = client_of(someone).get(f"/outbox/{message.public_id}").text
    assert "[a personal link, made when the message is sent]" in page
    for text in (page, message.body, *(str(job.args) for job in db.session.scalars(select(Job)))):
        assert token[:20] not in text


def test_a_colleague_is_asked_by_the_lead_and_comes(
    app: Flask, client: FlaskClient, client_of: Callable[[Person], FlaskClient]
) -> None:
    with unit_of_work():
        school, lead = organization("ASCEND"), person("Dana Reyes")
        join(lead, school)
    answer = client_of(lead).post(
        f"/organizations/{school.public_id}/members",
        data={"member-name": "Luis Vega", "member-email": "luis@example.org", "member-role": "signatory"},
    )
    assert answer.status_code == 302
    link = link_to(client)
    client.post(link, data={"new": PASSWORD, "again": PASSWORD})
    assert client.get(f"/organizations/{school.public_id}").status_code == 404, "not before they say yes"
    (asked,) = re.findall(r'href="(/invitations/\w+)"', client.get("/").text)
    assert client.post(asked).location == "/"
    page = client.get(f"/organizations/{school.public_id}")
    assert page.status_code == 200
    assert "Invite a colleague" not in page.text, "a signatory invites nobody"
    luis = db.session.scalars(select(Person).where(Person.email == "luis@example.org")).one()
    assert [place.role for place in luis.memberships] == [OrganizationRole.SIGNATORY]
