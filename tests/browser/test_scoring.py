"""A reviewer at work in a browser: a pile by keyboard alone, windows that close, lines that break, no names."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grants.background.runner import run_due
from grants.casework import files
from grants.kernel import clock
from grants.kernel.clock import clock_at
from grants.people.passwords import hash_password
from grants.persistence.session import db, unit_of_work
from grants.review import services
from grants.review.models import Scorecard
from tests.browser.house import faults, served_by
from tests.factories import review as make
from tests.factories import telling_files
from tests.review.story import LATER, Panel
from tests.review.test_reading import FILES

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
OpenWindow = Callable[..., Page]
SCHOOLS = ("Auk School", "Heron School", "Tern School")
PASSWORD = "harbor lights 2016"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application's address on an evening of reviewing."""
    clock.set_offset(make.REVIEWING - datetime.now(UTC))  # noqa: TID251 - the one place that needs the machine's clock
    with served_by(app) as served:
        yield served
    clock.set_offset(timedelta())


@pytest.fixture
def panel(app: Flask) -> Panel:
    """Ben, who has declared and reviews three schools."""
    return panel_on(*SCHOOLS)


def panel_on(*schools: str, **rules: Any) -> Panel:
    panel = Panel.of("Ben", **rules)
    panel.applications = [panel.application_of(name) for name in schools]  # type: ignore[attr-defined]
    panel.all_declare()
    panel.assigns("Ben", *panel.applications)
    return panel


def card_of(panel: Panel, place: int = 0) -> str:
    return f"/review/assignments/{panel['Ben'].assignment_id(panel.applications[place])}"


def cards(panel: Panel) -> list[tuple[str, str | None]]:
    db.session.rollback()
    found = db.session.scalars(select(Scorecard).order_by(Scorecard.assignment_id))
    return [(one.state, None if one.total is None else str(one.total)) for one in found]


def ready(page: Page) -> Page:
    """The page once its keys work."""
    expect(page.get_by_role("button", name="all keys")).to_be_visible()
    return page


