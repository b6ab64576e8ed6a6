"""The outbox: who reads what of it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.kernel.clock import now
from grants.kernel.roles import Role
from grants.messages import library, services
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories.casework import case
from tests.factories.people import person

Browser = Callable[[Person], FlaskClient]
FACTS = {"invited_by": "Dana", "role": "editor"}


def post(organization: str, **more: Any) -> str:
    message = services.post(organization, "people.joined", person(), FACTS | {"organization": organization}, **more)
    assert message is not None
    return f"/outbox/{message.public_id}"


def asked() -> str:
    """A visitor is answered: who asked what is for those who answer."""
    facts = dict.fromkeys(library.placeholders("".join(library.TEMPLATES["question.answered"])), "What they asked")
    message = services.post("asked", "question.answered", services.Visitor("Ana", "ana@example.org"), facts)
    assert message is not None
    return f"/outbox/{message.public_id}"


@pytest.mark.parametrize("role", Role.granted())
def test_each_role_reads_what_is_theirs(app: Flask, client_of: Browser, role: Role) -> None:
    with unit_of_work():
        someone = person("Someone", role)
        hidden, open_ = case(), case()
        db.session.add(Conflict(case=hidden, person=someone, source="declared", since=now()))
        pages = {
            "hidden": post("Hidden School", case=hidden),
            "open": post("Open School", case=open_),
            "none": post("No Case"),
            "asked": asked(),
        }
    browser = client_of(someone)
    readable = {name for name, page in pages.items() if browser.get(page).status_code == 200}
    listed = {name for name, page in pages.items() if page in browser.get("/outbox").text}
    expected = {
        Role.PROGRAM_OFFICER: {"open", "none", "asked"},
        Role.AUDITOR: {"open", "none", "asked"},
        Role.ADMINISTRATOR: {"none"},
    }.get(role, set())
    assert (readable, listed) == (expected, expected)


def test_the_list_is_searched_and_filtered(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        officer = person("Maya", Role.PROGRAM_OFFICER)
        one = post("ASCEND")
        with services.suppressed():
            other = post("Lodestar")
    browser = client_of(officer)

    def listed(query: str) -> list[str]:
        text = browser.get(f"/outbox?{query}").text
        return [page for page in (one, other) if page in text]

    assert listed("") == [one, other]
    assert listed("search=ascend") == [one]
    assert listed("state=suppressed") == [other]
    assert listed("state=nonsense") == []
    assert f'<a href="{one}">You are now with ASCEND at Harbormaster</a>' in browser.get("/outbox").text
    assert "No mail server is set up" in browser.get("/outbox").text


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_the_same_questions_for_one_and_for_thirty(
    app: Flask, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    with unit_of_work():
        officer = person("Maya", Role.PROGRAM_OFFICER)
        for number in range(count):
            post(f"School {number}")
    browser = client_of(officer)
    with statements() as seen:
        assert browser.get("/outbox").status_code == 200
    assert len([one for one in seen if one.startswith("SELECT")]) == 3
