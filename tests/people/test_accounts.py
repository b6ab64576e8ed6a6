"""What administrators do with accounts, and what a person does with their own."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background.runner import run_due
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people import passwords, queries, services
from grants.people.commands import create_admin
from grants.people.models import Person, RoleGrant
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
PASSWORD = "four harbors and one crane"


@pytest.fixture
def root(app: Flask) -> Person:
    with unit_of_work():
        return person("Root", Role.ADMINISTRATOR, email="root@example.org", last_sign_in_at=now())


def again(someone: Person) -> Person:
    return db.session.get_one(Person, someone.id, populate_existing=True)


def acts() -> list[tuple[str, Any, Any]]:
    rows = db.session.scalars(select(AuditRecord).order_by(AuditRecord.number))
    return [(row.action, row.before, row.after) for row in rows]


def test_an_address_has_one_account_whatever_its_capitals(root: Person, client_of: Browser) -> None:
    form = {"name": "Second", "email": "ROOT@example.org", "title": "Officer", "role": "director"}
    answer = client_of(root).post("/people/new", data=form)
    assert answer.status_code == 422
    assert "root@example.org is the address of Root, who has an account already." in answer.text
    assert 'value="Officer"' in answer.text
    assert len(db.session.scalars(select(Person)).all()) == 1


@pytest.mark.parametrize("email", ["nowhere", "a@b", "two@example.org, three@example.org", "x" * 300 + "@example.org"])
def test_an_address_must_be_one(root: Person, client_of: Browser, email: str) -> None:
    answer = client_of(root).post("/people/new", data={"name": "New", "email": email, "role": ""})
    assert answer.status_code == 422
    assert len(db.session.scalars(select(Person)).all()) == 1


def test_roles_are_given_and_taken_and_both_are_on_record(root: Person, client_of: Browser) -> None:
    with unit_of_work():
        ben = person("Ben")
    browser = client_of(root)
    assert browser.post(f"/people/{ben.public_id}/roles", data={"role": "reviewer"}).status_code == 302
    assert again(ben).role_labels == ["Reviewer"]
    assert browser.post(f"/people/{ben.public_id}/roles", data={"role": "reviewer"}).status_code == 409
    assert browser.post(f"/people/{ben.public_id}/roles/reviewer/revoke").status_code == 302
    assert again(ben).role_labels == []
    assert browser.post(f"/people/{ben.public_id}/roles/reviewer/revoke").status_code == 409
    assert acts() == [
        ("account.grant", None, {"role": "reviewer"}),
        ("account.revoke", {"role": "reviewer"}, None),
    ]


@pytest.mark.parametrize("role", ["applicant", "coach", "system", "king"])
def test_what_is_not_given_cannot_be_given(root: Person, client_of: Browser, role: str) -> None:
    with unit_of_work():
        ben = person("Ben")
    assert client_of(root).post(f"/people/{ben.public_id}/roles", data={"role": role}).status_code == 422
    assert again(ben).role_labels == []


def test_nobody_gives_a_role_to_themselves(root: Person, client_of: Browser) -> None:
    answer = client_of(root).post(f"/people/{root.public_id}/roles", data={"role": "director"})
    assert answer.status_code == 403
    assert "You cannot give yourself a role" in answer.text
    assert again(root).role_labels == ["Administrator"]


def test_the_last_administrator_stays(root: Person, client_of: Browser) -> None:
    with unit_of_work():
        person("Closed", Role.ADMINISTRATOR, is_active=False)
    answer = client_of(root).post(f"/people/{root.public_id}/roles/administrator/revoke")
    assert answer.status_code == 403
    assert "last administrator" in answer.text
    assert again(root).role_labels == ["Administrator"]
    with unit_of_work():
        person("Second", Role.ADMINISTRATOR)
    assert client_of(root).post(f"/people/{root.public_id}/roles/administrator/revoke").status_code == 302
    assert again(root).role_labels == []


def test_a_closed_account_is_out_at_once(root: Person, client_of: Browser) -> None:
    with unit_of_work():
        ben = person("Ben", Role.REVIEWER)
    browser = client_of(ben)
    assert browser.get("/account").status_code == 200
    assert client_of(root).post(f"/people/{ben.public_id}/close").status_code == 302
    assert browser.get("/account").status_code == 302
    assert client_of(root).post(f"/people/{ben.public_id}/close").status_code == 409
    client_of(root).post(f"/people/{ben.public_id}/reopen")
    assert browser.get("/account").status_code == 302, "old sessions stay closed"
    assert client_of(again(ben)).get("/account").status_code == 200


def test_one_cannot_close_oneself(root: Person, client_of: Browser) -> None:
    assert client_of(root).post(f"/people/{root.public_id}/close").status_code == 409
    assert again(root).is_active


def test_a_new_address_ends_the_sessions_a_new_title_does_not(root: Person, client_of: Browser) -> None:
    with unit_of_work():
        ben = person("Ben", Role.REVIEWER, email="ben@example.org")
    browser, page = client_of(ben), f"/people/{ben.public_id}"
    client_of(root).post(page, data={"name": "Ben", "email": "ben@example.org", "title": "Teacher"})
    assert browser.get("/account").status_code == 200
    client_of(root).post(page, data={"name": "Ben", "email": "Ben2@example.org", "title": "Teacher"})
    assert browser.get("/account").status_code == 302
    assert acts() == [
        ("account.change", {"title": None}, {"title": "Teacher"}),
        ("account.change", {"email": "ben@example.org"}, {"email": "ben2@example.org"}),
    ]


def test_a_new_invitation_replaces_the_old_one(root: Person, client_of: Browser) -> None:
    browser = client_of(root)
    browser.post("/people/new", data={"name": "Ben", "email": "ben@example.org", "role": ""})
    ben = db.session.scalars(select(Person).where(Person.email == "ben@example.org")).one()
    first = ben.session_stamp
    assert browser.post(f"/people/{ben.public_id}/invite").status_code == 302
    assert again(ben).session_stamp != first
    run_due()
    assert db.session.scalars(select(Message.template)).all() == ["people.invitation"] * 2
    assert browser.post(f"/people/{root.public_id}/invite").status_code == 409


@pytest.mark.parametrize(("by_system", "who"), [(True, "The foundation"), (False, "Root")])
def test_an_invitation_says_who_made_the_account(root: Person, by_system: bool, who: str) -> None:
    with unit_of_work():
        services.add_person(SYSTEM if by_system else actor(root), "Ben", "ben@example.org")
    run_due()
    body = db.session.scalars(select(Message.body)).one()
    assert body.split("\n\n")[1] == (
        f"{who} has made an account for you at Harbormaster, where grants are applied for, reviewed and kept: "
        "you are invited to work there."
    )


def test_without_mail_the_link_is_handed_over_and_that_is_on_record(root: Person, client_of: Browser) -> None:
    browser = client_of(root)
    browser.post("/people/new", data={"name": "Ben", "email": "ben@example.org", "role": ""})
    ben = db.session.scalars(select(Person).where(Person.email == "ben@example.org")).one()
    shown = browser.post(f"/people/{ben.public_id}/link")
    assert "http://localhost/password/" in shown.text
    assert acts()[-1][0] == "account.show_link"
    assert browser.post(f"/people/{root.public_id}/link").status_code == 409, "not for an account in use"


def test_the_list_searches_filters_sorts_and_exports(root: Person, client_of: Browser) -> None:
    with unit_of_work():
        school = organization("ASCEND")
        ada = person("Ada Ruiz", Role.DIRECTOR, email="ada@example.org")
        zoe = person("Zoe <b>", email="zoe@example.org")
        join(zoe, school)
        person("Gone", is_active=False)
        person("=1+1")
    browser = client_of(root)

    def names(query: str) -> list[str]:
        rows = csv.reader(io.StringIO(browser.get(f"/people.csv?{query}").data.decode("utf-8-sig")))
        return [row[0] for row in rows][1:]

    assert names("") == ["'=1+1", "Ada Ruiz", "Gone", "Root", "Zoe <b>"]
    assert names("sort=-name") == ["Zoe <b>", "Root", "Gone", "Ada Ruiz", "'=1+1"]
    assert names("role=director") == ["Ada Ruiz"]
    assert names("role=applicant") == ["Zoe <b>"]
    assert names("role=any") == ["Ada Ruiz", "Root"]
    assert names("role=none") == ["'=1+1"]
    assert names("state=closed") == ["Gone"]
    assert names("state=active") == ["Root"]
    assert names("search=ZOE@") == ["Zoe <b>"]
    assert names("search=%25") == []
    page = browser.get("/people?search=zoe").text
    assert "Zoe &lt;b&gt;" in page
    assert f"/people/{zoe.public_id}" in page
    assert f"/people/{ada.public_id}" not in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_the_same_questions_for_one_and_for_thirty(
    root: Person, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    with unit_of_work():
        for _ in range(count):
            join(person(None, Role.REVIEWER), organization())
    browser = client_of(root)
    with statements() as seen:
        assert browser.get("/people").status_code == 200
    assert len([one for one in seen if one.startswith("SELECT")]) == 6


def test_one_changes_ones_own_name_and_title(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        ada = person("Ada", email="ada@example.org")
    browser = client_of(ada)
    browser.post("/account", data={"name": " Ada   Ruiz ", "title": "Principal", "email": "other@example.org"})
    changed = again(ada)
    assert (changed.name, changed.title, changed.email) == ("Ada Ruiz", "Principal", "ada@example.org")
    assert browser.post("/account", data={"name": " ", "title": "Principal"}).status_code == 422


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        ada = person("Ada", email="ada@example.org")
        ada.password_hash = passwords.hash_password(PASSWORD)
    here, there = client_of(ada), client_of(ada)
    new = {"new": "another long secret", "again": "another long secret"}
    assert here.post("/account/password", data={"current": "wrong", **new}).status_code == 422
    assert there.get("/account").status_code == 200
    assert here.post("/account/password", data={"current": PASSWORD, **new}).status_code == 302
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 302)
    assert passwords.check_password(again(ada).password_hash, "another long secret").right


def test_one_can_end_all_other_sessions(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        ada = person("Ada")
    here, there = client_of(ada), client_of(ada)
    here.post("/account/sessions")
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 302)


def test_there_is_one_first_administrator(app: Flask) -> None:
    with unit_of_work():
        first = services.create_first_administrator("Root", "Root@Example.org", PASSWORD)
    assert (first.email, first.role_labels) == ("root@example.org", ["Administrator"])
    assert passwords.check_password(first.password_hash, PASSWORD).right
    with pytest.raises(Clash, match="administrator already"), unit_of_work():
        services.create_first_administrator("Second", "second@example.org", PASSWORD)
    with pytest.raises(Invalid, match="at least 12"), unit_of_work():
        services.create_first_administrator("Third", "third@example.org", "short")


def test_the_command_takes_the_environment_and_never_makes_a_second(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run() -> Any:
        return app.test_cli_runner().invoke(create_admin)

    monkeypatch.setenv("ADMIN_NAME", "Root")
    monkeypatch.setenv("ADMIN_EMAIL", "root@example.org")
    monkeypatch.setenv("ADMIN_PASSWORD", "short")
    refused = run()
    assert refused.exit_code == 1
    assert "at least 12 characters" in refused.output
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    assert run().output == "root@example.org is the administrator.\n"
    assert run().output == "There is an administrator already.\n"
    assert db.session.scalars(select(RoleGrant.role)).all() == ["administrator"]


def test_the_command_asks_for_what_it_is_not_given(app: Flask) -> None:
    answers = f"Root\nroot@example.org\n{PASSWORD}\n{PASSWORD}\n"
    result = app.test_cli_runner().invoke(create_admin, input=answers)
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert isinstance(app.test_cli_runner(), CliRunner)


def test_only_administrators_and_the_house_manage_accounts(app: Flask) -> None:
    with unit_of_work():
        officer = person("Officer", Role.PROGRAM_OFFICER, Role.DIRECTOR)
        for attempt in (
            lambda: services.add_person(actor(officer), "New", "new@example.org"),
            lambda: services.grant_role(actor(officer), person(), Role.AUDITOR),
            lambda: services.revoke_role(actor(officer), officer, Role.DIRECTOR),
            lambda: services.close_account(actor(officer), person()),
            lambda: services.reopen_account(actor(officer), person(is_active=False)),
            lambda: services.invite_again(actor(officer), person()),
            lambda: services.change_details(actor(officer), officer, "Other", officer.email, None),
            lambda: queries.people(actor(officer), queries.PeopleFilters()),
            lambda: queries.account_for(actor(officer), officer.public_id),
        ):
            with pytest.raises(Refused):
                attempt()
        services.add_person(SYSTEM, "Made", "made@example.org", roles=[Role.AUDITOR])


def test_administrators_are_told_of_those_who_never_came_and_of_idle_accounts(root: Person) -> None:
    with unit_of_work():
        person("Idle", last_sign_in_at=now())
        person("Invited", Role.REVIEWER)
        join(person("Educator, who need not come"), organization())
        person("Closed", is_active=False)
        person("Officer", Role.PROGRAM_OFFICER, last_sign_in_at=now())
        joined, asked = person("Joined", last_sign_in_at=now()), person("Asked to coach", last_sign_in_at=now())
        join(joined, school := organization())
        services.invite_coach(actor(joined), school, asked.name, asked.email, "MDC", "read it", "one")
    with root_request(root):
        told = [(todo.urgency, todo.title, todo.url, todo.count) for todo in queries.todos(actor(root))]
    assert told == [
        ("plan", "1 person with a role, who never signed in", "/people?state=invited&role=any", 1),
        ("ask", "1 account without a role", "/people?role=none", 1),
    ]
    assert queries.todos(actor(asked)) == []


def root_request(_: Person) -> Any:
    from flask import current_app

    return current_app.test_request_context("/")
