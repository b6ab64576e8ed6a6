"""Several people in one draft: who is where, connections that are lost, tabs that close, sessions that end."""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grants.applications.models import AnswerVersion, Application, Submission
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole
from grants.people.models import Person
from grants.people.passwords import hash_password
from grants.persistence.session import db, unit_of_work
from tests.browser.house import faults, session_of
from tests.browser.test_writing import answers, begun
from tests.factories import applications as make
from tests.factories.people import join, organization, person

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]

MOVE_ON, MOTTO = "When does a student move on?", "Your motto"
SAVED = "Saved 9:00 am"
NO_CONNECTION = "No connection to the server. What you type is kept on this computer"


@pytest.fixture
def tokens(app: Flask) -> Iterator[None]:
    """Forms need their token, as they do in real life."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def section(application: Application, key: str = "vision") -> str:
    return f"/applications/{application.public_id}/sections/{key}"


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(SAVED)


def flash(page: Page) -> Any:
    return expect(page.locator("main > [role=status]"))


def looks_again(page: Page) -> None:
    """What the page does every twelve seconds, now."""
    with page.expect_response("**/presence"):
        page.evaluate("htmx.trigger('#presence', 'look')")


def keeps(page: Page, count: int) -> None:
    """The browser comes to keep this many answers. (The page's own policy forbids waiting inside it.)"""
    ends = monotonic() + 5
    while page.evaluate("Object.keys(localStorage).length") != count:
        assert monotonic() < ends
        page.wait_for_timeout(50)


def vanish(page: Page) -> None:
    """The tab is gone before it can send a last word."""
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('gone')); }")
    page.close()


def cookie(page: Page, app: Flask, who: Person) -> None:
    address = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "session", "value": session_of(app, who), "url": address}])


def test_two_write_one_blueprint_one_loses_the_network_and_a_third_submits(
    app: Flask, open_as: OpenAs, tokens: None
) -> None:
    school, application = begun(**{**make.COMPLETE, "move_on": None, "students": None})
    dana, luis = open_as(school.lead, section(application)), open_as(school.editor, section(application))
    dana.get_by_label(MOVE_ON).fill("When she can show it.")
    saved(dana)
    # Luis loses the network, and writes on; in the same question too, which he was shown empty.
    luis.context.set_offline(True)
    luis.get_by_label(MOTTO).fill("Show it")
    luis.get_by_label(MOVE_ON).fill("At the end of term.")
    flash(luis).to_contain_text(NO_CONNECTION)
    expect(luis.locator("#saved")).to_have_text("Kept on this computer")
    dana.goto(section(application, "numbers"))
    dana.get_by_label("How many students").fill("320")
    saved(dana)
    assert answers(application)["move_on"] == "When she can show it."
    luis.context.set_offline(False)
    clash = luis.get_by_role("alert")
    expect(clash).to_contain_text("When she can show it.")
    expect(clash).to_contain_text("At the end of term.")
    expect(luis.locator("#version-motto")).to_have_value("1")
    assert faults(luis) == []
    clash.get_by_role("button", name=f"Take {school.lead.name}’s").click()
    expect(luis.get_by_label(MOVE_ON)).to_have_value("When she can show it.")
    # A third certifies.
    rosa = open_as(school.signatory, f"/applications/{application.public_id}/check")
    rosa.get_by_label("I declare this for Urban Promise Academy.").check()
    rosa.get_by_label("Your full name").fill(school.signatory.name)
    rosa.get_by_role("button", name="Certify and submit").click()
    expect(rosa.get_by_role("heading", level=1)).to_have_text("Your application was received")
    db.session.rollback()
    content = db.session.scalars(select(Submission)).one().content["answers"]
    assert {key: content[key] for key in ("move_on", "motto", "students")} == {
        "move_on": "When she can show it.",
        "motto": "Show it",
        "students": 320,
    }
    texts = db.session.scalars(select(AnswerVersion.value).where(AnswerVersion.field == "move_on"))
    assert set(texts) == {"When she can show it.", "At the end of term."}


