"""The minutes: everything that happened, in a PDF; for who was out of the room, everything but that."""

import re
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from grants.applications.models import CoachedSection
from grants.background.models import Job
from grants.background.runner import run_due
from grants.casework.files import read
from grants.casework.models import StoredFile
from grants.kernel.clock import clock_at
from grants.kernel.errors import Missing
from grants.meetings import queries, services
from grants.meetings.ballots import Ballot, Choice
from grants.meetings.jobs import make_minutes
from grants.people.models import CoachInvitation
from grants.persistence.session import db, unit_of_work
from grants.review import services as review
from grants.review.models import Conflict
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import join
from tests.factories.review import COUNTED
from tests.meetings.conftest import Met
from tests.meetings.story import PLANNING, Room
from tests.meetings.test_motions import counts, motion_of, moves, votes
from tests.meetings.test_pitch_cards import met as pitched
from tests.meetings.test_revising import revises
from tests.review.story import LATER, Panel
from tests.review.test_belonging import coach
from tests.review.test_tallies import opens_the_draft


def met(panel: Met) -> Room:
    """A whole meeting: Auk discussed, Tern revised and voted on while Ben is out, Heron deferred."""
    room = Room.running(panel, panel.auk, panel.tern, panel.heron)
    room.opens(panel.auk)
    open_vote = moves(room, "Ann", panel.auk)
    votes(room, "Ann", open_vote, Choice.YES)
    votes(room, "Ben", open_vote, Choice.NO)
    votes(room, "Cleo", open_vote, Choice.YES)
    counts(room, open_vote)
    room.opens(panel.tern)
    revises(room, "Cleo", panel.tern, "The pilot convinced me.", competency=4, team=4)
    with room.acting():
        services.write_notes(panel.by, room.item(panel.tern), "A strong team.\n\nThe budget is thin.", 0)
        services.agree_on(panel.by, room.item(panel.tern), "Ask for the budget.", panel["Ann"].person.public_id, None)
    secret = moves(room, "Cleo", panel.tern, Ballot.SECRET)
    with room.acting():
        services.second(panel["Ann"].by, motion_of(room, "Ann", secret))
    votes(room, "Ann", secret, Choice.YES)
    votes(room, "Cleo", secret, Choice.YES)
    counts(room, secret)
    room.closes(panel.tern)
    with room.acting():
        services.defer(panel.by, room.item(panel.heron))
        services.close(panel.by, room.meeting())
    return room


def pdf_for(room: Room, name: str) -> tuple[str, bytes]:
    """The text and the bytes of the PDF somebody is handed."""
    with room.acting():
        services.ask_for_minutes(room.by(name), room.meeting(name))
    with clock_at(room.now):
        run_due()
    db.session.rollback()
    meeting = room.meeting(name)
    facts = queries.minutes_facts(room.by(name), meeting)
    made = queries.minutes_made(meeting, queries.minutes_name(facts))
    assert made is not None
    content = read(queries.minutes_for(room.by(name), meeting, made.public_id).file)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()), content


def test_the_minutes_say_what_happened(panel: Met) -> None:
    room = met(panel)
    text, content = pdf_for(room, "the officer")
    for said in (
        "Minutes: Panel meeting",
        "Voting members present Ann, Ben, Cleo",
        "Tern School, planned for 9:",
        "Discussed. Out of the room (conflict of interest, or not declared yet): Ben.",
        "A strong team.",
        "Cleo revised their scorecard: The pilot convinced me.",
        "Cleo moved, seconded by Ann: “Recommend an award.” Carried: 2 for, none against (secret ballot; 2 voting",
        "Ann moved: “Recommend an award.” Carried: 2 for, 1 against (open vote; 3 voting members in the room,",
        "For: Ann, Cleo. Against: Ben.",
        "Ask for the budget. Ann",
        "Deferred.",
    ):
        assert said in text
    assert "Cleo 56.3 93.8" in text
    name = queries.minutes_name(queries.minutes_facts(panel.by, room.meeting()))
    assert re.findall(r"Fingerprint of these minutes: (\w+)", text) == [name[:12]]
    document = PdfReader(BytesIO(content))
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert document.metadata is not None
    assert document.metadata.title == "Minutes: Panel meeting"


