"""Whoever is with several organizations looks at one of them, or at all."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.people import services
from grants.people.models import CoachInvitation, Organization, Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as writing
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def ada(app: Flask) -> Person:
    """Leads one school and edits for another, both with a draft in one stage."""
    with clock_at(writing.WRITING), unit_of_work():
        stage = writing.stage()
        schools = [writing.school(name) for name in ("Bayfront", "Hillside")]
        ada = person("Ada")
        for one in schools:
            writing.draft(one, stage)
            join(ada, one.organization)
    return ada


def school(name: str) -> Organization:
    return db.session.scalars(select(Organization).where(Organization.name == name)).one()


def choose(browser: FlaskClient, name: str, **more: str) -> Any:
    return browser.post("/look-at", data={"organization": school(name).public_id if name else "", **more})


def named(page: str) -> set[str]:
    """Which of the two schools a page's main part names."""
    return {name for name in ("Bayfront", "Hillside") if name in page.partition("<main")[2].replace("You look at", "")}


def test_home_and_applications_are_about_the_school_one_looks_at(ada: Person, client_of: Browser) -> None:
    with clock_at(writing.WRITING):
        browser = client_of(ada)
        pages = ("/", "/our/applications")
        assert [named(browser.get(page).text) for page in pages] == [{"Bayfront", "Hillside"}] * 2
        assert choose(browser, "Hillside", next="/our/applications").location == "/our/applications"
        browser.get("/account")  # which says what was chosen, once
        assert [named(browser.get(page).text) for page in pages] == [{"Hillside"}] * 2
        browser.get("/")
        bar = browser.get("/").text.partition("<main")[0]
        assert re.findall(r"You look at</span> <b>([^<]+)</b>", bar) == ["Hillside"]
        again = client_of(db.session.get_one(Person, ada.id))
        assert named(again.get("/").text) == {"Hillside"}, "it holds in the next session"
        assert choose(browser, "").location == "/"
        browser.get("/account")
        assert named(browser.get("/").text) == {"Bayfront", "Hillside"}


def test_looking_at_one_closes_nothing_of_the_other(ada: Person, client_of: Browser) -> None:
    with clock_at(writing.WRITING):
        browser = client_of(ada)
        links = sorted(set(re.findall(r'href="(/applications/\w{20})"', browser.get("/our/applications").text)))
        assert len(links) == 2
        choose(browser, "Hillside")
        assert [browser.get(link).status_code for link in links] == [200, 200]
        cases = db.session.scalars(select(Case)).all()
        assert [browser.get(f"/cases/{one.public_id}").status_code for one in cases] == [200, 200]


def test_nobody_looks_at_what_is_not_theirs(ada: Person, client_of: Browser) -> None:
    with unit_of_work():
        other = organization("Elsewhere")
    assert choose(client_of(ada), "Elsewhere").status_code == 404
    with pytest.raises(Refused), unit_of_work():
        services.look_at(actor(ada), other)
    assert db.session.get_one(Person, ada.id, populate_existing=True).looks_at_id is None


def test_where_one_lands_is_a_page_of_ours(ada: Person, client_of: Browser) -> None:
    answers = [
        choose(client_of(ada), "Hillside", next=to).location for to in ("//evil.example", "https://evil.example")
    ]
    assert answers == ["/", "/"]


def test_who_leaves_the_school_they_look_at_sees_all_the_rest(ada: Person, client_of: Browser) -> None:
    with unit_of_work():
        services.look_at(actor(ada), school("Hillside"))
        join(person("Luz"), school("Hillside"))
        services.remove_member(actor(ada), school("Hillside"), ada)
    seen = actor(ada).in_view
    assert (seen.organization_ids, seen.beside) == ({school("Bayfront").id}, frozenset())
    assert "You look at" not in client_of(ada).get("/account").text


def test_a_reviewer_is_kept_from_both_their_schools_whichever_they_look_at(ada: Person) -> None:
    with unit_of_work():
        services.look_at(actor(ada), school("Hillside"))
    seen = actor(ada).in_view
    assert seen.organization_ids == {school("Hillside").id}
    assert seen.ties == {school("Hillside").id, school("Bayfront").id}
    assert db.session.scalars(select(Case).where(not_conflicted(seen, Case.id))).all() == []


def test_a_coach_chooses_among_schools_too(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        own, coached, ben = organization("Own"), organization("Coached"), person("Ben", Role.REVIEWER)
        join(ben, own, OrganizationRole.VIEWER)
        lead = person()
        since = ben.created_at
        db.session.add(
            CoachInvitation(
                organization_id=coached.id, person_id=ben.id, invited_by_id=lead.id, since=since, accepted_at=since
            )
        )
    browser = client_of(ben)
    page = " ".join(browser.get("/account").text.split())
    assert re.findall(r'name="organization" value="\w+"( aria-current="true")?>(\w+)', page) == [
        ("", "Coached"),
        ("", "Own"),
    ]
    choose(browser, "Coached")
    seen = actor(ben).in_view
    assert (seen.organization_ids, seen.coaching, seen.beside) == (frozenset(), {coached.id}, {own.id})


def test_the_choice_costs_one_statement_however_many_there_are(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    counts = []
    with unit_of_work():
        ben = person("Ben")
        join(ben, organization())
    for more in (0, 1, 29):
        with unit_of_work():
            for _ in range(more):
                join(ben, organization())
        browser = client_of(ben)
        with statements() as seen:
            browser.get("/signed-in")
        counts.append(len(seen))
    assert counts == [counts[0], counts[0] + 1, counts[0] + 1]
