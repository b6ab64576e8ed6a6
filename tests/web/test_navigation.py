"""The harbor bar offers each role its pages, and marks the present one."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.kernel.policy import ANONYMOUS, Actor, Role
from grants.web.navigation import Link, navigation_for, register_nav, unreachable, url_with
from tests.web.gallery import PEOPLE


def bar(gallery: Flask, actor: Actor, path: str = "/") -> list[tuple[str, bool]]:
    with gallery.test_request_context(path):
        return [(link.label, link.active) for link in navigation_for(actor).links]


def test_a_role_sees_its_own_entries_in_their_order(gallery: Flask) -> None:
    assert bar(gallery, PEOPLE["reviewer"], "/parts") == [("Blueprints", False), ("Meeting", True), ("Guide", False)]
    assert bar(gallery, PEOPLE["school"], "/draft") == [("Our case", False), ("Blueprint", True), ("Questions", False)]
    assert bar(gallery, ANONYMOUS) == []


def test_several_roles_see_each_page_once(gallery: Flask) -> None:
    both = Actor(9, "Both", roles=frozenset({Role.PROGRAM_OFFICER, Role.REVIEWER}))
    with gallery.test_request_context("/"):
        urls = [link.url for link in navigation_for(both).links]
    assert sorted(urls) == ["/", "/charts", "/forms", "/parts", "/scorecard", "/slate", "/table"]


def test_the_first_page_is_present_only_on_itself(gallery: Flask) -> None:
    assert ("Today", True) in bar(gallery, PEOPLE["officer"], "/")
    assert ("Today", False) in bar(gallery, PEOPLE["officer"], "/table")


def test_pages_below_an_entry_keep_it_present(gallery: Flask) -> None:
    assert ("Cases", True) in bar(gallery, PEOPLE["officer"], "/table/lodestar")
    assert ("Cases", False) in bar(gallery, PEOPLE["officer"], "/tables")


def test_an_entry_may_name_other_paths_as_its_own(gallery: Flask) -> None:
    register_nav(Role.AUDITOR, "Record", "gallery.parts", 1, ("/audit", "/ledger"))
    auditor = Actor(9, "Ann", roles=frozenset({Role.AUDITOR}))
    assert bar(gallery, auditor, "/ledger/3") == [("Record", True)]
    assert bar(gallery, auditor, "/slate") == [("Record", False)]


def test_staff_get_the_search_and_visitors_the_way_in(gallery: Flask) -> None:
    with gallery.test_request_context("/"):
        assert (navigation_for(PEOPLE["officer"]).search, navigation_for(PEOPLE["school"]).search) == ("/table", None)
        assert (navigation_for(ANONYMOUS).sign_in, navigation_for(PEOPLE["school"]).sign_in) == ("/forms", None)
        assert navigation_for(ANONYMOUS).menu == ()
        assert navigation_for(PEOPLE["school"]).menu == (
            Link("Your account", "/forms"),
            Link("Sign out", "/sign-out", post=True),
        )
        assert navigation_for(ANONYMOUS).foot == (Link("Guide", "/parts"),)


def test_a_person_goes_by_their_first_role(gallery: Flask) -> None:
    with gallery.test_request_context("/"):
        roles = frozenset({Role.REVIEWER, Role.PROGRAM_OFFICER})
        assert navigation_for(Actor(9, "Both", roles=roles)).role == "Program officer"
        assert navigation_for(ANONYMOUS).role == ""


def test_an_entry_that_leads_nowhere_is_found_and_not_shown(gallery: Flask) -> None:
    assert unreachable(gallery) == []
    register_nav(Role.ADMINISTRATOR, "Lost", "gallery.lost", 1)
    assert [entry.label for entry in unreachable(gallery)] == ["Lost"]
    assert bar(gallery, Actor(9, "Ann", roles=frozenset({Role.ADMINISTRATOR}))) == []


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"page": 3}, "/table?sector=charter&sort=-name&page=3"),
        ({"sort": "asked", "page": None}, "/table?sector=charter&sort=asked"),
        ({"sector": None}, "/table?sort=-name&page=2"),
    ],
)
def test_a_link_keeps_the_rest_of_the_view(gallery: Flask, changes: dict[str, Any], url: str) -> None:
    with gallery.test_request_context("/table?sector=charter&sort=-name&page=2"):
        assert url_with(**changes) == url


def test_the_page_shows_who_is_signed_in(seen_by: Callable[[str], FlaskClient]) -> None:
    text = seen_by("officer").get("/table").text
    assert '<a href="/table" aria-current="page">Cases</a>' in text
    assert ">MR</span>" in text
    assert "<b>Maya Rivera</b>" in text
