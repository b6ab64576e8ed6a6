"""The pages of a pitch, as browsers without scripts meet them: an officer's, a school's, a reviewer's."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.kernel.clock import clock_at, today
from grants.kernel.policy import Actor
from grants.meetings import queries, services
from grants.meetings.todos import todos
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as writing
from tests.factories import review as make
from tests.meetings.pitch_story import DUE, PDF, Pitching
from tests.meetings.story import MEETING, PLANNING
from tests.meetings.test_pages import text_of, without_nonces

Browser = Callable[[Any], FlaskClient]


def titles(app: Flask, who: Actor, at: object = PLANNING) -> list[str]:
    db.session.rollback()
    with clock_at(at), app.test_request_context():  # type: ignore[arg-type]
        return [one.title for one in todos(who)]


def seen_in(page: Any) -> str:
    return re.search(r'name="seen" value="([^"]*)"', page.text)[1]  # type: ignore[index]


def test_a_pitch_is_planned_answered_and_held_in_browsers(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull", pitch={"shortlist": 2})
    officer, stage = client_of(panel.officer), panel.stage.public_id
    auk, heron = panel.schools["Auk"], panel.schools["Heron"]
    own = f"/applications/{panel.applications['Auk'].public_id}/pitch"
    with clock_at(PLANNING):
        assert "Plan a pitch" in officer.get(f"/stages/{stage}/meetings").text
        page = officer.get(f"/stages/{stage}/pitches/new").text
        assert "shortlist has 2 places" in page
        form = {
            "title": "Pitch day", "starts_at": "2016-04-20T09:00", "place": "Room 2", "chair": panel.officer.public_id,
            "quorum": "2", "ballot": "open", "majority": "simple", "minutes": "20", "break_after": "1",
            "break_minutes": "10", "who": [one.public_id for one in panel.applications.values()],
        }  # fmt: skip
        wrong = officer.post(f"/stages/{stage}/pitches/new", data=form)
        assert (wrong.status_code, "3 would pitch. Leave 1 out" in wrong.text) == (422, True)
        assert 'value="Room 2"' in wrong.text
        form["who"] = [panel.applications[name].public_id for name in ("Auk", "Heron")]
        agenda = officer.post(f"/stages/{stage}/pitches/new", data=form).location
        meeting = agenda.removesuffix("/agenda")
        shown = officer.get(agenda).text
        assert ("Invite 2 applicants" in shown, shown.count("Not invited yet")) == (True, 2)
        assert client_of(auk.lead).get(own).status_code == 404
        assert titles(app, panel.by) == ["Invite the panel: Pitch day", "Invite 2 applicants to pitch"]
        officer.post(f"{meeting}/applicants/invite")
        assert "2 applicants invited to their slots by mail." in officer.get(agenda).text
        assert titles(app, auk.as_lead) == [
            "Confirm your pitch: Launch grant",
            "Upload the slides of your pitch: Launch grant",
        ]

        school = client_of(auk.editor)
        above = school.get(own.removesuffix("/pitch"))
        assert "Confirm your pitch" in above.text
        page = school.get(own)
        said = text_of(page)
        assert "20 minutes" in said
        assert "Due Sunday 17 April 2016, 5:00 pm Pacific" in said
        assert "They make their case" in said
        assert "We would join." in said
        assert "4 days left" in said
        for other in ("Heron", "Pitch day", "Maya", "Ann", "shortlist"):
            assert other not in said
        many = "\n".join(f"Person {number}" for number in range(9))
        wrong = school.post(f"{own}/confirm", data={"presenters": many, "seen": seen_in(page)})
        assert (wrong.status_code, "Name at most 8 people." in wrong.text, "Person 8" in wrong.text) == (
            422,
            True,
            True,
        )
        school.post(f"{own}/confirm", data={"presenters": "Sam Lee\nMs. Ortiz", "seen": seen_in(page)})
        assert "Sam Lee and Ms. Ortiz" in school.get(own).text
        bad = school.post(f"{own}/slides", data={"slides": (io.BytesIO(b"MZ"), "slides.exe")})
        assert (bad.status_code, "not a file of an accepted kind" in bad.text) == (422, True)
        none = school.post(f"{own}/slides", data={})
        assert (none.status_code, "Choose a file." in none.text) == (422, True)
        for name in ("one.pdf", "two.pdf"):
            assert school.post(f"{own}/slides", data={"slides": (io.BytesIO(PDF), name)}).status_code == 302
        page = school.get(own).text
        files = re.findall(rf'href="({own}/slides/\w+)">([^<]+)', page)
        assert [name for _, name in files] == ["two.pdf", "one.pdf"]
        got = school.get(files[0][0])
        assert (got.data, got.headers["Content-Disposition"]) == (PDF, "attachment; filename=two.pdf")
        assert client_of(heron.lead).get(files[0][0]).status_code == 404
        file = school.get(f"{own}.ics").data
        assert (b"SUMMARY:Pitch for Launch grant: Auk School" in file, b"STATUS:CONFIRMED" in file) == (True, True)
        assert titles(app, auk.as_lead) == ["Pitch: Launch grant"]

        other = client_of(heron.lead)
        theirs = f"/applications/{panel.applications['Heron'].public_id}/pitch"
        page = other.get(theirs)
        wrong = other.post(f"{theirs}/ask", data={"wish": "We test then.", "unfit": "", "seen": seen_in(page)})
        assert (wrong.status_code, "We test then." in wrong.text) == (422, True)
        data = {"wish": "We test then.", "unfit": "Eleven fits.", "seen": seen_in(page)}
        assert other.post(f"{theirs}/ask", data=data).status_code == 302
        asked = other.get(theirs).text
        assert [words in asked for words in ("You asked for another time", "We test then.", "Eleven fits.")] == [
            True
        ] * 3
        assert b"STATUS:TENTATIVE" in other.get(f"{theirs}.ics").data
        with app.test_request_context():
            request = todos(panel.by)[-1]
            # It is due at once, whenever the pitch is: an applicant waits.
            assert (request.title, request.urgency, request.when) == (
                "1 applicant asks for another time to pitch",
                "due",
                today(panel.stage.cycle.time_zone),
            )

        item = panel.slot("Heron").item.public_id  # type: ignore[union-attr]
        page = officer.get(f"{meeting}/items/{item}/slot")
        assert "We test then." in page.text
        assert "change with Auk School" in page.text
        end = re.findall(r'<option value="(\w+)">[^<]*the end of the pitch', page.text)[0]
        wrong = officer.post(f"{meeting}/items/{item}/slot/keep", data={"said": ""})
        assert wrong.status_code == 422
        officer.post(f"{meeting}/items/{item}/slot/move", data={"place": end, "word": "Better so?"})
        assert "Better so?" in other.get(theirs).text
        late = other.post(f"{theirs}/confirm", data={"presenters": "", "seen": data["seen"]})
        assert (late.status_code, "has changed meanwhile" in late.text) == (409, True)
        assert other.post(f"{theirs}/confirm", data={"seen": seen_in(other.get(theirs))}).status_code == 302

    with clock_at(DUE + timedelta(seconds=1)):
        late = school.post(f"{own}/slides", data={"slides": (io.BytesIO(PDF), "late.pdf")})
        assert (late.status_code, "Slides were due" in late.text) == (409, True)
        assert "Ask" in school.get(own).text
        item = panel.slot("Auk").item.public_id  # type: ignore[union-attr]
        more = {"until": "2016-04-18T12:00", "reason": "Their power was out."}
        assert officer.post(f"{meeting}/items/{item}/slot/time", data=more).status_code == 302
        assert "the foundation gave you more time" in school.get(own).text
        assert school.post(f"{own}/slides", data={"slides": (io.BytesIO(PDF), "late.pdf")}).status_code == 302
        officer.post(f"{meeting}/invite")
    with clock_at(MEETING):
        officer.post(f"{meeting}/start")
        ann = client_of(panel["Ann"].person)
        ann.post(f"{meeting}/join")
        officer.post(f"{meeting}/items/{item}/open")
        live = text_of(ann.get(meeting))
        assert "Presents Sam Lee and Ms. Ortiz" in live
        assert "until 9:20 am" in live
        slides = re.findall(r'href="(/meetings/\w+/items/\w+/slides/\w+)"', ann.get(meeting).text)
        assert ann.get(slides[0]).headers["Content-Disposition"] == "attachment; filename=late.pdf"


def test_a_declined_slot_and_a_called_off_one_say_so(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    lead, officer = client_of(panel.schools["Auk"].lead), client_of(panel.officer)
    own = f"/applications/{panel.applications['Auk'].public_id}/pitch"
    with clock_at(panel.now):
        assert lead.post(f"{own}/decline", data={"reason": ""}).status_code == 422
        lead.post(f"{own}/decline", data={"reason": "Our principal is ill."})
        page = text_of(lead.get(own))
        assert "You said that you do not pitch" in page
        assert "Come after all?" in page
        item = panel.slot("Auk").item.public_id  # type: ignore[union-attr]
        slot = f"/meetings/{meeting.public_id}/items/{item}/slot"
        assert "Our principal is ill." in officer.get(slot).text
        assert officer.post(f"{slot}/off", data={"why": ""}).status_code == 422
        officer.post(f"{slot}/off", data={"why": "Get well."})
        page = text_of(lead.get(own))
        assert "Your pitch was called off" in page
        assert "Get well." in page
        assert "Will you be there?" not in page
        assert officer.get(slot).status_code == 404


def test_viewers_see_and_do_not_answer(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    viewer = client_of(panel.schools["Auk"].viewer)
    own = f"/applications/{panel.applications['Auk'].public_id}/pitch"
    with clock_at(panel.now):
        page = viewer.get(own)
        assert "A lead, editor or signatory of Auk School answers" in page.text
        assert "<textarea" not in page.text
        assert viewer.post(f"{own}/confirm", data={"seen": MEETING.isoformat()}).status_code == 403
        assert viewer.post(f"{own}/slides", data={"slides": (io.BytesIO(PDF), "a.pdf")}).status_code == 403


def test_a_pitch_whose_time_has_come_says_that_it_stands(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    lead, own = client_of(panel.schools["Auk"].lead), f"/applications/{panel.applications['Auk'].public_id}/pitch"

    def said(at: datetime) -> list[bool]:
        with clock_at(at):
            page = text_of(lead.get(own))
        return [
            words in page for words in ("To be confirmed", "if you need more time", "The time of your pitch has come")
        ]

    starts_at = panel.own("Auk").starts_at or MEETING
    assert said(panel.now) == [True, False, False]
    assert said(starts_at - timedelta(minutes=1)) == [True, True, False]
    assert said(starts_at) == [False, False, True]


def test_who_was_not_shortlisted_sees_the_same_whatever_the_others_do(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    browser = client_of(panel.schools["Gull"].lead)
    pages = ("/", f"/applications/{panel.applications['Gull'].public_id}", "/our/applications")

    def seen() -> list[str]:
        with clock_at(PLANNING + timedelta(hours=2)):
            return [without_nonces(browser.get(page)) for page in pages]

    before = seen()
    panel.invites(panel.plans("Auk", "Heron"))
    panel.confirms("Auk")
    panel.uploads("Auk")
    assert seen() == before


def test_a_conflicted_member_sees_one_page_whatever_happens_on_the_closed_line(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk", "Tern")
    meeting = panel.plans()
    panel.invites(meeting)
    with panel.acting():
        services.invite(panel.by, panel.again(meeting))
    ben = client_of(panel["Ben"].person)

    def seen() -> list[str]:
        with clock_at(panel.now):
            return [without_nonces(ben.get(page)) for page in (f"/meetings/{meeting.public_id}", "/meetings", "/")]

    before = seen()
    for change in (
        lambda: panel.confirms("Tern", "Somebody"),
        lambda: panel.uploads("Tern"),
        lambda: panel.asks("Tern"),
    ):
        change()
        panel.now = panel.now.replace(second=0)
        after = seen()
        assert after[0] == before[0]
    tern = panel.slot("Tern").item.public_id  # type: ignore[union-attr]
    assert "Tern" not in before[0]
    file = queries.slides_of(panel.slot("Tern"))[0].public_id
    assert ben.get(f"/meetings/{meeting.public_id}/items/{tern}/slides/{file}").status_code == 404


@pytest.mark.parametrize("many", [30])
def test_pages_ask_as_many_statements_for_thirty_slots_as_for_one(
    app: Flask, client_of: Browser, statements: Callable[[], Any], many: int
) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    panel.uploads("Auk")
    officer = client_of(panel.officer)
    item = panel.slot("Auk").item.public_id  # type: ignore[union-attr]
    root = f"/meetings/{meeting.public_id}"
    pages = (root, f"{root}/agenda", f"{root}/items/{item}/slot", f"/stages/{panel.stage.public_id}/pitches/new", "/")

    def counts() -> list[int]:
        found = []
        with clock_at(panel.now):
            for page in pages:
                officer.get(page)
                with statements() as seen:
                    assert officer.get(page).status_code == 200
                found.append(len(seen))
        return found

    once = counts()
    for number in range(many):
        name = f"School {number}"
        with unit_of_work():
            panel.schools[name] = writing.school(name)
            panel.applications[name] = make.submitted(panel.stage, panel.schools[name].organization)
        with panel.acting():
            services.add_application(panel.by, panel.again(meeting), panel.applications[name].public_id, 20)
    panel.invites(meeting)
    assert counts() == once


def test_a_pitch_is_joined_from_afar_beside_when_and_where_it_is(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    school, own = client_of(panel.schools["Auk"].editor), f"/applications/{panel.applications['Auk'].public_id}/pitch"

    def parts(heading: str) -> list[int]:
        with clock_at(panel.now):
            before, _, after = school.get(own).text.partition(f">{heading}</h2>")
        return [part.count("Join from afar") for part in (before, after)]

    assert parts("Will you be there?") == [1, 0]
    panel.confirms("Auk")
    assert parts("Change who presents") == [1, 0]