@pytest.mark.parametrize(("title", "reference"), [("Panel call", "{}, Panel call"), ("{}: panel", "{}: panel")])
def test_the_reference_names_the_stage_once(panel: Met, title: str, reference: str) -> None:
    stage = panel.stage.title
    room = Room.running(panel, panel.auk)
    with unit_of_work():
        room.meeting().title = title.format(stage)
    assert queries.minutes_facts(panel.by, room.meeting())["reference"] == reference.format(stage)


def test_nobody_is_out_of_the_room_for_what_was_not_discussed(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.tern)
    room.opens(panel.auk)
    room.closes(panel.auk)

    def said_of_tern() -> list[Any]:
        body = queries.minutes_facts(panel.by, room.meeting())["body"]
        titles = [number for number, block in enumerate(body) if isinstance(block, dict) and "heading" in block]
        [begins] = [number for number in titles if body[number]["heading"].startswith("Tern School")]
        return [block for block in body[begins + 1 :] if isinstance(block, str)]

    assert said_of_tern() == ["Not discussed."]
    with room.acting():
        services.defer(panel.by, room.item(panel.tern))
    assert said_of_tern() == ["Deferred."]
    room.opens(panel.tern)
    assert said_of_tern() == [
        "Being discussed. Out of the room (conflict of interest, or not declared yet): Ben.",
    ]


def said_to_be_out(room: Room) -> str:
    """What the minutes say of the only line they have after how it went."""
    db.session.rollback()
    return str(queries.minutes_facts(room.panel.by, room.meeting())["body"][1]).removeprefix("Discussed.").strip()


BEN = "Out of the room (conflict of interest, or not declared yet): Ben."
A_DAY = 24 * 60


def test_nobody_was_out_for_what_came_to_be_a_day_later(panel: Met) -> None:
    """Ben moved; then he has a conflict, belongs to the school, and is on the panel no more."""
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ben", panel.auk)
    with room.acting():
        services.join(panel.by, room.meeting())  # who sits in is asked about no applicant
        services.withdraw(panel.by, motion_of(room, "the officer", motion))
    room.ends()
    assert said_to_be_out(room) == ""
    with room.acting(A_DAY):
        conflict = review.declare_conflict(panel["Ben"].by, panel.auk.case, "They have offered me a post since.")
        number = conflict.id
    assert (said_to_be_out(room), room.sees("Ben")) == ("", ["Closed to you"])
    with room.acting():
        review.lift_conflict(panel.by, db.session.get_one(Conflict, number), "They withdrew it.")
        review.leave_panel(panel["Ben"].by, panel.stage, "I am moving away.")
    assert said_to_be_out(room) == ""
    with room.acting():
        join(panel["Ben"].person, db.session.merge(panel.auk).case.organization)
    assert said_to_be_out(room) == ""


def test_who_was_out_stays_so_whatever_is_lifted_later(panel: Met) -> None:
    """Ben was out for Tern; Cleo, who says so in the middle, from then on."""
    room = Room.running(panel, panel.tern)
    room.opens(panel.tern)
    assert said_to_be_out(room) == f"Being discussed. {BEN}"
    with room.acting():
        review.declare_conflict(panel["Cleo"].by, panel.tern.case, "I know the principal.")
    room.ends()
    both = BEN.replace("Ben.", "Ben, Cleo.")
    assert said_to_be_out(room) == both
    with room.acting(A_DAY):
        for one in db.session.scalars(select(Conflict)).all():
            review.lift_conflict(panel.by, one, "It is over.")
    assert said_to_be_out(room) == both


def test_a_conflict_that_was_lifted_before_kept_nobody_out(panel: Met) -> None:
    with clock_at(PLANNING), unit_of_work():
        review.lift_conflict(panel.by, db.session.scalars(select(Conflict)).one(), "She left the school.")
    room = Room.running(panel, panel.tern)
    room.opens(panel.tern)
    room.ends()
    assert said_to_be_out(room) == ""


