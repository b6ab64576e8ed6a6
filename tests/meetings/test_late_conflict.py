"""A conflict that is declared late closes the case at the next request: every surface by itself, each with what could
leak before.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.meetings import services as meetings
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.reminder_jobs import remind_reviewers
from tests.beginnings import Begin
from tests.factories import review as make
from tests.meetings.late import MARKS, NAME, How, Late, late_panel, path_of, ties

Browser = Callable[[Any], FlaskClient]


@pytest.fixture
def panel(begin: Begin) -> Late:
    return begin(late_panel)


HOW: tuple[How, ...] = ("says so", "joins it")

READ = [
    ("Ann", "/review/assignments/CARD"),
    ("Ann", "/review/assignments/CARD/paper"),
    ("Ann", "/review/assignments/CARD/conflict"),
    ("Ann", "/review/assignments/CARD/files/FILE"),
    ("Ann", "/meetings/MEETING/items/ITEM"),
    ("Ben", "/meetings/MEETING/items/ITEM/scorecard"),
    ("Ann", "/review/stages/STAGE/conflicts/name/NAMED"),
]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(("name", "path"), READ)
def test_a_page_or_file_of_the_case_is_gone_at_the_next_request(
    panel: Late, client_of: Browser, name: str, path: str, how: How
) -> None:
    browser = client_of(panel[name].person)
    with clock_at(panel.room.now):
        assert browser.get(path_of(panel, path)).status_code == 200
        ties(panel, panel[name].person, how)
        gone = browser.get(path_of(panel, path))
    assert (gone.status_code, NAME in gone.text) == (404, False)


WRITE = [
    ("/review/assignments/CARD/save", {"version": "1", **MARKS, "mark_team": "2"}),
    ("/review/assignments/CARD", {"version": "1", "action": "submit", **MARKS}),
    ("/review/assignments/CARD/notes", {"note-whole": "More.", "notes-version": "1"}),
    ("/meetings/MEETING/items/ITEM/motions", {"text": "Fund it.", "ballot": "open", "majority": "simple"}),
    ("/meetings/MEETING/items/ITEM/notes", {"notes": "Doves.", "version": "0"}),
]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(("path", "sent"), WRITE)
def test_what_is_sent_after_it_is_not_taken(
    panel: Late, client_of: Browser, path: str, sent: dict[str, str], how: How
) -> None:
    browser = client_of(panel["Ann"].person)
    with clock_at(panel.room.now):
        before = client_of(panel["Ben"].person if "MEETING" in path else panel["Ann"].person)
        assert before.post(path_of(panel, path).replace("/save", ""), data=sent).status_code != 404
        ties(panel, panel["Ann"].person, how)
        answer = browser.post(path_of(panel, path), data=sent)
    assert (answer.status_code, NAME in answer.text) == (404, False)
    db.session.rollback()
    tally = queries.stage_scores(panel.by, panel.stage)
    [row] = [one for one in queries.ranked(panel.by, tally, queries.ScoreFilters()).items if one.name == NAME]
    assert (row.assigned, len(row.given)) == (1, 1)


LISTS = ["/", "/review/", "/review/stages/STAGE/grid", "/meetings/MEETING", "/review/stages/STAGE/conflicts"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_it_no_more(panel: Late, client_of: Browser, path: str, how: How) -> None:
    browser = client_of(panel["Ann"].person)
    with clock_at(panel.room.now):
        before = browser.get(path_of(panel, path)).text
        ties(panel, panel["Ann"].person, how)
        after = browser.get(path_of(panel, path)).text
    if path == "/":  # it names no applicant, and counts them
        assert ("Score 2 applications" in before, "Score 1 application:" in after) == (True, True)
    elif path.endswith("conflicts"):  # what they said themselves stands there, in their own words, and in no list
        assert (f"<span>{NAME}" in before, f"<span>{NAME}" in after) == (True, False)
    else:
        assert (NAME in before, NAME in after) == (True, False)


def test_the_live_page_tells_at_once_and_the_minutes_have_nothing_of_it(panel: Late, client_of: Browser) -> None:
    pulse = panel.room.pulse(panel["Ann"].person)
    assert panel.room.sees("Ann") == [f"→ {NAME}", "Tern School"]
    ties(panel, panel["Ann"].person)
    assert panel.room.pulse(panel["Ann"].person) != pulse
    assert (panel.room.is_out("Ann"), panel.room.is_out("Ben")) == (True, False)
    with panel.room.acting():
        meetings.write_notes(panel.by, panel.room.item(panel.dove), "Doves were praised.", 0)
    panel.room.ends()
    seen = {}
    with clock_at(panel.room.now):
        for who in (panel["Ann"].person, panel.officer):
            seen[who.name] = client_of(who).get(path_of(panel, "/meetings/MEETING/minutes")).text
    assert [NAME in seen[name] for name in ("Ann", "Maya Rivera")] == [False, True]
    assert ["Doves were praised" in seen[name] for name in ("Ann", "Maya Rivera")] == [False, True]


def test_no_mail_afterwards_speaks_of_it_or_counts_it(panel: Late) -> None:
    def mails() -> list[tuple[str, str]]:
        db.session.rollback()
        hers = select(Message).where(Message.to_name == "Ann").order_by(Message.id)
        return [(one.template, one.body) for one in db.session.scalars(hers)]

    with clock_at(make.DUE - timedelta(days=7)):
        remind_reviewers()
    assert "2 of your 2 scorecards" in mails()[-1][1]
    ties(panel, panel["Ann"].person)
    before = len(mails())
    with clock_at(make.DUE - timedelta(days=1)):
        remind_reviewers()
        run_due()
    after = mails()[before:]
    assert [template for template, _ in after] == ["review.due"]
    assert ("Your scorecard for Launch grant" in after[0][1], NAME in after[0][1]) == (True, False)


OFFICERS = [
    "/cases/CASE",
    "/review/stages/STAGE/scores/DOVE",
    "/review/stages/STAGE/applications/DOVE/reviewers",
    "/meetings/MEETING/items/ITEM",
]


# Who belongs to a school reads its own case, as the school does.
@pytest.mark.parametrize(
    ("path", "how"), [(path, how) for path in OFFICERS for how in HOW if (path, how) != (OFFICERS[0], HOW[1])]
)
def test_an_officer_too_finds_it_gone(panel: Late, client_of: Browser, path: str, how: How) -> None:
    browser = client_of(panel.mona)
    with clock_at(panel.room.now):
        assert browser.get(path_of(panel, path)).status_code == 200
        ties(panel, panel.mona, how)
        gone = browser.get(path_of(panel, path))
    assert (gone.status_code, NAME in gone.text) == (404, False)


OFFICERS_LISTS = [
    "/review/stages/STAGE/scores",
    "/review/stages/STAGE/panel",
    "/review/stages/STAGE/conflicts/all",
    "/cases",
    "/cases?q=dove",
]


@pytest.mark.parametrize("path", OFFICERS_LISTS)
def test_and_in_none_of_their_lists(panel: Late, client_of: Browser, path: str) -> None:
    with unit_of_work():
        services.note_conflict(panel.by, panel.dove.case, panel["Ben"].person, "A cousin.")
    browser = client_of(panel.mona)
    with clock_at(panel.room.now):
        before = browser.get(path_of(panel, path))
        ties(panel, panel.mona)
        after = browser.get(path_of(panel, path))
    assert (before.status_code, after.status_code) == (200, 200)
    assert (NAME in before.text, NAME in after.text) == (True, False)
