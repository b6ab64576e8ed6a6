"""The pages of meetings, as a browser without scripts meets them; what who is out of the room learns: nothing."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.meetings.todos import todos
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review.models import PanelMember
from tests.factories.people import person
from tests.meetings.conftest import Met
from tests.meetings.story import MEETING, PLANNING, Room

Browser = Callable[[Any], FlaskClient]


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def without_nonces(page: Any) -> str:
    return re.sub(r'(name="csrf_token" value=|name="csrf-token" content=)"[^"]*"', "", page.text)


def test_an_officer_plans_in_a_browser(app: Flask, panel: Met, client_of: Browser) -> None:
    browser, stage = client_of(panel.officer), panel.stage.public_id
    with clock_at(PLANNING):
        assert "Plan a meeting" in browser.get(f"/stages/{stage}/meetings").text
        form = {
            "title": "First sitting",
            "starts_at": "2016-04-20T09:00",
            "place": "Room 2",
            "chair": panel.officer.public_id,
            "quorum": "2",
            "ballot": "secret",
            "majority": "simple",
            "which": "all",
            "minutes": "30",
            "break_after": "2",
            "break_minutes": "10",
        }
        wrong = browser.post(f"/stages/{stage}/meetings/new", data=form | {"link": "meet", "quorum": "0"})
        assert wrong.status_code == 422
        assert 'value="meet"' in wrong.text
        made = browser.post(f"/stages/{stage}/meetings/new", data=form)
        lists = [browser.get(f"/stages/{stage}/meetings").text, browser.get("/meetings").text]
        assert ["Cycle and stage" in one for one in lists] == [False, True]
        agenda = browser.get(made.location)
        times = re.findall(r'data-label="Time">([^<]+)</td>\s*<td class="head">([^<]+)', agenda.text)
        assert [one for one, _ in times] == ["9:00 am", "9:30 am", "10:00 am", "10:10 am"]
        assert times[2][1] == "Break"
        assert times[0][1] == "Tern School" or times[1][1] == "Tern School" or times[3][1] == "Tern School"
        assert "Ben is out of the room once" in agenda.text
        assert browser.post(made.location.replace("agenda", "invite")).status_code == 302
        assert "invited by mail" in browser.get(made.location).text
    with clock_at(PLANNING + timedelta(hours=1)), app.test_request_context():
        assert [one.title for one in todos(panel["Ann"].by)] == ["First sitting"]


def test_an_agenda_says_who_is_out_until_they_declare(panel: Met, client_of: Browser) -> None:
    room = Room.planned(panel, panel.auk)
    browser, url = client_of(panel.officer), f"/meetings/{room.meeting_id}/agenda"
    with clock_at(PLANNING):
        assert "Left to declare" not in browser.get(url).text
        with unit_of_work() as session:
            cleo = PanelMember.person_id == panel["Cleo"].person.id
            session.execute(update(PanelMember).where(cleo).values(declared_at=None))
        panel.application_of("Late School", at=PLANNING - timedelta(hours=1))
        page = text_of(browser.get(url))
    said = (
        "Left to declare their conflicts: Cleo, Ann on 1 later applicant, Ben on 1 later applicant. Until then they are"
    )
    assert said in page


def test_lines_are_moved_by_buttons_and_the_best_order_is_looked_at_before_it_is_used(
    panel: Met, client_of: Browser
) -> None:
    room = Room.planned(panel, panel.tern, panel.auk, panel.heron)
    browser, url = client_of(panel.officer), f"/meetings/{room.meeting_id}"
    assert room.sees("the officer") == ["Tern School", "Auk School", "Heron School"]
    with clock_at(PLANNING):
        tern = room.item(panel.tern).public_id
        moved = browser.post(f"{url}/agenda/{tern}/down")
        assert moved.location.endswith(f"#line-{tern}")
        assert room.sees("the officer") == ["Auk School", "Tern School", "Heron School"]
        assert "would go out or come in 1 time during a sitting, instead of 2" in text_of(browser.get(f"{url}/agenda"))
        proposal = browser.get(f"{url}/order")
        digest = re.findall(r'name="digest" value="([^"]+)"', proposal.text)[0]
        panel["Cleo"].declares_conflict(panel.heron)
        assert browser.post(f"{url}/order", data={"digest": digest}).status_code == 409
        digest = re.findall(r'name="digest" value="([^"]+)"', browser.get(f"{url}/order").text)[0]
        assert browser.post(f"{url}/order", data={"digest": digest}).status_code == 302
        assert browser.post(f"{url}/agenda/{tern}/off").status_code == 302
        assert "Tern School" not in room.sees("the officer")
        put = browser.post(f"{url}/agenda/applications", data={"application": panel.tern.public_id, "minutes": "25"})
        assert put.status_code == 302
        assert room.sees("the officer")[-1] == "Tern School"
        assert browser.post(f"{url}/agenda/breaks", data={"title": "", "minutes": "x"}).status_code == 422
        assert browser.post(f"{url}/agenda/breaks", data={"title": "Lunch", "minutes": "45"}).status_code == 302
        assert room.sees("the officer")[-1] == "Lunch"


def test_who_is_out_of_the_room_sees_until_when_and_no_more(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk, panel.heron, panel.tern)
    ann, ben, url = client_of(panel["Ann"].person), client_of(panel["Ben"].person), f"/meetings/{room.meeting_id}"
    room.opens(panel.tern)
    tern = room.item(panel.tern).public_id
    with clock_at(room.now):
        assert "Tern School" in ann.get(url).text
        page = ben.get(url)
        assert "You are out of the room until about 10:00 am: 1 item." in text_of(page)
        assert "Tern" not in page.text
        for path in (f"{url}/items/{tern}", f"{url}/items/{panel.tern.public_id}"):
            assert ben.get(path).status_code == 404
        before = without_nonces(page), looks(ben, url, tag_of(page)).status_code
    then = room.now
    with room.acting():
        services.extend(panel.by, room.item(panel.tern), 5)
        services.write_notes(panel.by, room.item(panel.tern), "Strong on mastery.", 0)
    room.leaves("Cleo")
    with clock_at(then):
        assert (without_nonces(ben.get(url)), looks(ben, url, tag_of(page)).status_code) == before
    room.closes(panel.tern)
    with clock_at(room.now):
        page = ben.get(url)
        assert "out of the room" not in page.text
        assert "Closed to you" in page.text
        assert "Tern" not in page.text


def looks(browser: FlaskClient, url: str, tag: str = "") -> Any:
    return browser.get(url, headers={"X-Looks-Again": "1", "If-None-Match": f'"{tag}"'})


def tag_of(page: Any) -> str:
    return re.findall(r'data-tag="([^"]+)"', page.text)[0]


def test_a_page_that_looks_again_is_drawn_anew_only_when_something_changed(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk, panel.tern)
    ann, url = client_of(panel["Ann"].person), f"/meetings/{room.meeting_id}"
    with clock_at(room.now):
        tag = tag_of(ann.get(url))
        same = looks(ann, url, tag)
        assert (same.status_code, same.data) == (304, b"")
        assert ann.get(url, headers={"If-None-Match": f'"{tag}"'}).status_code == 200
    room.opens(panel.auk)
    with clock_at(room.now):
        again = looks(ann, url, tag)
        assert (again.status_code, "Auk School" in again.text) == (200, True)
        assert tag_of(again) != tag


def test_a_reviewer_of_another_panel_finds_no_meeting(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk)
    with unit_of_work():
        stranger = person("Eve", Role.REVIEWER)
    browser = client_of(stranger)
    for path in ("", ".ics", f"/items/{room.item(panel.auk).public_id}"):
        assert browser.get(f"/meetings/{room.meeting_id}{path}").status_code == 404
    assert "Panel meeting" not in browser.get("/meetings").text
    assert "Panel meeting" in client_of(panel["Ann"].person).get("/meetings").text


def test_an_officer_with_a_conflict_plans_nothing_and_is_out_like_anyone(panel: Met, client_of: Browser) -> None:
    with unit_of_work():
        olu = person("Olu", Role.PROGRAM_OFFICER)
    room = Room.running(panel, panel.auk, panel.tern)
    with unit_of_work():
        from grants.review.services import let_stand

        let_stand(panel.by, panel.tern.case_id, olu.id, "staff", "A neighbour.")
    browser, url = client_of(olu), f"/meetings/{room.meeting_id}"
    with clock_at(room.now):
        assert browser.get(f"{url}/agenda").status_code == 403
        assert browser.get(f"/stages/{panel.stage.public_id}/meetings/new").status_code == 403
    room.opens(panel.tern)
    with clock_at(room.now):
        assert "out of the room" in browser.get(url).text
        browser.post(f"{url}/next", data={"after": ""})
        browser.post(f"{url}/next", data={"after": room.item(panel.tern).public_id})
        browser.post(f"{url}/close")
    assert room.item(panel.tern).state == "open"
    assert room.meeting().state == "running"


def test_notes_save_themselves_and_nothing_is_overwritten(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    browser = client_of(panel.officer)
    url = f"/meetings/{room.meeting_id}/items/{room.item(panel.auk).public_id}/notes"
    by_itself = {"X-Autosave": "1"}
    with clock_at(room.now):
        saved = browser.post(url, data={"notes": "Strong.", "version": "0"}, headers=by_itself)
        assert saved.json["version"] == 1
        again = browser.post(url, data={"notes": "Strong.", "version": "0"}, headers=by_itself)
        assert (again.status_code, again.json["version"]) == (200, 1)
        stale = browser.post(url, data={"notes": "Weak.", "version": "0"})
        assert stale.status_code == 409
        assert "Weak." in stale.text
        assert client_of(panel["Ann"].person).post(url, data={"notes": "Mine.", "version": "1"}).status_code == 403
    db.session.rollback()
    assert room.item(panel.auk).notes == "Strong."


@pytest.mark.parametrize("script", ["text/calendar"])
def test_the_meeting_goes_into_a_calendar(panel: Met, client_of: Browser, script: str) -> None:
    room = Room.running(panel, panel.auk, panel.tern)
    answer = client_of(panel["Ben"].person).get(f"/meetings/{room.meeting_id}.ics")
    assert answer.content_type.startswith(script)
    said = answer.text.replace("\r\n ", "")
    assert f"DTSTART:{MEETING:%Y%m%dT%H%M%SZ}" in said
    assert f"DTEND:{MEETING + timedelta(minutes=40):%Y%m%dT%H%M%SZ}" in said
    assert "School" not in said


@pytest.mark.parametrize("path", ["/meetings/{0}", "/meetings/{0}/agenda", "/meetings/{0}/order"])
def test_as_many_statements_for_thirty_lines_as_for_one(
    panel: Met, client_of: Browser, statements: Any, path: str
) -> None:
    counts = []
    for many in (1, 30):
        applications = [panel.application_of() for _ in range(many)]
        with clock_at(PLANNING):
            for name in panel.members:
                panel[name].declares(at=PLANNING)
        room = Room.running(panel, *applications)
        room.opens(applications[0])
        browser, url = client_of(panel.officer), path.format(room.meeting_id)
        with clock_at(room.now):
            assert browser.get(url).status_code in (200, 204)
            with statements() as seen:
                browser.get(url)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("of", ["/meetings", "/stages/{0}/meetings"])
def test_as_many_statements_for_thirty_meetings_as_for_one(
    app: Flask, panel: Met, client_of: Browser, statements: Any, of: str
) -> None:
    browser, url, counts = client_of(panel.officer), of.format(panel.stage.public_id), []
    for more in (1, 29):
        for _ in range(more):
            Room.planned(panel, panel.auk)
        browser.get(url)
        with statements() as seen:
            assert browser.get(url).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_one_took_on_is_paged_in_as_many_statements_for_thirty_as_for_one(
    panel: Met, client_of: Browser, statements: Any
) -> None:
    room = Room.running(panel, panel.auk, panel.tern)
    room.opens(panel.auk)
    browser, ann, counts = client_of(panel["Ann"].person), panel["Ann"].person.public_id, []
    for more in (1, 29):
        for number in range(more):
            with room.acting(0):
                services.agree_on(
                    panel.by, room.item(panel.auk), f"Call {more - number}.", ann, date(2016, 5, 1 + number)
                )
        browser.get("/meetings/actions")
        with statements() as seen:
            assert browser.get("/meetings/actions").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    with room.acting(0):
        services.agree_on(panel.by, room.item(panel.auk), "The last of all.", ann, None)
    first, second = (browser.get(f"/meetings/actions?page={number}") for number in (1, 2))
    assert ("1 to 30 of 31" in first.text, "The last of all." in first.text) == (True, False)
    assert ("31 to 31 of 31" in second.text, "The last of all." in second.text) == (True, True)
    finish = re.findall(r'action="(/actions/\w+/done\?page=2)"', second.text)
    assert len(finish) == 1
    after = browser.post(finish[0], follow_redirects=True)
    assert (after.request.full_path, "of 31" in after.text) == ("/meetings/actions?page=2", False)


def test_the_pdf_of_the_minutes_appears_by_itself(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    room.ends()
    browser, url = client_of(panel.officer), f"/meetings/{room.meeting_id}/minutes"

    def shows() -> list[bool]:
        with clock_at(room.now):
            page = browser.get(url).text
        return [words in page for words in ("every 2s", "The PDF is being made", "Download the PDF", "Make the PDF")]

    assert shows() == [False, False, False, True]
    with clock_at(room.now):
        browser.post(url)
        assert shows() == [True, True, False, False]
        run_due()
    assert shows() == [False, False, True, False]


def test_a_meeting_ends_before_its_agenda_does_and_says_what_is_left(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk, panel.tern)
    room.opens(panel.auk)
    browser, url = client_of(panel.officer), f"/meetings/{room.meeting_id}"
    with clock_at(room.now):
        assert "End the meeting" not in browser.get(url).text
    room.closes(panel.auk)
    with clock_at(room.now):
        assert "End the meeting? 1 item of the agenda was not opened." in browser.get(url).text
        assert browser.post(f"{url}/close").status_code == 302
        assert "Not discussed." in browser.get(f"{url}/minutes").text


def lengths_in(page: Any) -> dict[str, str]:
    """Field -> what stands in it, of the form that changes how long lines are."""
    fields = re.findall(r"<input [^>]*form=\"lengths\"[^>]*>", page.text)
    found = {re.findall(r'name="(\w+)"', one)[0]: re.findall(r'value="([^"]*)"', one)[0] for one in fields}
    seen = re.findall(r'name="seen" value="(\w+)"', page.text)
    return found | {"seen": seen[0]}


def test_lines_are_given_other_lengths_and_what_comes_after_moves(panel: Met, client_of: Browser) -> None:
    room = Room.planned(panel, panel.auk, panel.heron, panel.tern, break_after=2)
    browser, url = client_of(panel.officer), f"/meetings/{room.meeting_id}/agenda"
    with clock_at(PLANNING):

        def times() -> list[str]:
            return re.findall(r'data-label="Time">([^<]+)<', browser.get(url).text)

        assert times() == ["9:00 am", "9:20 am", "9:40 am", "9:55 am"]
        held = lengths_in(browser.get(url))
        first, second, rest, _ = (one for one in held if one != "seen")
        wrong = browser.post(f"{url}/lengths", data=held | {first: "0", second: "25"})
        assert (wrong.status_code, "Write a number of minutes from 1 to 480." in wrong.text) == (422, True)
        assert lengths_in(wrong) == held | {first: "0", second: "25"}
        assert browser.post(f"{url}/lengths", data=held | {first: "30", rest: "5"}).location == url
        assert times() == ["9:00 am", "9:30 am", "9:50 am", "9:55 am"]
        # Whoever changes them on a page of before looks again, and what they typed stands beside what is kept.
        late = browser.post(f"{url}/lengths", data=held | {second: "45"})
        assert (late.status_code, "The agenda has changed meanwhile" in late.text) == (409, True)
        assert re.findall(r"now (\d+)<", late.text) == ["30", "20", "5"]
        assert times() == ["9:00 am", "9:30 am", "9:50 am", "9:55 am"]
        assert browser.post(f"{url}/lengths", data=lengths_in(late)).status_code == 302
        assert times() == ["9:00 am", "9:20 am", "10:05 am", "10:20 am"]
        kept = select(AuditRecord.after).where(AuditRecord.action == "meeting.minutes").order_by(AuditRecord.id)
        assert [one["minutes"] for one in db.session.scalars(kept)] == [30, 5, 20, 45, 15]
    ann = client_of(panel["Ann"].person)
    assert ann.post(f"{url}/lengths", data=held).status_code == 403


def test_what_was_up_keeps_its_length(panel: Met, client_of: Browser) -> None:
    room = Room.running(panel, panel.auk, panel.heron)
    first, second = (one.item for one in queries.agenda_of(panel.by, room.meeting()).lines if one.item)
    room.opens(first.application)
    page = client_of(panel.officer).get(f"/meetings/{room.meeting_id}/agenda")
    assert set(lengths_in(page)) == {f"minutes_{second.public_id}", "seen"}
    seen = queries.lengths_seen(queries.lines_of(room.meeting()))
    with pytest.raises(Clash, match="was up at the meeting already"), room.acting():
        services.set_minutes(panel.by, room.meeting(), {first.public_id: 5}, seen)
