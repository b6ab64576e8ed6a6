"""The draft in a browser: autosaves, two people in one field, questions that come and go."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from grants.applications import queries
from grants.applications.models import Application
from grants.applications.values import storable
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.kernel.wording import count_words
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.browser.house import faults
from tests.factories import applications as make
from tests.factories.people import person

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


def begun(**answers: Any) -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        application = make.draft(school, make.stage(), answers)
    return school, application


def answers(application: Application) -> dict[str, Any]:
    db.session.rollback()
    return queries.answers_of(application)


def test_two_write_in_one_field_and_choose(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    address = f"/applications/{application.public_id}/sections/vision"
    dana, luis = open_as(school.lead, address), open_as(school.editor, address)
    dana.get_by_label("When does a student move on?").fill("When she can show it.")
    expect(dana.locator("#saved")).to_have_text("Saved 9:00 am")
    luis.get_by_label("When does a student move on?").fill("At the end of term.")
    clash = luis.get_by_role("alert")
    expect(clash).to_contain_text("When she can show it.")
    expect(clash).to_contain_text("At the end of term.")
    assert answers(application) == {"move_on": "When she can show it."}
    clash.get_by_role("button", name="Keep mine").click()
    expect(luis.locator(".flash-good")).to_have_text("Saved.")
    assert answers(application) == {"move_on": "At the end of term."}
    # Dana goes on in her own text, and now it is hers that is behind.
    dana.get_by_label("When does a student move on?").press_sequentially(" Twice.")
    expect(dana.get_by_role("alert")).to_contain_text("At the end of term.")
    dana.get_by_role("button", name=f"Take {school.editor.name}’s").click()
    expect(dana.get_by_label("When does a student move on?")).to_have_value("At the end of term.")


def test_one_writer_in_a_hurry_never_clashes_with_themselves(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/sections/vision")
    motto = page.get_by_label("Your motto")
    for text in ("Show", "Show it", "Show it now"):
        motto.fill(text)
        motto.blur()
        page.wait_for_timeout(150)
    expect(page.locator("#version-motto")).not_to_have_value("0")
    page.wait_for_timeout(1500)
    assert page.get_by_role("alert").count() == 0
    assert answers(application) == {"motto": "Show it now"}


def test_a_question_comes_with_the_answer_that_asks_for_it(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/sections/vision")
    shown = page.get_by_label("What did they show?")
    expect(shown).to_be_hidden()
    page.get_by_role("group", name="Did you run pilots?").get_by_label("Yes").check()
    expect(shown).to_be_visible()
    page.get_by_role("group", name="Did you run pilots?").get_by_label("No").check()
    expect(shown).to_be_hidden()


def test_a_budget_adds_up_while_it_is_written(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/sections/numbers")
    page.get_by_label("Per pupil, Year 4").fill("1,000")
    page.get_by_label("Staff, Year 4").fill("1,200.50")
    total = page.locator("#totals-finances tr", has_text="Left over, or missing").locator("td[data-label='Year 4']")
    expect(total).to_have_text("-$200.50")
    expect(page.locator("#note-finances")).to_have_text(
        "Year 4: public revenue falls $200.50 short of operating costs."
    )
    page.get_by_label("Pupils enrolled, Year 4").fill("10")
    share = page.locator("#totals-finances tr", has_text="Expense per pupil").locator("td[data-label='Year 4']")
    expect(share).to_have_text("$120.05")
    page.get_by_label("Staff, Year 4").fill("a lot")
    expect(page.locator("#finances-error")).to_contain_text("“a lot” is not an amount.")
    expect(page.locator("#totals-finances")).to_have_text("The totals stand here once every amount can be read.")
    wrong = page.locator("#field-finances [aria-invalid]")
    expect(wrong).to_have_count(1)
    expect(wrong).to_have_attribute("aria-label", "Staff, Year 4")
    page.reload()
    expect(wrong).to_have_attribute("aria-label", "Staff, Year 4")
    page.get_by_label("Staff, Year 4").fill("1,000")
    expect(total).to_have_text("$0")
    expect(wrong).to_have_count(0)


def test_a_date_is_written_as_schools_write_it_and_read_back_in_words(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/sections/numbers")
    page.get_by_label("When do you open?").fill("8/22/2016")
    expect(page.locator("#note-opens")).to_have_text("Monday 22 August 2016")
    page.get_by_label("When do you open?").fill("22/8/2016")
    expect(page.locator("#opens-error")).to_contain_text("“22/8/2016” is not a date.")
    expect(page.locator("#note-opens")).to_have_text("")


TEXTS = (
    "",
    "A well-made plan – in 3 steps.",
    "It’s the students’ own; it's “theirs”—not ours",
    "em — dash, en – dash, hyphen-ated, slash/ed, e.g. 50% of $1,200.50",
    "Líneas, Übung, naïve, Ελληνικά, русский, עברית, العربية, हिन्दी",
    "日本語の文 中文",
    "line\nbreak\ttab\r\nboth\u2028separator\x85next",
    "no\u00a0break narrow\u202fspace thin\u2009space ideographic\u3000space",
    "zero\u200bwidth joiner\u200dhere mark\ufeffin between",
    "bell\x07 vertical\x0btab file\x1cseparator",
    "😀 👩‍🏫 ½ ² Ⅷ ٣ _ __ * • - … ’",
    "cafe\u0301 \u0301 e\u0301",
)


def test_words_are_counted_on_the_page_as_the_server_counts_them(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/sections/vision")
    draw = Random(7)
    signs = sorted({sign for text in TEXTS for sign in text})
    texts = [*TEXTS, *("".join(draw.choices(signs, k=draw.randrange(80))) for _ in range(500))]
    shown = page.evaluate(
        """texts => { const area = document.getElementById("move_on"); return texts.map((text) => {
            area.value = text; count(area); return document.getElementById("move_on-words").textContent; }); }""",
        texts,
    )
    assert [int(said.split(" word")[0].split(" of ")[0]) if "too many" not in said else said for said in shown] == [
        counted if counted <= 30 else f"{counted - 30} {'word' if counted == 31 else 'words'} too many: {counted} of 30"
        for counted in (count_words(storable(text)) for text in texts)
    ]


PASTE = """(cell, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


def test_cells_of_a_spreadsheet_are_pasted_and_gone_through_by_keys(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.lead, f"/applications/{application.public_id}/sections/numbers")
    page.get_by_label("Grants, Year 3").evaluate(PASTE, "$1,000\t2,000\t3,000\t4\r\n10\t20\t30\t40\r\n")
    said = page.locator("main > [role=status]")
    expect(said).to_contain_text("6 cells were pasted; 2 had no place in the table.")
    expect(page.locator("#saved")).to_have_text("Saved 9:00 am")
    kept = answers(application)["finances"]
    assert (kept["revenue"]["grants"], kept["expense"]["staff"]) == (
        [None, None, 1_000_00, 2_000_00, 3_000_00],
        [None, None, 10_00, 20_00, 30_00],
    )
    page.get_by_label("Grants, Year 3").press("ArrowDown")
    expect(page.get_by_label("Staff, Year 3")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Other, Year 3")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Staff, Year 3")).to_be_focused()


