"""The foundation's pages in Chromium: nothing for axe to find, nothing wider than a phone, errors included."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from grants.background.runner import run_due
from grants.casework import services as casework
from grants.config import ROOT
from grants.documents import services as documents
from grants.documents.models import Document
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.messages import services as messages
from grants.people import passwords
from grants.people import services as people
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from tests.factories.casework import case
from tests.factories.documents import letter
from tests.factories.people import actor, join, organization, person

pytestmark = pytest.mark.browser
AXE = ROOT / "grants/web/frontend/node_modules/axe-core/axe.min.js"
PASSWORD = "four harbors and one crane"
WIDTHS = (1280, 390, 320)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address)
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda line: said.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert said == []


@pytest.fixture
def story(app: Flask) -> dict[str, Person | Document | str]:
    """One of each: an administrator, an auditor, a lead with a colleague and a coach, mail, a released letter."""
    secret = passwords.hash_password(PASSWORD)
    with unit_of_work():
        school = organization("Urban Promise Academy", enrollment=374, grade_from="6", grade_to="8", city="Oakland")
        made: dict[str, Person | Document | str] = {
            "root": person("Rosa Delgado", Role.ADMINISTRATOR, email="rosa@example.org", password_hash=secret),
            "auditor": person("Audrey Chen", Role.AUDITOR, email="audrey@example.org", password_hash=secret),
            "lead": (lead := person("Dana Reyes", email="dana@example.org", password_hash=secret)),
            "school": school.public_id,
        }
        join(lead, school)
        people.invite_coach(actor(lead), school, "Cora Blake", "cora@example.org")
        one = case(school)
        casework.note_event(SYSTEM, one, "case", "Something happened.")
        made["letter"] = letter(one)
        documents.render_later([made["letter"]], "letters", release=True)
        message = messages.post("one", "people.joined", lead, {"invited_by": "M", "organization": "O", "role": "lead"})
        assert message is not None
        made["message"] = message.public_id
    run_due()
    return made


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def faults(page: Page) -> list[str]:
    """What axe finds at every width, and widths at which the page has to be pushed sideways."""
    source, found = Path(AXE).read_text(), []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        page.evaluate(source)
        result = page.evaluate("axe.run()")
        assert len(result["passes"]) > 10
        found += [f"{rule['id']}: {node['html']}" for rule in result["violations"] for node in rule["nodes"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"wider than {width} px")
    return found


def test_pages_of_visitors(page: Page, story: dict[str, Document]) -> None:
    found = {}
    for path in ("/sign-in", "/password", "/verify", f"/verify/{story['letter'].code}", "/verify/nonsense"):
        page.goto(path)
        found[path] = faults(page)
    page.goto("/sign-in")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    found["sign-in, empty"] = faults(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("email", "paths"),
    [
        (
            "rosa@example.org",
            (
                *("/people", "/people/new", "/people/{person}", "/organizations", "/organizations/new", "/outbox"),
                *("/organizations/{school}", "/organizations/{school}/edit", "/account", "/people?search=nobody"),
            ),
        ),
        ("audrey@example.org", ("/record", "/outbox", "/outbox/{message}", "/organizations/{school}")),
        ("dana@example.org", ("/organizations/{school}", "/account")),
    ],
)
def test_pages_of_the_signed_in(page: Page, story: dict[str, Person], email: str, paths: tuple[str, ...]) -> None:
    sign_in(page, email)
    ids = {"person": story["lead"].public_id, "school": story["school"], "message": story["message"]}
    found = {}
    for path in paths:
        answer = page.goto(path.format(**ids))
        assert answer is not None
        assert answer.status == 200, path
        found[path] = faults(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_an_error_keeps_what_was_typed_and_takes_the_focus(page: Page, story: dict[str, Person]) -> None:
    sign_in(page, "rosa@example.org")
    page.goto("/organizations/new")
    page.get_by_label("Name").fill("Second")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("alert")
    assert summary.evaluate("element => element === document.activeElement")
    assert page.get_by_label("Name").input_value() == "Second"
    assert faults(page) == []
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "kind"


def test_a_role_is_taken_after_a_question(page: Page, story: dict[str, Person]) -> None:
    sign_in(page, "rosa@example.org")
    page.goto(f"/people/{story['auditor'].public_id}")
    page.get_by_role("button", name="Take away").click()
    dialog = page.get_by_role("dialog")
    assert "Take the role Auditor from Audrey Chen?" in (dialog.text_content() or "")
    assert faults(page) == []
    dialog.get_by_role("button", name="Take away").click()
    page.get_by_text("Taken away: Auditor.").wait_for()