def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_three_blueprints_are_scored_by_keyboard_alone_from_sign_in_to_the_last(
    panel: Panel, open_window: OpenWindow, address: str
) -> None:
    with unit_of_work():
        panel["Ben"].person.password_hash = hash_password(PASSWORD)
        email = panel["Ben"].person.email
    page = open_window(address)
    page.goto("/sign-in")
    while not page.evaluate("document.activeElement.matches('[type=email]')"):
        page.keyboard.press("Tab")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    pressed(page, "Tab", "Enter", "Tab")  # skip to the page, and on to the first thing to do
    expect(page.get_by_role("link", name="Score 3 applications")).to_be_focused()
    page.keyboard.press("Enter")
    for place, school in enumerate(SCHOOLS):
        expect(page.get_by_role("heading", level=1)).to_have_text(school)
        pressed(ready(page), "1", "j", "3", "j", "4", "j", "a" if place else "2")
        expect(page.locator("#left")).to_have_text("Everything is answered.")
        pressed(page, "j", "c")
        page.keyboard.type("12 aj? all of it is prose")  # no key of the page while one writes
        pressed(page, "Escape", "Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("That was the last one: thank you.")
    assert cards(panel) == [("submitted", "78.1250"), ("submitted", "87.5000"), ("submitted", "87.5000")]
    whys = [[mark.comment for mark in one.marks] for one in db.session.scalars(select(Scorecard))]
    assert whys == [[None, None, None, "12 aj? all of it is prose"]] * 3


def test_the_first_mark_is_two_presses_away(panel: Panel, open_as: OpenAs) -> None:
    page = open_as(panel["Ben"].person, card_of(panel))
    pressed(page, "Tab", "Enter")
    expect(page.get_by_role("radio", name="Yes")).to_be_focused()
    pressed(page, "Space", "Tab", "Tab")
    expect(page.get_by_role("radio", name="Yes")).to_be_checked()


def test_a_school_takes_two_presses_and_one_for_each_mark(panel: Panel, open_as: OpenAs) -> None:
    page, clicks = open_as(panel["Ben"].person, "/"), 0
    page.get_by_role("link", name="Score 3 applications").click()
    assert page.locator("input:checked").count() == 0
    for name in ("Yes", "3 Strong", "4 Exemplary", "2 Emerging"):
        place = {"Yes": 0, "3 Strong": 1, "4 Exemplary": 2, "2 Emerging": 3}[name]
        page.locator("[data-criterion]").nth(place).locator("label.mark").filter(has_text=name.split()[-1]).click()
        clicks += 1
    page.get_by_role("button", name="Submit and open next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heron School")
    assert clicks + 2 == 6
    assert cards(panel) == [("submitted", "78.1250")]


def test_a_criterion_leads_to_what_it_is_judged_by_and_back(panel: Panel, open_as: OpenAs) -> None:
    page = ready(open_as(panel["Ben"].person, card_of(panel)))
    pressed(page, "j", "j", "j", "r")
    expect(page.locator("#read-team")).to_be_focused()
    pressed(page, "[")
    expect(page.locator("#read-vision")).to_be_focused()
    page.locator("#read-vision").get_by_role("link", name="Competency-based progression").click()
    assert page.evaluate("document.activeElement.name") == "mark_competency"


def test_on_a_phone_document_and_scorecard_keep_their_places(panel: Panel, open_as: OpenAs) -> None:
    page = open_as(panel["Ben"].person, card_of(panel), width=390)
    expect(page.locator("#scorecard")).to_be_hidden()
    page.evaluate("document.body.style.paddingBottom = '2000px'; scrollTo(0, 300)")
    page.get_by_role("button", name="Scorecard", exact=True).click()
    expect(page.locator("#document")).to_be_hidden()
    heights = page.locator("label.mark").evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
    page.get_by_role("link", name="The people").click()
    expect(page.locator("#read-team")).to_be_in_viewport()
    page.get_by_role("button", name="Scorecard", exact=True).click()
    page.get_by_role("button", name="Document", exact=True).click()
    expect(page.locator("#scorecard")).to_be_hidden()


def test_a_mark_that_asks_for_a_reason_opens_the_place_for_it_and_submitting_says_what_is_missing(
    panel: Panel, open_as: OpenAs
) -> None:
    page = ready(open_as(panel["Ben"].person, card_of(panel)))
    pressed(page, "1", "j", "1")
    expect(page.get_by_label("Comment on Competency-based progression")).to_be_visible()
    expect(page.locator("#left")).to_contain_text("Left: why, for Competency-based progression")
    page.keyboard.press("Control+Enter")
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_count(3)
    assert faults(page) == []
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Comment on Competency-based progression")).to_be_focused()
    assert cards(panel) == [("draft", None)]


def test_typing_survives_a_closed_tab(panel: Panel, open_as: OpenAs) -> None:
    page = ready(open_as(panel["Ben"].person, card_of(panel)))
    page.keyboard.press("1")
    page.get_by_role("textbox", name="Notes to myself", exact=True).fill("Ask Ann.")
    expect(page.locator("#noted")).to_have_text("Saved 10:00 am")
    page.get_by_role("textbox", name="Notes to myself", exact=True).fill("Ask Ann and Ada.")
    pressed(page, "Escape", "3", "c")
    page.keyboard.type("Mastery")
    page.close(run_before_unload=True)
    again = page.context.new_page()
    again.goto(card_of(panel))
    expect(again.get_by_label("Comment on Competency-based progression")).to_have_value("Mastery")
    expect(again.get_by_role("textbox", name="Notes to myself", exact=True)).to_have_value("Ask Ann and Ada.")


def test_what_is_typed_without_a_line_is_sent_when_it_is_back(panel: Panel, open_as: OpenAs) -> None:
    page = ready(open_as(panel["Ben"].person, card_of(panel)))
    page.context.set_offline(True)
    pressed(page, "1", "j", "3")
    expect(page.locator("#saved")).to_contain_text("It is kept on this computer")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_have_text("Saved 10:00 am · total so far 75.0")


def test_what_never_arrived_is_taken_up_by_the_next_visit(panel: Panel, open_as: OpenAs) -> None:
    page = ready(open_as(panel["Ben"].person, card_of(panel)))
    page.context.set_offline(True)
    pressed(page, "1", "j", "3")
    expect(page.locator("#saved")).to_contain_text("It is kept on this computer")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(card_of(panel))
    expect(page.locator("#saved")).to_have_text("Saved 10:00 am · total so far 75.0")
    expect(page.get_by_role("radio", name="3 Strong")).to_have_count(3)
    db.session.rollback()
    assert [mark.value for one in db.session.scalars(select(Scorecard)) for mark in one.marks] == [None, 3]


def test_two_windows_show_what_differs_and_neither_overwrites(panel: Panel, open_as: OpenAs) -> None:
    one, two = (ready(open_as(panel["Ben"].person, card_of(panel))) for _ in range(2))
    pressed(one, "1", "j", "3")
    expect(one.locator("#saved")).to_have_text("Saved 10:00 am · total so far 75.0")
    pressed(two, "1", "j", "4")
    expect(two.locator("#saved")).to_contain_text("changed in another window")
    two.get_by_role("button", name="See both").click()
    expect(two.locator(".callout.bad")).to_contain_text("Competency-based progression: 3 Strong")
    assert faults(two) == []
    expect(two.locator("[data-criterion]").nth(1).locator("input:checked")).to_have_value("4")


def test_a_conflict_takes_the_next_request_away(panel: Panel, open_as: OpenAs) -> None:
    page = open_as(panel["Ben"].person, card_of(panel))
    page.get_by_role("link", name="I have a conflict").click()
    page.get_by_label("What kind of tie is it?").select_option(index=1)
    page.get_by_label("What ties you to them?").fill("I taught there until 2014.")
    page.get_by_role("button", name="I have a conflict").click()
    expect(page.get_by_role("status").first).to_contain_text("has left your pile")
    expect(page.get_by_role("link", name="Auk School")).to_have_count(0)
    for path in ("", "/paper", "/conflict"):
        answer = page.goto(card_of(panel) + path)
        assert answer is not None
        assert answer.status == 404
        assert "Auk" not in page.content()


def test_names_that_are_opened_to_say_a_tie_keep_the_rules(app: Flask, open_as: OpenAs) -> None:
    panel = Panel.of("Ben")
    for name in SCHOOLS:
        panel.application_of(name)
    page = open_as(panel["Ben"].person, f"/review/stages/{panel.stage.public_id}/conflicts")
    for name in SCHOOLS[:2]:
        page.get_by_role("link", name=f"I have a tie to {name}").click()
        expect(page.locator(".opened").filter(has_text=name)).to_be_visible()
    assert faults(page) == []
    opened = page.locator(".opened").filter(has_text=SCHOOLS[1])
    opened.get_by_label("What kind of tie is it?").select_option("close")
    opened.get_by_label("What ties you to them?").fill("My sister teaches there.")
    opened.get_by_role("button", name="I have this tie").click()
    expect(page.get_by_role("heading", name="1 conflict named")).to_be_visible()
    assert panel.conflicts() == {("Ben", SCHOOLS[1]): "declared"}


def test_a_pile_is_marked_in_a_table_by_keys(panel: Panel, open_as: OpenAs) -> None:
    page = open_as(panel["Ben"].person, f"/review/stages/{panel.stage.public_id}/grid")
    page.wait_for_load_state()
    rows = page.locator("tbody tr")
    rows.nth(0).locator("select").first.focus()
    pressed(page, "1", "ArrowRight", "1", "c")
    page.keyboard.type("Seat time, a lot.")
    pressed(page, "Escape", "ArrowRight", "4", "ArrowDown", "a")
    expect(rows.nth(0).get_by_role("status")).to_have_text("Saved 10:00 am, so far 62.5")
    expect(rows.nth(1).get_by_role("status")).to_have_text("Saved 10:00 am, so far –")
    assert faults(page) == []
    db.session.rollback()
    kept = [
        [(one.criterion, one.value, one.comment) for one in card.marks]
        for card in db.session.scalars(select(Scorecard).order_by(Scorecard.assignment_id))
    ]
    assert sorted(kept[0]) == [
        ("competency", 1, "Seat time, a lot."),
        ("learning_plans", None, None),
        ("team", 4, None),
    ]
    assert kept[1] == [("team", None, None)]


def test_the_scorecard_is_kept_to_the_rules_in_every_state(panel: Panel, open_as: OpenAs) -> None:
    page = open_as(panel["Ben"].person, card_of(panel))
    assert faults(page) == []
    page.set_viewport_size({"width": 1280, "height": 860})
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys on this page")).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    panel["Ben"].scores(panel.applications[0])
    page.goto(card_of(panel))
    expect(page.locator("#scorecard")).to_contain_text("Submitted and locked")
    assert faults(page) == []
    with clock_at(LATER), unit_of_work():
        services.reopen_scorecard(panel.by, panel["Ben"].assignment(panel.applications[0]), "The budget was misread.")
    page.goto(card_of(panel))
    expect(page.locator("#scorecard .callout")).to_contain_text("Opened again. By Maya Rivera")
    assert faults(page) == []
    page.goto(card_of(panel) + "/paper?empty")
    assert faults(page) == []


def test_a_blind_scorecard_names_nobody_and_keeps_the_rules(app: Flask, open_as: OpenAs) -> None:
    kept = files.put(telling_files.pdf("Auk School"), "auk.pdf", "application/pdf")
    panel = Panel.of("Ben", identity="blind", sections=FILES)
    panel.applications = [panel.application_of("Auk School")]  # type: ignore[attr-defined]
    with unit_of_work():
        stored = files.register(kept, case=panel.applications[0].case)
        answered = {"field": "plan", "file": stored.public_id, "name": kept.name, "size": kept.size}
        make.resubmit(panel.applications[0], make.CLOSED, {"vision": "Goal sheets."}, files=[answered])
    panel.all_declare()
    panel.assigns("Ben", *panel.applications)
    run_due()
    page = open_as(panel["Ben"].person, card_of(panel))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Blueprint [B-Z2-9]{4}$"))
    assert "Auk" not in page.content()
    with page.expect_download() as waited:
        page.get_by_role("link", name="Attachment 1").click()
    assert waited.value.suggested_filename == "Attachment 1.pdf"
    assert faults(page) == []


def test_what_is_typed_into_one_form_outlives_the_sending_of_another_for_one_page(app: Flask, open_as: OpenAs) -> None:
    panel = panel_on("Tern")
    page = open_as(panel["Ben"].person, f"/review/stages/{panel.stage.public_id}/profile")
    page.get_by_label("Organization").fill("Heron School")
    page.get_by_label("How are you tied to it?").select_option(label="I am on its board")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#ties")).to_contain_text("I am on its board")
    page.get_by_label("What do you know well?").fill("reading, rowing")
    page.get_by_role("checkbox", name="High").check()
    page.get_by_role("button", name="Take off").click()
    expect(page.locator("#ties")).not_to_contain_text("Heron School")
    expect(page.get_by_label("What do you know well?")).to_have_value("reading, rowing")
    expect(page.get_by_role("checkbox", name="High")).to_be_checked()
    assert faults(page) == []
    page.reload()
    expect(page.get_by_label("What do you know well?")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('typed')") is None


def test_the_pile_s_button_stands_beside_its_title_however_much_is_said(open_as: OpenAs, panel: Panel) -> None:
    page = open_as(panel["Ben"].person, "/review/", width=1360)
    title, button = page.locator(".pile-head h2"), page.locator(".pile-head .btn")
    expect(button).to_have_text("Begin with Auk School")
    # A second line of what is said beside the title does not take the button down with it.
    title.evaluate("one => one.insertAdjacentText('beforeend', ', a stage with a very long name'.repeat(2))")
    boxes = [one.bounding_box() for one in (title, button)]
    assert all(boxes)
    (above, below) = ((box["y"], box["y"] + box["height"]) for box in boxes if box)
    assert above[0] < below[1]
    assert below[0] < above[1]


def test_on_a_phone_all_who_are_proposed_stand_under_their_heading(open_as: OpenAs) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    panel.application_of("Tern School")
    panel.all_declare()
    panel.proposal()
    page = open_as(panel.officer, f"/review/stages/{panel.stage.public_id}/assignment", width=390)
    names = page.locator(".adding li > span")
    expect(names).to_have_count(2)
    assert len({box["x"] for one in names.all() if (box := one.bounding_box())}) == 1