def test_who_was_not_asked_about_an_applicant_yet_was_out_and_nobody_is_asked_anew_about_what_is_sent_again(
    panel: Met,
) -> None:
    with clock_at(PLANNING), unit_of_work():
        make.resubmit(db.session.merge(panel.auk), PLANNING, {"vision": "Better."})
    late = panel.application_of("Wren School", at=LATER)
    for name in ("Ann", "Ben"):
        panel[name].declares(at=LATER)
    elsewhere = Panel.of()  # what Cleo declared for another panel says nothing of this one
    elsewhere.add(panel["Cleo"].person).declares(at=PLANNING)
    said = []
    for one in (panel.auk, late):
        room = Room.running(panel, one)
        room.opens(one)
        room.ends()
        said.append(said_to_be_out(room))
    assert said == ["", BEN.replace("Ben", "Cleo")]
    assert [room.sees(name) for name in ("Ann", "Cleo")] == [["Wren School"], ["Closed to you"]]


def test_who_coached_a_school_in_those_days_was_out(panel: Met) -> None:
    """Nobody looked for ties when they came to be: nothing was noted, and it kept them out all the same."""
    with unit_of_work():
        coaches = coach(panel["Ann"].person, panel.auk.case.organization).id
    opens_the_draft(panel["Cleo"], panel.auk)
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    room.ends()
    both, cleo = BEN.replace("Ben", "Ann, Cleo"), BEN.replace("Ben", "Cleo")
    assert said_to_be_out(room) == both
    with room.acting(A_DAY):
        for one in db.session.scalars(select(CoachInvitation)):
            one.ended_at = room.now
    assert said_to_be_out(room) == both
    with unit_of_work():
        db.session.get_one(CoachInvitation, coaches).accepted_at = room.now
    assert said_to_be_out(room) == cleo
    with unit_of_work():
        for one in db.session.scalars(select(CoachInvitation)):
            one.ended_at = PLANNING
    assert said_to_be_out(room) == cleo
    with unit_of_work():
        db.session.scalars(select(CoachedSection)).one().opened_at = room.now
    assert said_to_be_out(room) == ""


def tables(room: Room, name: str) -> list[list[str]]:
    """The first cells of each table in the minutes as somebody reads them: its rows, then the sum below."""
    db.session.rollback()
    body = queries.minutes_facts(room.by(name), room.meeting(name))["body"]
    found = [block["table"] for block in body if isinstance(block, dict) and "table" in block]
    return [[row[0] for row in [*one["rows"], one["total"]]] for one in found]