def test_each_sees_where_the_other_is_and_what_they_have_saved(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    dana, luis = open_as(school.lead, section(application)), open_as(school.editor, section(application))
    dana.get_by_label(MOVE_ON).fill("When she can show it.")
    saved(dana)
    looks_again(dana)
    luis.get_by_label(MOTTO).focus()
    looks_again(luis)
    expect(luis.locator("#here")).to_have_text(f"{school.lead.name} is writing “{MOVE_ON}”.")
    expect(luis.locator("#at-move_on")).to_have_text(f"{school.lead.name} is writing here")
    expect(luis.locator(".steps li.now small")).to_have_text(f"{school.lead.name.split()[0]} writing")
    expect(luis.get_by_label(MOVE_ON)).to_have_value("When she can show it.")
    expect(luis.locator("#version-move_on")).to_have_value("1")
    expect(luis.locator("#by-move_on")).to_contain_text(school.lead.name)
    assert faults(luis) == []
    # Under one's own hands nothing changes: what the other saves there is told when one saves oneself.
    luis.get_by_label(MOVE_ON).focus()
    dana.get_by_label(MOVE_ON).fill("When she can show it twice.")
    expect(dana.locator("#version-move_on")).to_have_value("2")
    looks_again(luis)
    expect(luis.get_by_label(MOVE_ON)).to_have_value("When she can show it.")
    luis.get_by_label(MOTTO).focus()
    looks_again(luis)
    expect(luis.get_by_label(MOVE_ON)).to_have_value("When she can show it twice.")
    # Dana goes to another section, and then away.
    dana.goto(section(application, "people"))
    looks_again(dana)
    looks_again(luis)
    expect(luis.locator("#here")).to_have_text(f"{school.lead.name} is in People.")


def test_a_section_is_ready_for_everybody_as_soon_as_it_is(app: Flask, open_as: OpenAs) -> None:
    school, application = begun(**make.COMPLETE)
    luis = open_as(school.editor, section(application, "numbers"))
    vision = luis.locator(".steps li", has_text="How students move through learning").locator("small")
    expect(vision).not_to_have_text("Ready")
    dana = open_as(school.lead, section(application))
    dana.get_by_role("button", name="Mark ready and go on").click()
    dana.wait_for_url("**/check")
    dana.close()
    looks_again(luis)
    expect(vision).to_have_text("Ready")


def test_a_closed_tab_loses_nothing(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, section(application))
    page.context.set_offline(True)
    page.get_by_label(MOTTO).fill("Show it")
    page.get_by_role("group", name="Which grades?").get_by_label("3 to 5").check()
    expect(page.locator("#saved")).to_have_text("Kept on this computer")
    vanish(page)
    assert answers(application) == {}
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(section(application))
    saved(again)
    expect(again.get_by_label(MOTTO)).to_have_value("Show it")
    expect(again.get_by_role("group", name="Which grades?").get_by_label("3 to 5")).to_be_checked()
    keeps(again, 0)
    assert answers(application) == {"motto": "Show it", "grades": ["g3_5"]}


def test_words_of_another_section_are_sent_from_any_page_of_the_draft(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, section(application))
    page.context.set_offline(True)
    page.get_by_label(MOTTO).fill("Show it")
    page.get_by_label(MOVE_ON).fill("At the end of term.")
    expect(page.locator("#saved")).to_have_text("Kept on this computer")
    vanish(page)
    other = open_as(school.editor, section(application))
    other.get_by_label(MOVE_ON).fill("When she can show it.")
    saved(other)
    page.context.set_offline(False)
    overview = page.context.new_page()
    overview.goto(f"/applications/{application.public_id}")
    flash(overview).to_contain_text("Words you typed earlier are still only on this computer.")
    keeps(overview, 1)
    assert answers(application) == {"motto": "Show it", "move_on": "When she can show it."}
    overview.get_by_role("link", name="Open “How students move through learning”").click()
    expect(overview.get_by_role("alert")).to_contain_text("At the end of term.")
    assert faults(overview) == []


def test_nobody_else_at_this_computer_is_shown_what_was_typed(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, section(application))
    page.context.set_offline(True)
    page.get_by_label(MOTTO).fill("Show it")
    expect(page.locator("#saved")).to_have_text("Kept on this computer")
    vanish(page)
    page.context.set_offline(False)
    somebody = page.context.new_page()
    somebody.goto("about:blank")
    page.context.clear_cookies()
    other = open_as(school.editor, section(application))
    page.context.add_cookies(other.context.cookies())  # type: ignore[arg-type]
    somebody.goto(other.url)
    expect(somebody.get_by_label(MOTTO)).to_have_value("")
    somebody.wait_for_timeout(500)
    assert answers(application) == {}


def test_who_signs_out_is_asked_about_what_never_arrived(app: Flask, open_as: OpenAs, tokens: None) -> None:
    school, application = begun()
    page = open_as(school.lead, section(application))
    page.route("**/answers/**", lambda route: route.abort())
    page.get_by_label(MOTTO).fill("Show it")
    expect(page.locator("#saved")).to_have_text("Kept on this computer")
    page.get_by_text("Account menu").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Words you typed have not reached the server yet.")
    assert faults(page) == []
    dialog.get_by_role("button", name="Sign out and forget them").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_session_that_ends_loses_nothing(app: Flask, open_as: OpenAs, tokens: None) -> None:
    school, application = begun()
    page = open_as(school.lead, section(application))
    page.context.clear_cookies()
    page.get_by_label(MOTTO).fill("Show it")
    flash(page).to_contain_text("You have been signed out. What you typed is kept on this computer")
    assert faults(page) == []
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again in a new tab").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Sign in")
    # Somebody else signs in there: nothing is saved in their name.
    cookie(page, app, school.editor)
    page.evaluate("dispatchEvent(new Event('focus'))")
    flash(page).to_contain_text("Somebody else has signed in here.")
    assert answers(application) == {}
    cookie(page, app, school.lead)
    opened.value.reload()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("You are signed in again")
    page.evaluate("dispatchEvent(new Event('focus'))")
    saved(page)
    assert answers(application) == {"motto": "Show it"}
    # The page goes on with its new session, buttons and all.
    page.get_by_label(MOTTO).fill("Show it now")
    page.get_by_role("button", name="Save", exact=True).click()
    flash(page).to_have_text("Saved.")
    assert answers(application) == {"motto": "Show it now"}


