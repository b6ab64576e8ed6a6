"""Who may open which page, tried for every role."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from tests.factories.people import organization, person

Browser = Callable[[Person], FlaskClient]
READERS = {Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR, Role.ADMINISTRATOR}
PAGES = {
    "/people": {Role.ADMINISTRATOR, Role.AUDITOR},
    "/people.csv": {Role.ADMINISTRATOR, Role.AUDITOR},
    "/people/new": {Role.ADMINISTRATOR},
    "/people/{person}": {Role.ADMINISTRATOR, Role.AUDITOR},
    "/organizations": READERS,
    "/organizations.csv": READERS,
    "/organizations/new": {Role.PROGRAM_OFFICER, Role.ADMINISTRATOR},
    "/organizations/{organization}/edit": {Role.PROGRAM_OFFICER, Role.ADMINISTRATOR},
    "/account": set(Role.granted()),
}
ACTS = {
    "/people/{person}": {Role.ADMINISTRATOR},
    "/people/{person}/roles": {Role.ADMINISTRATOR},
    "/people/{person}/roles/reviewer/revoke": {Role.ADMINISTRATOR},
    "/people/{person}/invite": {Role.ADMINISTRATOR},
    "/people/{person}/close": {Role.ADMINISTRATOR},
    "/people/{person}/reopen": {Role.ADMINISTRATOR},
    "/people/{person}/sessions": {Role.ADMINISTRATOR},
    "/people/{person}/link": {Role.ADMINISTRATOR},
    "/organizations/{organization}/check": {Role.PROGRAM_OFFICER, Role.ADMINISTRATOR},
    "/organizations/{organization}/members": {Role.PROGRAM_OFFICER, Role.ADMINISTRATOR},
}


# Every field of every form above, so that nothing but the role stands in the way.
FILLED = {
    "name": "New Name",
    "email": "new@example.org",
    "role": "reviewer",
    **{f"{prefix}-name": "New" for prefix in ("member", "coach")},
    **{f"{prefix}-email": f"{prefix}@example.org" for prefix in ("member", "coach")},
    "member-role": "editor",
}


@pytest.mark.parametrize("role", Role.granted())
def test_each_role_opens_its_own_pages_and_no_other(app: Flask, client_of: Browser, role: Role) -> None:
    with unit_of_work():
        someone, other, school = person("Someone", role), person("Other"), organization("ASCEND")
    browser = client_of(someone)
    ids = {"person": other.public_id, "organization": school.public_id}
    opened = {page for page in PAGES if browser.get(page.format(**ids)).status_code == 200}
    assert opened == {page for page, roles in PAGES.items() if role in roles}
    refused = {act for act in ACTS if browser.post(act.format(**ids), data=FILLED).status_code in {403, 404}}
    assert refused == {act for act, roles in ACTS.items() if role not in roles}


def test_a_visitor_is_asked_to_sign_in(app: Flask, client: FlaskClient) -> None:
    with unit_of_work():
        ids = {"person": person("Other").public_id, "organization": organization("ASCEND").public_id}
    for page in PAGES:
        answer = client.get(page.format(**ids))
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")
    for act in ACTS:
        assert client.post(act.format(**ids)).location == "/sign-in"