def test_who_has_to_hand_a_scorecard_in_reads_no_scores_of_it_in_the_minutes_before(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    room.ends()
    assert tables(room, "Ben") == [["Ann", "Ben", "Mean"]]
    with room.acting():
        review.reopen_scorecard(panel.by, panel["Ben"].assignment(panel.auk), "Look at the team again.")
    assert tables(room, "Ben") == []
    assert [tables(room, name) for name in ("Ann", "the officer")] == [[["Ann", "Mean"]]] * 2
    panel["Ben"].submits(panel.auk)
    assert tables(room, "Ben") == [["Ann", "Ben", "Mean"]]


def test_a_chair_who_scores_pitches_reads_none_of_what_others_gave_before(begin: Begin) -> None:
    """Who leads a meeting reads its minutes while it goes on."""
    panel = begin(pitched, pitch=COUNTED)
    room = Room.running(panel, panel.auk, kind="pitch", chair=panel["Ann"].person)
    room.opens(panel.auk)
    room.scores("Ben", panel.auk)
    written = ["Ann", "Ben", "Mean"]
    assert (tables(room, "Ann"), tables(room, "the officer")) == ([written], [written, ["Ben", "Mean"]])
    room.scores("Ann", panel.auk)
    assert tables(room, "Ann") == [written, ["Ann", "Ben", "Mean"]]


def test_who_was_out_gets_minutes_without_that(panel: Met) -> None:
    room = met(panel)
    text, _ = pdf_for(room, "Ben")
    for hidden in ("Tern", "strong team", "convinced", "budget", "secret", "Ended"):
        assert hidden not in text
    assert "Auk School" in text
    assert "What you were out of the room for is left out." in text
    officer = queries.minutes_facts(panel.by, room.meeting())
    whole = queries.minutes_made(room.meeting(), queries.minutes_name(officer))
    assert whole is None
    pdf_for(room, "the officer")
    officers = queries.minutes_made(room.meeting(), queries.minutes_name(officer))
    assert officers is not None
    with pytest.raises(Missing):
        queries.minutes_for(panel["Ben"].by, room.meeting("Ben"), officers.public_id)


def test_two_worlds_that_differ_in_what_one_was_out_for_give_the_same_minutes(panel: Met) -> None:
    room = met(panel)
    ben, meeting = panel["Ben"].by, room.meeting("Ben")
    before = queries.minutes_name(queries.minutes_facts(ben, meeting))
    with room.acting():
        services.write_notes(panel.by, room.item(panel.tern), "Quite otherwise.", 1)
        services.agree_on(panel.by, room.item(panel.tern), "Decline.", panel["Cleo"].person.public_id, None)
    assert queries.minutes_name(queries.minutes_facts(ben, room.meeting("Ben"))) == before
    assert queries.minutes_name(queries.minutes_facts(panel.by, room.meeting())) != before


def test_the_same_minutes_are_made_once_and_changed_ones_are_another_version(panel: Met, client_of: Any) -> None:
    room = met(panel)
    url, browser = f"/meetings/{room.meeting_id}/minutes", client_of(panel.officer)
    with clock_at(room.now):
        assert "Make the PDF" in browser.get(url).text
        for _ in range(2):
            assert browser.post(url).status_code == 302
        assert "is being made" in browser.get(url).text
        run_due()
        page = browser.get(url)
        link = page.text.split(f'href="{url}/')[1].split('"')[0]
        assert browser.get(f"{url}/{link}").data[:5] == b"%PDF-"
    with room.acting():
        services.write_notes(panel.by, room.item(panel.auk), "Corrected.", 0)
    with clock_at(room.now):
        later = browser.get(url)
        assert "Make the PDF" in later.text
        assert "Earlier versions" in later.text
        assert browser.get(f"{url}/{link}").status_code == 200
        assert client_of(panel["Ben"].person).get(f"{url}/{link}").status_code == 404


def test_members_are_not_told_who_was_out_and_wait_for_the_end(panel: Met, client_of: Any) -> None:
    room = Room.running(panel, panel.tern)
    room.opens(panel.tern)
    cleo, url = client_of(panel["Cleo"].person), f"/meetings/{room.meeting_id}/minutes"
    with clock_at(room.now):
        assert cleo.get(url).status_code == 403
    room.closes(panel.tern)
    with unit_of_work():
        services.close(panel.by, room.meeting())
    with clock_at(room.now):
        page = cleo.get(url)
        assert "Out of the room (conflict of interest, or not declared yet): 1 of those present." in page.text
        assert "56.3" in page.text


def test_a_pdf_that_failed_says_so_and_made_twice_is_one(panel: Met, client_of: Any) -> None:
    room = met(panel)
    with room.acting():
        job = services.ask_for_minutes(panel.by, room.meeting())
        assert job is not None
        number, args = job.id, job.args
    url, browser = f"/meetings/{room.meeting_id}/minutes", client_of(panel.officer)
    for state, said in (("queued", "The PDF is being made"), ("failed", "The PDF could not be made")):
        with unit_of_work():
            db.session.get_one(Job, number).state = state
        assert said in browser.get(url).text
    with clock_at(room.now):
        make_minutes(**args)
        before = db.session.scalar(select(func.count()).select_from(StoredFile))
        make_minutes(**args)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == before
    assert "Download the PDF" in browser.get(url).text
