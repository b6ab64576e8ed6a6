"""Accounts and organizations in Chromium: what goes wrong is said where it went wrong, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from grants.kernel.roles import Role
from grants.people import passwords
from grants.people.models import Organization, Person
from grants.persistence.session import db, unit_of_work
from tests.browser.house import faults
from tests.factories.people import organization, person

pytestmark = pytest.mark.browser
PASSWORD = "four harbors and one crane"
OpenAs = Callable[..., Page]


@pytest.fixture
def rosa(address: str) -> Person:
    """An administrator."""
    with unit_of_work():
        return person(
            "Rosa Delgado",
            Role.ADMINISTRATOR,
            email="rosa@example.org",
            password_hash=passwords.hash_password(PASSWORD),
        )


def test_signing_in_by_keyboard(open_window: Callable[..., Page], address: str, rosa: Person) -> None:
    page = open_window(address)
    page.goto("/sign-in")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert faults(page) == []
    page.get_by_label("Email address").fill("rosa@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    expect(page.get_by_role("link", name="Invite a program officer")).to_be_visible()


def test_a_code_that_names_nothing_is_said_plainly(open_window: Callable[..., Page], address: str) -> None:
    page = open_window(address)
    page.goto("/verify/nonsense")
    assert faults(page) == []


def test_an_error_keeps_what_was_typed_and_takes_the_focus(open_as: OpenAs, rosa: Person) -> None:
    page = open_as(rosa, "/organizations/new")
    page.get_by_label("Name").fill("Second")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Second")
    assert faults(page) == []
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "kind"


def test_an_nces_id_that_another_school_has_is_refused_at_the_field_and_nothing_is_lost(
    open_as: OpenAs, rosa: Person
) -> None:
    with unit_of_work():
        organization("Urban Promise Academy", nces_id="062805010873")
    page = open_as(rosa, "/organizations/new")
    typed = {"Name": "Lodestar", "NCES id": "062805010873", "Street": "701 105th Avenue", "City": "Oakland"}
    page.get_by_label("Kind").select_option(label="School")
    page.get_by_label("Run by").select_option(label="District-run")
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.get_by_role("button", name="Save").click()
    assert answered.value.status == 422
    sentence = "Urban Promise Academy has this NCES id already. Two organizations never share one."
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name=sentence).click()
    field = page.get_by_label("NCES id")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(f"12 digits for a school, 7 for a district. Error: {sentence}")
    kept = {label: page.get_by_label(label).input_value() for label in typed}
    assert kept == typed
    assert faults(page) == []
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 1


def test_a_role_is_taken_after_a_question(open_as: OpenAs, rosa: Person) -> None:
    with unit_of_work():
        auditor = person("Audrey Chen", Role.AUDITOR)
    page = open_as(rosa, f"/people/{auditor.public_id}")
    page.get_by_role("button", name="Take away").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Take the role Auditor from Audrey Chen?")
    assert faults(page) == []
    dialog.get_by_role("button", name="Take away").click()
    page.get_by_text("Taken away: Auditor.").wait_for()