def test_a_session_that_ends_loses_nothing_without_scripts_either(
    app: Flask, open_window: Any, address: str, tokens: None
) -> None:
    school, application = begun()
    page = open_window(address, session=session_of(app, school.lead), script=False)
    page.goto(section(application))
    page.get_by_label(MOTTO).fill("Show it <now>")
    page.get_by_role("group", name="Which grades?").get_by_label("3 to 5").check()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What you typed is still here")
    expect(page.locator("main")).to_contain_text("Show it <now>")
    assert answers(application) == {}
    page.context.add_cookies([{"name": "session", "value": session_of(app, school.lead), "url": address}])
    page.get_by_role("button", name="Send it once more").click()
    expect(page.locator("main")).to_contain_text(f"before you signed in as {school.lead.name}")
    page.get_by_role("button", name="Send it once more").click()
    flash(page).to_have_text("Saved.")
    assert answers(application) == {"motto": "Show it <now>", "grades": ["g3_5"]}


def test_a_server_in_trouble_is_tried_again(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, section(application))
    answered = iter([503, 429])

    def trouble(route: Any) -> None:
        status = next(answered, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, headers={"Retry-After": "1"}, body="Busy")

    page.route("**/answers/**", trouble)
    page.get_by_label(MOTTO).fill("Show it")
    flash(page).to_contain_text(NO_CONNECTION)
    saved(page)
    flash(page).to_have_text("Everything is saved.")
    assert answers(application) == {"motto": "Show it"}


def test_what_was_sent_with_the_form_does_not_come_back(app: Flask, open_as: OpenAs) -> None:
    """A row is dropped a moment after something was typed in it: it stays dropped."""
    school, application = begun(team=[{"name": "Dana Ruiz", "role": "Lead teacher", "email": "dana@example.org"}])
    page = open_as(school.lead, section(application, "people"))
    page.get_by_label("Name").nth(0).fill("Dana Ruiz-Ortega")
    page.get_by_role("button", name="Remove").first.click()
    flash(page).to_have_text("Saved.")
    page.wait_for_timeout(500)
    assert page.get_by_role("alert").count() == 0
    assert answers(application) == {"team": None}
    assert page.evaluate("Object.keys(localStorage)") == []


# ── by keyboard ──────────────────────────────────────────────────────────────────────────────────────────────────────

_FOCUSED = """() => {
    const one = document.activeElement, of = (element) => element?.innerText.trim() || "";
    const group = one.closest("fieldset")?.querySelector("legend");
    return `${of(group)}|${of(one.labels?.[0]) || one.ariaLabel || of(one)}`;
}"""


