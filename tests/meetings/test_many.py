"""The pages of meetings where a stage has more applications than a page could name."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.kernel.clock import clock_at
from grants.kernel.errors import Invalid
from grants.meetings import queries, services
from grants.meetings.models import Meeting
from grants.persistence.session import db, unit_of_work
from grants.review.services import let_stand
from tests.factories import panels
from tests.factories import review as make
from tests.factories.applications import school
from tests.factories.people import actor
from tests.meetings.conftest import Met
from tests.meetings.pitch_story import Pitching
from tests.meetings.story import MEETING, PLANNING, Room
from tests.meetings.test_pages import text_of
from tests.review.story import Panel

Browser = Callable[[Any], FlaskClient]
Counting = Callable[[], Any]
MOST_BYTES = 100 * 1024
MANY = range(100, 400)


def others_on(page: Any) -> list[str]:
    """Whom the page of an agenda offers to put on it."""
    return re.findall(r'name="application"[^>]*>Add<span class="sr"> ([^<]+)<', page.text)


def test_an_application_is_found_by_a_part_of_its_name_and_added_by_a_press(panel: Met, client_of: Browser) -> None:
    with unit_of_work():
        panels.submitted(panel.stage, MANY, panel.officer.id)
    room = Room.planned(panel, panel.auk)
    browser, url = client_of(panel.officer), f"/meetings/{room.meeting_id}/agenda"
    with clock_at(PLANNING):
        whole = browser.get(url)
        assert others_on(whole) == ["Heron School", *[f"School 00{number}" for number in range(100, 109)]]
        assert "292 others can be found by name." in text_of(whole)
        assert len(whole.data) < MOST_BYTES
        found = browser.get(f"{url}?find=ool+0031")
        assert others_on(found) == [f"School 0031{number}" for number in range(10)]
        assert "can be found by name" not in text_of(found)
        wrong = browser.post(
            re.findall(r'action="([^"]+applications\?find=[^"]+)"', found.text)[0], data={"minutes": "25"}
        )
        assert (wrong.status_code, others_on(wrong)) == (422, others_on(found))
        assert "Press Add beside the application that you mean." in text_of(wrong)
        assert re.findall(r'name="minutes"[^>]*value="25"', wrong.text) != []
        chosen = re.findall(r'name="application" value="([^"]+)">Add<span class="sr"> School 00314<', found.text)[0]
        added = browser.post(f"{url}/applications?find=ool+0031", data={"application": chosen, "minutes": "25"})
        assert added.location == f"{url}?find=ool+0031"
        assert room.sees("the officer")[-1] == "School 00314"
        assert others_on(browser.get(added.location)) == [f"School 0031{number}" for number in range(10) if number != 4]
        nobody = browser.get(f"{url}?find=Owl")
        assert (others_on(nobody), "has “Owl” in its name" in text_of(nobody)) == ([], True)


def test_what_one_search_finds_a_colleague_with_a_conflict_does_not(panel: Met) -> None:
    """Who has one plans no meeting here; and would find nothing of the case if they did."""
    meeting = Room.planned(panel, panel.auk).meeting()
    with unit_of_work():
        let_stand(panel.by, panel.tern.case_id, panel.officer.id, "staff", "A neighbour.")
    found = [queries.not_on_it(actor(panel.officer), meeting, like) for like in ("", "Tern", "Heron")]
    assert [(one.total, [name for _, name, _ in one.items]) for one in found] == [
        (1, ["Heron School"]),
        (0, []),
        (1, ["Heron School"]),
    ]


def test_a_stage_whose_applications_are_all_on_the_agenda_says_so(panel: Met, client_of: Browser) -> None:
    room = Room.planned(panel, panel.auk, panel.tern, panel.heron)
    with clock_at(PLANNING):
        page = client_of(panel.officer).get(f"/meetings/{room.meeting_id}/agenda")
    assert "No application under review is left to put on it." in text_of(page)
    assert "Part of its name" not in page.text


def test_an_agenda_holds_what_a_page_bears(panel: Met, client_of: Browser) -> None:
    with unit_of_work():
        ids = panels.submitted(panel.stage, MANY, panel.officer.id)
    plan = services.Plan("All of them", MEETING, panel.officer, 2)
    with clock_at(PLANNING):
        full = r"room for 200 lines, breaks included; this one would have 202\."
        with pytest.raises(Invalid, match=full), unit_of_work():
            services.make_meeting(panel.by, panel.stage, plan, services.Lines(ids[:162], 5, 4))
        with unit_of_work():
            meeting = services.make_meeting(panel.by, panel.stage, plan, services.Lines(ids[:200], 5))
        for one_more in (
            lambda here: services.add_application(panel.by, here, panel.tern.public_id, 5),
            lambda here: services.add_break(panel.by, here, "Lunch", 45),
        ):
            with pytest.raises(Invalid, match="this one would have 201"), unit_of_work():
                one_more(db.session.get_one(Meeting, meeting.id))
        form = {
            "title": "All", "starts_at": "2016-04-20T09:00", "chair": panel.officer.public_id, "quorum": "2",
            "ballot": "open", "majority": "simple", "minutes": "20", "break_after": "0", "break_minutes": "10",
            "which": "all",
        }  # fmt: skip
        refused = client_of(panel.officer).post(f"/stages/{panel.stage.public_id}/meetings/new", data=form)
        assert (refused.status_code, "this one would have 303" in text_of(refused)) == (422, True)


def test_a_meeting_is_planned_and_looked_at_in_as_many_statements_for_thirty_applications_as_for_one(
    panel: Met, client_of: Browser, statements: Counting
) -> None:
    counts = []
    room = Room.planned(panel, panel.auk)
    for more in (range(1), range(1, 30)):
        with unit_of_work():
            panels.submitted(panel.stage, more, panel.officer.id)
        with clock_at(PLANNING), statements() as seen:
            for which in ("all", "doubtful"):
                queries.to_discuss(panel.by, panel.stage, which)
            for like in ("", "school"):
                queries.not_on_it(panel.by, room.meeting(), like)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.fixture
def pitching(app: Flask) -> Pitching:
    panel = Pitching.begun("Auk", pitch={"shortlist": 2})
    with unit_of_work():
        panels.submitted(panel.stage, MANY, panel.officer.id)
    return panel


def test_a_panel_is_invited_in_as_many_statements_for_thirty_members_as_for_one_but_for_their_mail(
    app: Flask, statements: Counting
) -> None:
    counts = []
    for size in (1, 30):
        panel = Panel.of(*(f"R{size}x{one}" for one in range(size)))
        panel.all_declare()
        room = Room.planned(panel, panel.application_of(f"Auk {size}"))
        with statements() as asked:
            room.invites()
        mail = [one for one in asked if re.search(r"(FROM|INTO) (message|job)\b", one)]
        counts.append((len(asked) - len(mail), len(mail) / (size + 1)))
    assert counts[0] == counts[1]


def test_a_new_pitch_offers_the_best_ranked_and_says_how_many_stand_behind_them(
    pitching: Pitching, client_of: Browser
) -> None:
    panel = pitching
    with clock_at(PLANNING):
        page = client_of(panel.officer).get(f"/stages/{panel.stage.public_id}/pitches/new")
    assert "101 more applications stand behind these." in text_of(page)
    assert (page.text.count('name="who"'), len(page.data) < MOST_BYTES) == (200, True)


def test_who_is_not_among_those_offered_can_be_chosen(pitching: Pitching) -> None:
    """Their page was drawn when the scores were others."""
    panel = pitching
    offered = {one.public_id for one in queries.candidates(panel.by, panel.stage, 200).free}
    last = next(one for one in reversed(every_one(panel)) if one not in offered)
    with panel.acting():
        meeting = services.plan_pitch(panel.by, panel.stage, panel.plan(), [last, "nothing", last], 10)
        assert [line.application.public_id for line in queries.lines_of(meeting) if line.application] == [last]
    left = queries.candidates(panel.by, panel.stage, 200)
    assert (len(left.free), left.more, [title for _, _, title in left.taken]) == (200, 100, ["Pitch day"])


def every_one(panel: Pitching) -> list[str]:
    found = queries.candidates(panel.by, panel.stage, 10_000)
    assert (len(found.free), found.more, list(found.taken)) == (301, 0, [])
    return [one.public_id for one in found.free]


def test_a_pitch_is_planned_in_as_many_statements_for_thirty_applications_as_for_one(
    app: Flask, client_of: Browser, statements: Counting
) -> None:
    panel = Pitching.begun("Auk")
    browser, url, counts = client_of(panel.officer), f"/stages/{panel.stage.public_id}/pitches/new", []
    for more in range(2):
        with clock_at(PLANNING):
            browser.get(url)
            with statements() as seen:
                assert browser.get(url).status_code == 200
        counts.append(len(seen))
        if not more:
            with unit_of_work():
                panels.submitted(panel.stage, range(30), panel.officer.id)
                make.submitted(panel.stage, school("Owl School").organization)
    assert counts[0] == counts[1]
