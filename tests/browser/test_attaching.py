"""Files in a browser: chosen or dropped, sent one by one, refused beside their name, cancelled."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect

from grants.applications import queries
from grants.applications.models import Application
from grants.kernel.clock import clock_at
from grants.persistence.session import db, unit_of_work
from tests.browser.house import faults
from tests.factories import applications as make

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

DROP_ON = """(field, names) => {
    const place = field.querySelector(".drop");
    const files = new DataTransfer();
    for (const name of names) files.items.add(new File(["a,b\\n"], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def begun() -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        return school, make.draft(school, make.stage())


def file(name: str, content: bytes = PDF) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def attached(application: Application, field: str) -> list[str]:
    db.session.rollback()
    return [one.file.name for one in queries.attachments_of(application).get(field, [])]


def test_files_are_sent_as_they_are_chosen_or_dropped_and_refused_beside_their_name(
    app: Flask, open_as: OpenAs
) -> None:
    school, application = begun()
    page = open_as(school.editor, f"/applications/{application.public_id}/sections/people")
    place = page.locator("#field-work")
    expect(place.get_by_role("button", name="Attach")).to_be_hidden()
    chosen = [file("one.csv", b"a,b\n"), file("not.csv", PDF), file("two.csv", b"a,b\n")]
    page.get_by_label("Student work").set_input_files(chosen)
    expect(place.locator(".attached li")).to_have_count(2)
    expect(place.locator(".sending .error")).to_have_text(
        "“not.csv” ends in .csv, but what is in it is something else."
    )
    place.evaluate(DROP_ON, ["three.csv"])
    expect(place.locator(".attached li")).to_have_count(3)
    expect(place.get_by_role("status")).to_have_text("three.csv is attached.")
    assert attached(application, "work") == ["one.csv", "two.csv", "three.csv"]
    assert faults(page) == []


def test_one_file_takes_the_place_of_another_and_what_was_written_stays(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.editor, f"/applications/{application.public_id}/sections/people")
    page.get_by_label("Person 1, name").fill("Dana Ruiz")
    page.get_by_label("A letter of support").set_input_files([file("first.pdf")])
    place = page.locator("#field-letter")
    expect(place.locator(".attached a").first).to_have_text("first.pdf")
    page.get_by_label("A letter of support").set_input_files([file("second.pdf")])
    expect(place.locator(".attached a").first).to_have_text("second.pdf")
    expect(page.get_by_label("Person 1, name")).to_have_value("Dana Ruiz")
    place.evaluate(DROP_ON, ["a.pdf", "b.pdf"])
    expect(place.get_by_role("status")).to_have_text("One file goes here. Choose the one that you mean.")
    place.get_by_role("link", name="Earlier files").click()
    expect(page.get_by_role("row")).to_have_count(3)
    assert faults(page) == []


def test_a_file_on_its_way_is_cancelled_and_a_broken_line_is_tried_again(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    page = open_as(school.editor, f"/applications/{application.public_id}/sections/people")
    page.route("**/files/letter", lambda route: None)
    page.get_by_label("A letter of support").set_input_files([file("slow.pdf")])
    place = page.locator("#field-letter")
    expect(place.get_by_role("progressbar", name="Sending slow.pdf")).to_be_visible()
    place.get_by_role("button", name="Cancel slow.pdf").click()
    expect(place.get_by_role("status")).to_have_text("slow.pdf is not attached.")
    expect(place.get_by_role("progressbar")).to_have_count(0)
    page.unroute("**/files/letter")
    page.route("**/files/letter", lambda route: route.abort())
    page.get_by_label("A letter of support").set_input_files([file("lost.pdf")])
    expect(place.locator(".sending .error")).to_have_text("The connection was lost before the whole file had arrived.")
    page.unroute("**/files/letter")
    place.get_by_role("button", name="Try again lost.pdf").click()
    expect(place.locator(".attached a").first).to_have_text("lost.pdf")
    assert attached(application, "letter") == ["lost.pdf"]


def test_a_colleague_s_file_comes_to_an_open_page(app: Flask, open_as: OpenAs) -> None:
    school, application = begun()
    address = f"/applications/{application.public_id}/sections/people"
    dana, luis = open_as(school.lead, address), open_as(school.editor, address)
    dana.get_by_label("Student work").set_input_files([file("one.csv", b"a,b\n")])
    expect(dana.locator("#field-work .attached li")).to_have_count(1)
    with luis.expect_response("**/presence"):
        luis.evaluate("htmx.trigger('#presence', 'look')")
    expect(luis.locator("#field-work .attached li a")).to_have_text("one.csv")
    expect(luis.locator("#field-work .attached")).to_have_count(1)
    luis.get_by_label("Student work").set_input_files([file("two.csv", b"a,b\n")])
    expect(luis.locator("#field-work .attached li")).to_have_count(2)
    assert attached(application, "work") == ["one.csv", "two.csv"]
