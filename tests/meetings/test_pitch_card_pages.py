"""The pages on which a pitch is scored, and those on which it is read, as a browser without scripts meets them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.meetings import queries
from grants.persistence.session import db, unit_of_work
from grants.review import queries as review
from grants.review.models import PanelMember
from grants.review.pitch_models import PitchCard, PitchMark
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.review import COUNTED
from tests.meetings.conftest import Met
from tests.meetings.story import Room
from tests.meetings.test_pages import Browser, text_of
from tests.meetings.test_pitch_cards import met


@pytest.fixture
def pitching(begin: Begin) -> Met:
    return begin(met, pitch=COUNTED)


def card_url(room: Room) -> str:
    panel = room.panel
    return f"/meetings/{room.meeting_id}/items/{room.item(panel.auk).public_id}/pitch-card"  # type: ignore[attr-defined]


MARKS = {"mark_answers": "4", "mark_team_speaks": "3", "mark_principal": "yes"}


def test_a_member_scores_from_the_meetings_page(pitching: Met, client_of: Browser) -> None:
    room = Room.running(pitching, pitching.auk, pitching.tern, kind="pitch")
    room.opens(pitching.auk)
    ann, url = client_of(pitching["Ann"].person), card_url(room)
    meeting = f"/meetings/{room.meeting_id}"
    with clock_at(room.now):
        page = ann.get(meeting)
        assert ("Score this pitch" in page.text, "My scores of the pitches" in page.text) == (True, True)
        page = ann.get(url)
        assert "Answers the panel’s questions" in page.text
        assert "Goal sheets." in page.text  # what they handed in stands beside it
        missing = ann.post(url, data={"version": "0", "mark_answers": "1", "action": "submit"})
        assert missing.status_code == 422
        assert "“The whole team speaks” has no answer yet" in missing.text
        assert "Say why, for “Answers the panel’s questions”." in missing.text
        kept = ann.post(f"{url}/save", data={"version": "1", **MARKS, "why_answers": "Plainly."})
        assert (kept.status_code, "73.3" in kept.text, 'value="2"' in kept.text) == (200, True, True)
        stale = ann.post(f"{url}/save", data={"version": "1", "mark_answers": "2"})
        assert (stale.status_code, "another window" in stale.text, "See both" in stale.text) == (409, True, True)
        both = ann.post(url, data={"version": "1", "mark_answers": "2", "action": "save"})
        assert both.status_code == 409
        assert "Saved from the other window" in both.text
        done = ann.post(url, data={"version": "2", **MARKS, "why_answers": "Plainly.", "action": "submit"})
        assert done.location.endswith(meeting)
        assert "Mean 73.3 , 1 card" in text_of(ann.get(meeting))
        locked = ann.get(url)
        assert ("Take it back" in locked.text, 'name="mark_answers"' in locked.text) == (True, False)
        again = ann.post(f"{url}/again")
        assert again.location.endswith(url)
        assert 'name="mark_answers"' in ann.get(url).text


def test_staff_see_who_is_still_scoring_and_members_how_many(pitching: Met, client_of: Browser) -> None:
    room = Room.running(pitching, pitching.auk, pitching.tern, kind="pitch")
    room.opens(pitching.auk)
    room.scores("Ann", pitching.auk)
    room.opens(pitching.tern)
    room.closes(pitching.tern)
    meeting = f"/meetings/{room.meeting_id}"
    with clock_at(room.now):
        page = text_of(client_of(pitching.officer).get(meeting))
        assert "Auk School Done 1 card, still scoring: Ben, Cleo" in page
        assert "Tern School Done 0 cards, still scoring: Ann, Cleo" in page  # Ben is out for it
        assert "Cards on 2 pitches are still missing" in client_of(pitching.officer).get(meeting).text
        members = text_of(client_of(pitching["Cleo"].person).get(meeting))
        assert "still scoring: " not in members
    room.opens(pitching.auk)
    with clock_at(room.now):
        assert "1 card submitted; 2 still scoring." in text_of(client_of(pitching["Cleo"].person).get(meeting))


def test_what_is_wrong_is_kept_and_said(pitching: Met, client_of: Browser) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    ann, url = client_of(pitching["Ann"].person), card_url(room)
    with clock_at(room.now):
        wrong = ann.post(url, data={"version": "0", "mark_answers": "9", "why_answers": "Typed.", "action": "save"})
        assert (wrong.status_code, "Typed." in wrong.text) == (422, True)
        assert "Choose a mark from 1 to 5." in wrong.text
        long = ann.post(f"{url}/save", data={"version": "0", "comment": "x" * 20_001})
        assert long.status_code == 422
        assert "Not saved" in long.text
    assert db.session.scalar(select(PitchCard.id)) is None


def test_who_is_out_or_no_member_finds_no_card(pitching: Met, client_of: Browser) -> None:
    room = Room.running(pitching, pitching.tern, pitching.auk, kind="pitch")
    room.opens(pitching.tern)
    url = f"/meetings/{room.meeting_id}/items/{room.item(pitching.tern).public_id}/pitch-card"
    ben, officer = client_of(pitching["Ben"].person), client_of(pitching.officer)
    with clock_at(room.now):
        for path in (url, f"{url}/save", f"{url}/again"):
            assert ben.post(path, data={"version": "0", **MARKS}).status_code == 404
        assert ben.get(url).status_code == 404
        assert officer.get(url).status_code == 403
        assert ben.get(card_url(room)).status_code == 200  # not begun: it says so
        assert "This pitch has not begun." in ben.get(card_url(room)).text


def test_an_officer_reads_both_parts_and_opens_a_card_again(pitching: Met, client_of: Browser) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    room.scores("Ann", pitching.auk)
    room.scores("Ben", pitching.auk, answers=1)
    room.ends()
    officer, stage = client_of(pitching.officer), pitching.stage.public_id
    with clock_at(room.now):
        listed = text_of(officer.get(f"/review/stages/{stage}/scores"))
        assert "Written Pitch Together" in listed
        assert "1 Auk School" in listed
        assert "no score of it" in listed
        page = officer.get(f"/review/stages/{stage}/scores/{pitching.auk.public_id}")
        # 0.6 · 75 + 0.4 · (73.3333 + 33.3333) / 2 = 45 + 21.3333
        assert "75.0 in writing, 53.3 at its pitch, together 66.3" in text_of(page)
        assert "They did not." in page.text
        found = db.session.scalars(select(PitchCard).order_by(PitchCard.id)).first()
        assert found is not None
        reopen = f"/meetings/{room.meeting_id}/pitch-cards/{found.public_id}/reopen"
        assert reopen in page.text
        assert officer.post(reopen, data={"reason": " "}).status_code == 422
        assert officer.post(reopen, data={"reason": "Misheard."}).location.endswith(pitching.auk.public_id)
        assert "Opened again" in client_of(pitching["Ann"].person).get(card_url(room)).text
        assert client_of(pitching["Ann"].person).get(reopen).status_code == 403


def test_a_stage_without_a_pitch_shows_nothing_new(panel: Met, client_of: Browser) -> None:
    officer, stage = client_of(panel.officer), panel.stage.public_id
    page = officer.get(f"/review/stages/{stage}/scores").text
    assert [word in page for word in ("Together", "pitch", "Pitch")] == [False, False, False]
    assert officer.post(f"/review/stages/{stage}/scores/pitches").status_code == 404


def test_minutes_tell_what_a_pitch_was_given_to_those_who_were_there(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, pitching.tern, kind="pitch")
    room.opens(pitching.auk)
    room.scores("Ann", pitching.auk)
    room.scores("Ben", pitching.auk, answers=2)
    room.opens(pitching.tern)
    room.scores("Cleo", pitching.tern)
    room.ends()

    def pitched(name: str) -> list[Any]:
        db.session.rollback()
        facts = queries.minutes_facts(room.by(name), room.meeting(name))
        tables = [one["table"] for one in facts["body"] if isinstance(one, dict) and "table" in one]
        return [one["rows"] for one in tables if one["caption"] == "The pitch, of 100"]

    auk, tern = [["Ann", "73.3"], ["Ben", "46.7"]], [["Cleo", "73.3"]]
    assert pitched("the officer") == [auk, tern]
    assert pitched("Ann") == [auk, tern]
    assert pitched("Ben") == [auk]


def test_statements_do_not_grow_with_pitches(pitching: Met, statements: Callable[[], Any]) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    room.scores("Ann", pitching.auk)

    def count() -> int:
        db.session.expire_all()
        with statements() as seen:
            scores = review.stage_scores(pitching.by, pitching.stage)
            page = review.ranked(pitching.by, scores, review.ScoreFilters())
            review.set_aside_among(pitching.by, [one.application_id for one in page.items])
        return len(seen)

    few = count()
    with unit_of_work():
        members = db.session.scalars(select(PanelMember).where(PanelMember.stage_id == pitching.stage.id)).all()
        for number in range(29):
            application = make.submitted(pitching.stage, f"School {number}")
            for member in members:
                make.scored(make.assigned(member, application))
                pitched(application, member)
    assert count() == few
    rows = pitching.scores().rows
    assert {one.pitch.mean for one in rows if one.pitch} == {Decimal(60), Decimal("73.3333"), None}


def pitched(application: Any, member: PanelMember) -> None:
    card = PitchCard(
        application_id=application.id,
        reviewer_id=member.person_id,
        pitched_in="x" * 20,
        total=Decimal(60),
        state="submitted",
        version=1,
        saved_at=make.REVIEWING,
        submitted_at=make.REVIEWING,
    )
    card.marks = [PitchMark(criterion=key, value=3) for key in ("answers", "team_speaks")]
    db.session.add(card)
    db.session.flush()