def test_what_cannot_be_read_is_there_when_one_comes_back(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    address = f"/applications/{application.public_id}/sections/numbers"
    page = open_as(school.lead, address)
    page.get_by_label("How many students").fill("about 50")
    expect(page.locator("#saved")).to_have_text("Saved 9:00 am, 1 answer cannot be read yet")
    page.close()
    later = open_as(school.editor, address)
    expect(later.get_by_label("How many students")).to_have_value("about 50")
    expect(later.locator("#field-students .error")).to_contain_text("“about 50” is not a number.")
    later.get_by_label("How many students").fill("50")
    expect(later.locator("#saved")).to_have_text("Saved 9:00 am")
    expect(later.locator("#field-students .error")).to_have_count(0)


def test_the_signatory_submits_by_keyboard_alone(app: Flask, open_as: OpenAs) -> None:
    school, application = begun(**make.COMPLETE)
    page = open_as(school.signatory, f"/applications/{application.public_id}/check")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the page
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "consent":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(school.signatory.name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your application was received")


def test_going_back_and_submitting_again_makes_one_submission_and_says_so(app: Flask, open_as: OpenAs) -> None:
    school, application = begun(**make.COMPLETE)
    first = open_as(school.signatory, f"/applications/{application.public_id}/check")
    second = open_as(school.signatory, f"/applications/{application.public_id}/check")

    def certify(page: Page) -> None:
        page.get_by_label(f"I declare this for {application.case.organization.name}.").check()
        page.get_by_label("Your full name").fill(school.signatory.name)
        page.get_by_role("button", name="Certify and submit").click()

    certify(first)
    expect(first.get_by_role("heading", level=1)).to_have_text("Your application was received")
    first.go_back()
    expect(first.locator("main")).to_contain_text("There is nothing to submit")
    expect(first.get_by_role("button", name="Certify and submit")).to_have_count(0)
    # A window that still shows the form, as a browser's memory of a page does.
    with second.expect_response(lambda answer: answer.request.method == "POST") as answered:
        certify(second)
    assert answered.value.status == 409
    expect(second.get_by_role("alert")).to_contain_text("submitted")
    expect(second.locator("main")).to_contain_text("There is nothing to submit")
    assert faults(second) == []
    db.session.rollback()
    assert [one.number for one in application.submissions] == [1]


# ── drafts as they stand half way ────────────────────────────────────────────────────────────────────────────────────


def half_way() -> dict[str, tuple[Person, str]]:
    """Pages of drafts with faults, gaps and choices on them: who opens each, and its address."""
    with clock_at(make.WRITING), unit_of_work():
        stage = make.stage()
        school, officer = make.school("Urban Promise Academy", illustrative=True), person("Maya", Role.PROGRAM_OFFICER)
        draft = make.draft(school, stage, {**make.COMPLETE, "students": None, "move_on": "word " * 31})
        certifying = make.school("ASCEND")
        complete = make.draft(certifying, stage, make.COMPLETE)
    one = f"/applications/{draft.public_id}"
    return {
        "vision": (school.editor, f"{one}/sections/vision?check=1"),
        "numbers": (school.editor, f"{one}/sections/numbers?check=1"),
        "people": (school.editor, f"{one}/sections/people?more=trials"),
        "reading": (school.viewer, f"{one}/sections/vision"),
        "gaps": (school.editor, f"{one}/check"),
        "certify": (certifying.signatory, f"/applications/{complete.public_id}/check"),
        "history": (school.editor, f"{one}/history/move_on"),
        "staff's draft": (officer, one),
    }


def test_a_draft_half_way_keeps_the_house_s_rules(app: Flask, open_as: OpenAs) -> None:
    found = {name: faults(open_as(who, path)) for name, (who, path) in half_way().items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_clash_keeps_the_house_s_rules(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    address = f"/applications/{application.public_id}/sections/vision"
    dana, luis = open_as(school.lead, address), open_as(school.editor, address)
    dana.get_by_label("Your motto").fill("Hers")
    expect(dana.locator("#saved")).to_have_text("Saved 9:00 am")
    luis.get_by_label("Your motto").fill("His")
    luis.get_by_role("alert").wait_for()
    assert faults(luis) == []