class Keyboard:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str, group: str = "") -> "Keyboard":
        """Tab on to what is called so, in a group of this name where there are several."""
        seen = []
        for _ in range(60):
            self.page.keyboard.press("Tab")
            legend, label = self.page.evaluate(_FOCUSED).split("|", 1)
            if label.startswith(name) and legend.startswith(group):
                return self
            seen.append(label)
        raise AssertionError(f"The Tab key never comes to {name}, but to {seen}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def follow(self, name: str) -> None:
        """Go where a link or button leads."""
        self.to(name)
        with self.page.expect_navigation():
            self.press("Enter")

    def write(self, name: str, text: str, group: str = "") -> None:
        self.to(name, group)
        self.page.keyboard.type(text)


def test_a_whole_application_by_keyboard_alone(app: Flask, open_window: Any, address: str) -> None:
    with clock_at(make.WRITING), unit_of_work():
        make.stage()
        rosa = person("Rosa Delgado", email="rosa@example.org", password_hash=hash_password("four harbors, one crane"))
        join(rosa, organization("Urban Promise Academy"), OrganizationRole.SIGNATORY)
    page = open_window(address)
    page.goto("/sign-in")
    keys = Keyboard(page)
    page.wait_for_function("document.activeElement.name === 'email'")
    page.keyboard.type("rosa@example.org")
    keys.write("Password", "four harbors, one crane")
    with page.expect_navigation():
        keys.press("Enter")
    keys.follow("Applications")
    keys.follow("Start")
    keys.follow("Start writing")
    keys.to("Yes", "Is your school a public school?").press("Space")
    keys.follow("Mark ready and go on")
    keys.write(MOVE_ON, "When she can show it.")
    keys.to("K to 2", "Which grades?").press("Space")
    keys.to("Yes", "Did you run pilots?").press("ArrowDown")
    keys.follow("Mark ready and go on")
    keys.write("How many students?", "320")
    keys.write("How much do you ask for?", "350,000")
    keys.write("When do you open?", "22 August 2016")
    keys.follow("Mark ready and go on")
    keys.write("Person 1, name", "Dana Ruiz")
    keys.write("Person 1, role", "Lead teacher")
    keys.write("Person 1, email", "dana@example.org")
    keys.follow("Mark ready and go on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and submit")
    keys.to("I declare this for Urban Promise Academy.").press("Space")
    keys.write("Your full name", "Rosa Delgado")
    with page.expect_navigation():
        keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your application was received")
    db.session.rollback()
    assert db.session.scalars(select(Submission)).one().content["answers"] == {
        "eligibility_public": True,
        "move_on": "When she can show it.",
        "grades": ["k_2"],
        "pilots": False,
        "students": 320,
        "asked": 350_000_00,
        "opens": "2016-08-22",
        "team": [{"name": "Dana Ruiz", "role": "Lead teacher", "email": "dana@example.org"}],
    }


def test_a_colleague_is_asked_about_a_question_without_leaving_it(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    with unit_of_work():
        school.editor.name = "Luis Ortega"
    page = open_as(school.lead, section(application))
    page.get_by_label(MOTTO).fill("Show it")
    page.locator("#field-motto").get_by_role("button", name=f"Comment on {MOTTO}").click()
    body = page.get_by_label("Your comment")
    expect(body).to_be_focused()
    expect(page.locator("#comment-form").get_by_label("About")).to_have_value("motto")
    page.locator("text-expander:defined").first.wait_for()
    body.press_sequentially("Is it good, @lui")
    offer = page.get_by_role("listbox", name="People").get_by_role("option", name="Luis Ortega")
    expect(offer).to_be_visible()
    assert faults(page) == []
    body.press("Enter")
    body.press_sequentially("?")
    expect(body).to_have_value("Is it good, @Luis Ortega ?")
    saved(page)
    page.get_by_role("button", name="Add the comment").click()
    expect(page.locator("#comments .comments")).to_contain_text("For Luis Ortega")
    expect(page.locator("#field-motto").get_by_role("button", name=f"1 comment on {MOTTO}")).to_be_visible()
    assert answers(application) == {"motto": "Show it"}


def test_a_link_to_a_gap_leads_into_its_control(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/check")
    page.get_by_role("link", name=MOVE_ON).click()
    expect(page.get_by_label(MOVE_ON)).to_be_focused()
