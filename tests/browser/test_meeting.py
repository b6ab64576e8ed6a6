"""A meeting in three windows: the chair leads, a member votes, one who has a conflict is out and back in."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from grants.applications.models import Application
from grants.meetings import queries, services
from grants.meetings.ballots import Choice
from grants.persistence.session import db
from tests.browser.house import faults
from tests.meetings.conftest import Met, panel  # noqa: F401 - a fixture
from tests.meetings.story import Room

pytestmark = pytest.mark.browser
OpenAs = Callable[..., Page]


def now_up(page: Page, what: str) -> None:
    """The page shows it by itself."""
    expect(page.locator(".now-next-then .now b")).to_have_text(what)


def press(page: Page, name: str) -> None:
    """Press a button by keyboard alone."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def confirm(page: Page, name: str) -> None:
    press(page, name)
    page.get_by_role("dialog").get_by_role("button", name=name).press("Enter")


def test_a_meeting_in_three_windows(app: Flask, panel: Met, open_as: OpenAs) -> None:  # noqa: F811 - the fixture
    room = Room.planned(panel, panel.auk, panel.heron, panel.tern)
    room.invites()
    url = f"/meetings/{room.meeting_id}"
    chair = open_as(panel.officer, url)
    ann, ben = (open_as(panel[name].person, url) for name in ("Ann", "Ben"))
    expect(ann.get_by_role("heading", name="The meeting has not begun")).to_be_visible()
    assert [faults(one) for one in (chair, ann, ben)] == [[], [], []]

    # The chair starts it; the others' pages follow, and they come in.
    press(chair, "Start the meeting")
    for page in (ann, ben):
        expect(page.get_by_role("button", name="Come in")).to_be_visible()
        press(page, "Come in")
        expect(page.get_by_text("You are in the room and vote.")).to_be_visible()
    room.joins("Cleo")

    # What is up shows to everybody at once, with the scores, and whom one sits with.
    press(chair, "Open the next")
    for page in (chair, ann, ben):
        now_up(page, "Auk School")
    expect(ann.locator("#live")).to_contain_text("Mean 75.0")
    expect(ann.locator("[data-part=room]")).to_contain_text("Ben")

    # Tern is up: Ben is out, and his page holds no word of it.
    press(chair, "Close, and open the next")
    now_up(ben, "Heron School")
    press(chair, "Close, and open the next")
    now_up(ann, "Tern School")
    expect(ben.get_by_role("heading", name="You are out of the room until about 10:00 am: 1 item.")).to_be_visible()
    assert "Tern" not in ben.content()
    expect(ann.locator("[data-part=room]")).to_contain_text("Out of the room")
    assert [faults(one) for one in (chair, ann, ben)] == [[], [], []]

    # A motion is carried by secret ballot, with a quorum of those who are in.
    ann.get_by_text("Move something").click()
    ann.get_by_label("Motion", exact=True).fill("Recommend an award.")
    ann.get_by_label("Vote", exact=True).select_option("Secret")
    press(ann, "Move")
    expect(chair.get_by_text("0 of 2 who may vote have voted")).to_be_visible()
    press(ann, "For")
    expect(ann.get_by_text("You have voted; only the browser you voted in knows what")).to_be_visible()
    press(ann, "Against")
    press(ann, "For")
    _cleo_votes(room, panel.tern)
    expect(chair.get_by_text("2 of 2 who may vote have voted")).to_be_visible()
    confirm(chair, "Count the votes")
    expect(ann.get_by_text("2 for, none against.")).to_be_visible()

    # What was said to one goes with the line that it was said of.
    expect(ann.get_by_text("Your vote is given.")).to_be_visible()

    # The notes save themselves, while the page follows; Ben is back by himself once it is closed.
    chair.get_by_label("Notes for the minutes").fill("A strong team.")
    expect(chair.get_by_text("Saved.", exact=True)).to_be_visible()
    press(chair, "Close")
    expect(ben.get_by_role("heading", name="The agenda is done")).to_be_visible()
    expect(ben.locator(".now-next-then")).not_to_contain_text("Closed to you")
    expect(ann.get_by_text("Your vote is given.")).to_have_count(0)
    expect(ben.locator("[data-part=agenda]")).to_contain_text("Closed to you")
    assert "Tern" not in ben.content()
    db.session.rollback()
    assert room.item(panel.tern).notes == "A strong team."
    confirm(chair, "End the meeting")
    expect(ann.get_by_role("link", name="Minutes")).to_be_visible()


def _cleo_votes(room: Room, application: Application) -> None:
    db.session.rollback()
    motion = queries.open_motion(room.item(application))
    assert motion is not None
    public_id = motion.public_id
    with room.acting():
        cleo = room.by("Cleo")
        services.vote(cleo, queries.motion_for(cleo, room.meeting("Cleo"), public_id), Choice.YES)
