"""Every page of the application, on the demonstration, as those it is for see it: each keeps the rules of the house."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Response
from werkzeug.routing import Rule

from grants.kernel import clock
from grants.kernel.permissions import PERMISSIONS
from grants.kernel.roles import Role
from grants.persistence.session import db
from grants.replay.demo import PRESENT
from grants.web.access import access_of
from tests.browser.demonstration import Demonstration, add_what_it_lacks
from tests.browser.house import faults, served_by
from tests.browser.pages import COACH, FILES, PAGES, Seen
from tests.engines import Engine
from tests.test_every_route import APP, RULES

pytestmark = pytest.mark.browser

READ = [rule for rule in RULES if "GET" in (rule.methods or ()) and rule.endpoint != "static"]
MOST_BYTES, MOST_REQUESTS, MOST_ELEMENTS, MOST_TABS = 100 * 1024, 10, 1500, 3
# Pages on which one reads before one writes: their forms stand at the end.
READ_FIRST = {
    *("portfolio.case", "people.organization", "applications.screening", "meetings.agenda", "meetings.meeting"),
    *("review.asked", "review.invitation"),
}
READ_FIRST_BY = {("applications.section", COACH)}


@pytest.fixture(scope="module")
def demonstration(whole_app: Flask, engine: Engine, replay_kept: None) -> Iterator[Demonstration]:
    """The demonstration on its first morning, with what it lacks added."""
    with whole_app.app_context():
        engine.bring_back("replayed")
        add_what_it_lacks()
        clock.set_offset(PRESENT - datetime.now(UTC))  # noqa: TID251 - it begins now
        with served_by(whole_app) as address:
            yield Demonstration(whole_app, address)
        clock.set_offset(timedelta())
        db.session.remove()
        db.engine.dispose()


class Window:
    """One person's window, used for one page after the other; what it holds is of the page that is open.

    answers      what was fetched for it; nothing is kept from one page to the next
    complaints   of its scripts, and on its console
    """

    def __init__(self, chromium: Browser, address: str, session: str | None) -> None:
        self.answers: list[Response] = []
        self.complaints: list[str] = []
        context = chromium.new_context(base_url=address)
        if session:
            context.add_cookies([{"name": "session", "value": session, "url": address}])
        self.page = context.new_page()
        context.new_cdp_session(self.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.page.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108 - a bare method is not accepted
        self.page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        self.page.on("console", self._listen)

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def open(self, path: str) -> None:
        self.page.set_viewport_size({"width": 1280, "height": 860})
        self.page.emulate_media(color_scheme="light")
        self.answers.clear()
        self.complaints.clear()
        self.page.goto(path)


@pytest.fixture(scope="module")
def windows(chromium: Browser) -> Iterator[dict[str | None, Window]]:
    """The windows that are open, by session."""
    found: dict[str | None, Window] = {}
    yield found
    for window in found.values():
        window.page.context.close()


def _cases(where: dict[str, list[Seen]]) -> list[Any]:
    """Every address of the application that `where` holds, as each of those who open it."""
    return [
        pytest.param(rule, seen, id=f"{rule} as {seen.who}")
        for rule in READ
        for seen in where.get(rule.endpoint, [])
        if bool(set(rule.arguments) - {"form"}) == bool(seen.ids)
    ]


def test_every_page_and_every_file_has_its_place_in_the_map() -> None:
    mapped = {str(case.values[0]) for case in (*_cases(PAGES), *_cases(FILES))}
    assert sorted(mapped) == sorted(str(rule) for rule in READ)


# Who may open such a page, but none of those that the demonstration holds.
NONE_OF_THEIRS = {
    ("/submissions/<public_id:submission_id>", Role.COACH): "a coach reads drafts",
    ("/submissions/<public_id:submission_id>/changes", Role.COACH): "a coach reads drafts",
    ("/submissions/<public_id:submission_id>/receipt", Role.COACH): "a coach reads drafts",
    ("/submissions/<public_id:submission_id>/files/<public_id:file_id>", Role.COACH): "a coach reads drafts",
    ("/applications/<public_id:application_id>/files/<public_id:file_id>", Role.COACH): "no draft they read has a file",
}


@pytest.mark.parametrize("rule", [rule for rule in READ if access_of(APP, rule.endpoint) in PERMISSIONS], ids=str)
def test_each_role_that_may_open_a_page_finds_one(demonstration: Demonstration, rule: Rule) -> None:
    may = PERMISSIONS[access_of(APP, rule.endpoint) or ""] - {Role.SYSTEM}
    wanted = {role for role in may if (str(rule), role) not in NONE_OF_THEIRS}
    places = [*PAGES.get(rule.endpoint, []), *FILES.get(rule.endpoint, [])]
    assert demonstration.roles_that_open(rule, places, wanted) == wanted


# Pages look alike on every database; on PostgreSQL some are enough to see that they come whole.
LOOKED_AT = _cases(PAGES)[:: 6 if "TEST_DATABASE_URL" in os.environ else 1]


@pytest.mark.parametrize(("rule", "seen"), LOOKED_AT)
def test_a_page_keeps_the_rules_of_the_house(
    demonstration: Demonstration, chromium: Browser, windows: dict[str | None, Window], rule: Rule, seen: Seen
) -> None:
    session, path = demonstration.opened(rule, seen)
    if session not in windows:
        windows[session] = Window(chromium, demonstration.address, session)
    window = windows[session]
    window.open(path)
    assert {answer.url: answer.status for answer in window.answers if answer.status != 200} == {}
    assert {answer.url.split("/")[2] for answer in window.answers} == {demonstration.address.split("/")[2]}
    assert 5 <= len(window.answers) <= MOST_REQUESTS
    assert 40_000 < sum(int(answer.headers["content-length"]) for answer in window.answers) <= MOST_BYTES
    assert window.page.locator("*").count() <= MOST_ELEMENTS
    reads_first = rule.endpoint in READ_FIRST or (rule.endpoint, seen.who) in READ_FIRST_BY
    if not reads_first and window.page.locator("main form[method=post] .field:visible").count():
        assert _tabs_to_the_first_field(window.page) <= MOST_TABS
    assert faults(window.page) == []
    assert window.complaints == []


def _tabs_to_the_first_field(page: Page) -> int:
    """How often one presses Tab, the skip link included, until one can type."""
    in_a_field = "document.activeElement.matches('main :is(input, select, textarea)')"
    if page.evaluate(in_a_field):
        return 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for pressed in range(2, 10):
        page.keyboard.press("Tab")
        if page.evaluate(in_a_field):
            return pressed
    return 10


@pytest.mark.parametrize(("rule", "seen"), _cases(FILES))
def test_a_file_is_handed_out_as_one(demonstration: Demonstration, rule: Rule, seen: Seen) -> None:
    for form in ("csv", "xlsx") if "form" in rule.arguments else ("",):
        session, path = demonstration.opened(rule, seen, form=form)
        answer = demonstration.client(session).get(path)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.data) > 10
