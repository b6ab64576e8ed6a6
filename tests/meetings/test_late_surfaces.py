"""What leaves the pages closes with them when a conflict comes to light late: calendars, slides, search, every file."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.background.runner import run_due
from grants.casework import export_kinds
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.meetings import services as meetings
from grants.messages.feeds import make_feed, token_of
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from grants.review import services
from tests.beginnings import Begin
from tests.factories.people import actor, person
from tests.meetings.late import NAME, How, Late, late_panel, path_of, ties
from tests.meetings.pitch_story import Pitching
from tests.meetings.story import PLANNING

Browser = Callable[[Any], FlaskClient]
HOW: tuple[How, ...] = ("says so", "joins it")


@pytest.fixture
def panel(begin: Begin) -> Late:
    return begin(late_panel)


# ---- files


FILES = {
    "review.scores": ("/review/stages/STAGE/scores/scores", NAME),
    "review.scorecards": ("/review/stages/STAGE/scores/scorecards", NAME),
    "review.conflicts": ("/review/stages/STAGE/conflicts/file", NAME),
    "portfolio.cases": ("/cases/file", NAME),
    "applications.list": ("/applications/file", NAME),
    "applications.answers": ("/applications/answers", NAME),
    "casework.record": ("/record/file", "A cousin."),
}
"""Kind of file -> where it is asked for, and what of the case stands in it."""

ELSEWHERE = {
    "review.pitches", "applications.readiness", "discovery.schools", "awards.awards", "payments.ledger",
    "payments.payments", "monitoring.requirements",
}  # fmt: skip
"""Kinds that hold nothing of this case: it pitched nowhere and has no award. The twins are asked for those."""


def test_every_kind_of_file_is_tried_here_or_known_to_hold_nothing_of_it(app: Flask) -> None:
    # Kinds that other tests of this process made up are no files of the product.
    kinds = {one for one in export_kinds._kinds if not one.startswith("tests.")}
    assert FILES.keys() | ELSEWHERE == kinds


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_was_prepared_before_closes_and_a_new_one_is_without_it(
    panel: Late, client_of: Browser, kind: str, how: How
) -> None:
    path, said = FILES[kind]
    if kind in {"review.conflicts", "casework.record"}:
        with unit_of_work():
            services.note_conflict(panel.by, panel.dove.case, panel["Ben"].person, "A cousin.")
    browser = client_of(panel.mona)

    def asked() -> str:
        found: str = browser.post(path_of(panel, path), data={"form": "csv"}).location
        run_due()
        return f"{found}/file"

    with clock_at(panel.room.now):
        first = asked()
        before = browser.get(first)
        assert (before.status_code, said in before.text) == (200, True)
        ties(panel, panel.mona, how)
        closed, anew = browser.get(first), browser.get(asked())
    assert (closed.status_code, said in closed.text) == (409, False)
    assert anew.status_code == 200
    if kind in {"portfolio.cases", "applications.list", "applications.answers"} and how == "joins it":
        return  # what is their own school's they may see as one of its people, and that is all these hold
    assert said not in anew.text


# ---- search


@pytest.mark.parametrize("who", [Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.FINANCE_OFFICER, Role.AUDITOR])
def test_a_search_finds_it_no_more(panel: Late, client_of: Browser, who: Role) -> None:
    with unit_of_work():
        someone = person("Sam", who)
    browser = client_of(someone)
    with clock_at(panel.room.now):
        before = [browser.get(path).text for path in ("/cases?q=dove", "/applications?q=dove")]
        with unit_of_work():
            services.note_conflict(panel.by, panel.dove.case, someone, "A cousin.")
        after = [browser.get(path).text for path in ("/cases?q=dove", "/applications?q=dove")]
    assert ([NAME in one for one in before], [NAME in one for one in after]) == ([True] * 2, [False] * 2)


# ---- calendars


def feed_of(someone: Person) -> str:
    with unit_of_work():
        return f"/calendar/{token_of(make_feed(actor(someone)))}.ics"


@pytest.mark.parametrize("how", HOW)
def test_a_calendar_has_nothing_of_it(panel: Late, client_of: Browser, how: How) -> None:
    """Ben reads Dove alone: with it the day on which his scorecards are due is gone; the meeting is another's too."""
    ben = panel["Ben"].person
    feed, meeting = feed_of(ben), path_of(panel, "/meetings/MEETING.ics")
    browser = client_of(ben)
    with clock_at(panel.room.now):
        before = [browser.get(feed).text, browser.get(meeting).text]
        ties(panel, ben, how)
        after = [browser.get(feed).text, browser.get(meeting).text]
    assert ("Reviews due" in before[0], "Reviews due" in after[0]) == (True, False)
    assert before[1] == after[1]
    assert [one.count("BEGIN:VCALENDAR") for one in after] == [1, 1]
    assert NAME not in before[1]
    if how == "says so":  # who belongs to a school has its own dates
        assert NAME not in after[0]


# ---- slides of a pitch


@pytest.mark.parametrize("role", ["Ann", "the officer"])
def test_slides_of_a_pitch_are_gone_at_the_next_request(app: Flask, client_of: Browser, role: str) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    panel.confirms("Auk", "Lea Auk")
    slides = panel.uploads("Auk").public_id
    item = panel.slot("Auk").item
    assert item is not None
    path = f"/meetings/{meeting.public_id}/items/{item.public_id}"
    with unit_of_work():
        mona = person("Mona", Role.PROGRAM_OFFICER)
    with panel.acting():
        meetings.invite(panel.by, panel.again(meeting))
    someone = panel["Ann"].person if role == "Ann" else mona
    browser = client_of(someone)
    with clock_at(PLANNING):
        assert browser.get(f"{path}/slides/{slides}").status_code == 200
        case = panel.applications["Auk"].case
        with unit_of_work():
            services.declare_conflict(actor(someone), case, "My sister teaches there.", "close")
        gone = browser.get(f"{path}/slides/{slides}")
        page = browser.get(f"/meetings/{meeting.public_id}").text
    assert (gone.status_code, "Auk" in gone.text, "Auk" in page, "Heron" in page) == (404, False, False, True)
