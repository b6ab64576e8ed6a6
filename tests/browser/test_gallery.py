"""The house in a browser: axe finds nothing, nothing is wider than the screen, all works by keyboard and unscripted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import faults

pytestmark = pytest.mark.browser

PAGES = {
    "/": "officer",
    "/table": "officer",
    "/slate": "director",
    "/charts": "officer",
    "/parts": "officer",
    "/scorecard": "reviewer",
    "/draft": "school",
    "/forms": "school",
    "/error/403": "school",
    "/error/404": "school",
    "/error/409": "school",
    "/error/422": "school",
    "/error/500": "school",
}
EVERY_VIEW = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
OpenPage = Callable[..., Page]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_targets_are_large_enough_and_nothing_scrolls_sideways(
    open_page: OpenPage, path: str
) -> None:
    assert faults(open_page(path, PAGES[path]), EVERY_VIEW) == []


def test_axe_finds_nothing_in_errors_menus_and_dialogs(open_page: OpenPage) -> None:
    page = open_page("/forms", "school")
    page.get_by_role("button", name="Save").click()
    page.locator(".error-summary").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Not now").click()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        for menu in page.locator("details.menu:visible > summary").all():
            menu.click()
            assert faults(page, [(width, "light")]) == []
            page.set_viewport_size({"width": width, "height": 860})


@pytest.mark.parametrize("width", [1360, 1181, 1180, 1000, 768])
def test_the_bar_holds_many_entries_at_every_width(open_page: OpenPage, width: int) -> None:
    page = open_page("/slate", "director", width)
    page.locator("summary:visible", has_text="More").or_(page.locator("summary[aria-label=Menu]:visible")).click()
    expect(page.locator("a:visible", has_text="Record")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults(page, [(width, "light")]) == []


def test_marks_are_44_px(open_page: OpenPage) -> None:
    page = open_page("/scorecard", "reviewer", 390)
    boxes = [mark.bounding_box() for mark in page.locator(".mark").all()]
    assert len(boxes) == 10
    assert all(box and box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_the_first_field_is_three_keys_away(open_page: OpenPage) -> None:
    page = open_page("/forms", "school")
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("#"))  # the jump is a navigation of its own, and takes its moment
    page.keyboard.press("Tab")
    expect(page.get_by_label("School’s name")).to_be_focused()


def test_focus_shows(open_page: OpenPage) -> None:
    page = open_page("/scorecard", "reviewer")
    page.get_by_role("radio", name="3 Strong").first.focus()
    page.keyboard.press("ArrowRight")
    ring = page.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
    assert ring == "solid"
    expect(page.get_by_role("radio", name="4 Exemplary").first).to_be_checked()


def test_an_error_takes_the_focus_and_leads_to_its_field(open_page: OpenPage) -> None:
    page = open_page("/forms", "school")
    page.get_by_label("Amount asked for").fill("much")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Amount asked for")).to_have_value("much")
    summary.get_by_role("link", name="“much” is not an amount").click()
    expect(page.get_by_label("Amount asked for")).to_be_focused()
    expect(page.get_by_label("Amount asked for")).to_have_accessible_description(
        "Up to $100,000. Error: “much” is not an amount. Write dollars, such as 60,000 or 60,000.50."
    )


def test_slash_opens_the_search(open_page: OpenPage) -> None:
    page = open_page("/parts", "officer")
    page.keyboard.press("/")
    page.wait_for_url("**/table#find")
    expect(page.get_by_label("Name contains")).to_be_focused()


def test_slash_is_a_letter_in_a_field(open_page: OpenPage) -> None:
    page = open_page("/table", "officer")
    page.get_by_label("Name contains").focus()
    page.keyboard.type("a/b")
    expect(page.get_by_label("Name contains")).to_have_value("a/b")
    assert page.url.endswith("/table")


def test_words_are_counted_while_one_writes(open_page: OpenPage) -> None:
    page = open_page("/draft", "school")
    page.get_by_label("When does a student move on?").fill("one two — three")
    expect(page.locator("#vision-words")).to_have_text("3 of 300 words")
    page.get_by_label("When does a student move on?").fill("word " * 301)
    expect(page.locator("#vision-words")).to_have_text("1 word too many: 301 of 300")


def test_a_form_is_sent_once(open_page: OpenPage) -> None:
    page = open_page("/forms", "school")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.get_by_label("School’s name").fill("Lodestar")
    page.evaluate("() => { const f = document.querySelector('main form'); f.requestSubmit(); f.requestSubmit(); }")
    page.locator(".error-summary").wait_for()
    assert sent == ["POST"]


@pytest.mark.parametrize(("answer", "ends"), [("Withdraw", "/"), ("Not now", "/forms")])
def test_a_question_comes_before_what_cannot_be_undone(open_page: OpenPage, answer: str, ends: str) -> None:
    page = open_page("/forms", "school")
    page.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog", name="Withdraw this application?")
    dialog.get_by_role("button", name=answer).click()
    expect(dialog).to_have_count(0)
    page.wait_for_url(f"**{ends}")


def test_what_is_typed_is_sent_with_its_token_and_answered(open_page: OpenPage) -> None:
    page = open_page("/live", "school")
    page.get_by_label("Kept").fill("a plan")
    page.get_by_label("Kept").blur()
    expect(page.locator("#kept")).to_have_text("kept: a plan")


@pytest.mark.parametrize(
    ("label", "sentence"), [("Clashes", "This was not saved."), ("Signed out", "You have been signed out.")]
)
def test_a_save_that_fails_is_said_and_nothing_is_lost(open_page: OpenPage, label: str, sentence: str) -> None:
    page = open_page("/live", "school")
    page.context.request.post(
        "/sign-out", form={"csrf_token": page.locator("meta[name=csrf-token]").get_attribute("content")}
    )
    page.get_by_label(label).fill("a plan")
    page.get_by_label(label).blur()
    expect(page.locator(".flash-bad")).to_contain_text(sentence)
    expect(page.get_by_label(label)).to_have_value("a plan")
    expect(page.locator("#kept")).to_have_text("")


def test_menus_and_forms_work_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/forms", "school", 390, script=False)
    page.locator("summary[aria-label=Menu]").click()
    page.get_by_role("link", name="Our case").click()
    page.wait_for_url("**/parts")
    page.locator("summary", has_text="Account menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_hundred_rows_with_two_pictures_stay_light(open_page: OpenPage) -> None:
    page = open_page("/rows", "officer")
    assert page.locator("tbody tr").count() == 100
    assert page.locator("table *").count() <= 1500
