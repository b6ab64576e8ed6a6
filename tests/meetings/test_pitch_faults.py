"""What goes wrong around a pitch: the last instant, twice, at once, late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from grants.applications import services as applications
from grants.background.runner import run_due
from grants.casework import files
from grants.casework.audit_trail import AuditFilters, audit_records
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Problem
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.meetings.jobs import remind_of_pitches
from grants.meetings.pitch_models import PitchSlides, PitchSlot
from grants.meetings.pitch_rules import MOST_PRESENTERS, faults_of_names, names_in, over_shortlist, slides_due
from grants.meetings.states import SLOT, SlotFacts, SlotState
from grants.meetings.todos import todos
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.programs.schema import Pitch
from grants.review import services as review
from tests.factories.people import actor, person
from tests.meetings.pitch_story import DUE, PDF, PDF_TYPE, Pitching
from tests.meetings.story import MEETING

SECOND = timedelta(seconds=1)
ZONE = "America/Los_Angeles"


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_move_of_a_slot_by_its_table() -> None:
    table = {
        (source, move.name): str(move.target)
        for move in SLOT.moves
        for source in ((move.source,) if isinstance(move.source, str) else move.source)
    }
    S = SlotState  # noqa: N806 - as the table reads
    assert table == {
        (S.PLANNED, "invite"): "invited",
        (S.INVITED, "confirm"): "confirmed",
        (S.ASKED, "confirm"): "confirmed",
        (S.DECLINED, "confirm"): "confirmed",
        (S.INVITED, "ask"): "asked",
        (S.CONFIRMED, "ask"): "asked",
        (S.ASKED, "ask"): "asked",
        (S.DECLINED, "ask"): "asked",
        (S.INVITED, "decline"): "declined",
        (S.CONFIRMED, "decline"): "declined",
        (S.ASKED, "decline"): "declined",
        (S.INVITED, "move"): "invited",
        (S.CONFIRMED, "move"): "invited",
        (S.ASKED, "move"): "invited",
        (S.ASKED, "keep"): "invited",
        **{(one, "call off"): "cancelled" for one in S if one != S.CANCELLED},
    }


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (SlotFacts(has_begun=True), "This slot has begun, so its time stands."),
        (SlotFacts(is_over=True), "This pitch is over."),
        (SlotFacts(takes_part=False), "This application takes no part in the review any more."),
    ],
)
def test_why_a_slot_is_not_moved(facts: SlotFacts, why: str) -> None:
    officer = Actor(1, "Maya", roles=frozenset())
    for move in SLOT.moves:
        if move.name != "call off":
            assert move.guard is not None
            assert move.guard(facts) == why
    assert officer.name == "Maya"


@given(st.integers(0, 4 * 365 * 24 * 60), st.integers(0, 60))
def test_slides_are_never_due_after_the_slot_nor_more_than_a_day_off_the_rule(minutes: int, days: int) -> None:
    starts = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    pitch = Pitch.model_validate({"rubric": "pitch", "slides_due": f"{days} days before"})
    due = slides_due(pitch, starts, ZONE)
    assert due <= starts
    assert starts - due <= timedelta(days=days + 1, hours=8)
    assert slides_due(Pitch.model_validate({"rubric": "pitch"}), starts, ZONE) == starts


@given(st.integers(1, 50), st.integers(0, 80))
def test_a_shortlist_has_as_many_places_as_it_says(most: int, pitching: int) -> None:
    assert (over_shortlist(most, pitching) is None) == (pitching <= most)
    assert over_shortlist(None, pitching) is None


@given(st.lists(st.text("abc ,\n", max_size=20), max_size=12))
def test_names_are_plain_and_each_there_once(parts: list[str]) -> None:
    names = names_in("\n".join(parts))
    assert len(set(names)) == len(names)
    assert all(one == " ".join(one.split()) and one and "," not in one for one in names)
    assert (faults_of_names(names) is None) == (len(names) <= MOST_PRESENTERS)


# ── slides, to the second ────────────────────────────────────────────────────────────────────────────────────────────


def test_slides_count_to_the_last_instant(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    assert queries.slides_deadline(panel.slot("Auk")).at == DUE
    panel.uploads("Auk", "early.pdf", at=DUE - SECOND)
    panel.uploads("Auk", "in time.pdf", at=DUE)
    with pytest.raises(
        Clash, match=r"Slides were due Sunday 17 April 2016, 5:00 pm Pacific\. Ask your program officer"
    ):
        panel.uploads("Auk", "late.pdf", at=DUE + SECOND)
    assert [one.file.name for one in queries.slides_of(panel.slot("Auk"))] == ["in time.pdf", "early.pdf"]


def test_one_slot_is_given_more_time_and_no_other(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    panel.invites(panel.plans())
    until = DUE + timedelta(days=1)
    for wrong in (None, DUE, MEETING + timedelta(days=1)):
        with pytest.raises(Invalid), panel.acting():
            services.give_more_time(panel.by, panel.slot("Auk"), wrong, "Their power was out.")
    with pytest.raises(Invalid, match="Say why"), panel.acting():
        services.give_more_time(panel.by, panel.slot("Auk"), until, " ")
    with panel.acting(DUE + SECOND):
        services.give_more_time(panel.by, panel.slot("Auk"), until, "Their power was out.")
    panel.uploads("Auk", at=until)
    with pytest.raises(Clash):
        panel.uploads("Heron", at=DUE + SECOND)
    with pytest.raises(Clash):
        panel.uploads("Auk", at=until + SECOND)
    assert set(panel.told("pitch.more_time")) == panel.writers("Auk")


def test_who_does_not_come_hands_no_slides_in(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    with panel.acting():
        services.decline(panel.schools["Auk"].as_lead, panel.own("Auk"), "We found the money elsewhere.")
    with pytest.raises(Clash, match="to which you come"):
        panel.uploads("Auk")
    with panel.acting():
        services.call_off_slot(panel.by, panel.slot("Auk"), "As you asked.")
    with pytest.raises(Clash):
        panel.uploads("Auk")
    with pytest.raises(Clash):
        panel.confirms("Auk")


def test_slides_that_are_there_are_never_changed(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    panel.uploads("Auk")
    with pytest.raises(Exception, match="append-only"), unit_of_work():
        db.session.execute(PitchSlides.__table__.update().values(number=2))
    db.session.rollback()


# ── twice, at once ───────────────────────────────────────────────────────────────────────────────────────────────────


def at_once(app: Flask, at: datetime, *acts: Callable[[], object]) -> list[str]:
    """Each in a thread and a unit of work of its own, all at the same moment; the sentences of those refused."""
    together, refused = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        with app.app_context(), clock_at(at):
            together.wait()
            try:
                with unit_of_work():
                    act()
            except Problem as problem:
                refused.append(problem.sentence)

    db.session.rollback()
    threads = [Thread(target=run, args=[act]) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return refused


def test_confirmed_twice_at_once_is_confirmed_once(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    school, application = panel.schools["Auk"], panel.applications["Auk"].public_id
    editor, lead = school.as_editor, school.as_lead

    def confirm(who: Actor) -> Callable[[], None]:
        return lambda: services.confirm(who, queries.own_slot(who, application), ["Sam Lee"], MEETING)

    assert at_once(app, panel.now, confirm(editor), confirm(lead)) == []
    assert panel.states() == {"Auk": "confirmed"}
    panel.confirms("Auk", "Sam Lee", "Ms. Ortiz")
    assert panel.slot("Auk").presenters == ["Sam Lee", "Ms. Ortiz"]


def test_a_time_that_moves_while_it_is_confirmed_is_confirmed_anew(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    (first, second) = (one.split(" ", 1)[1] for one in panel.times(meeting))
    editor, application = panel.schools[first].as_editor, panel.applications[first].public_id
    officer, meeting_id = panel.by, meeting.public_id
    item_id, other_id = panel.slot(first).item.public_id, panel.slot(second).item.public_id  # type: ignore[union-attr]

    def confirm() -> None:
        services.confirm(editor, queries.own_slot(editor, application), [], MEETING)

    def move() -> None:
        slot = queries.slot_for(officer, queries.meeting_for(officer, meeting_id), item_id)
        services.exchange(officer, slot, other_id)

    refused = at_once(app, panel.now, confirm, move)
    assert refused in ([], ["The time of your pitch has changed meanwhile. Look at the new one, and answer once more."])
    # Whoever came first: the time is another one, and nobody has said yes to it.
    assert panel.states() == {"Auk": "invited", "Heron": "invited"}
    assert panel.own(first).starts_at == MEETING + timedelta(minutes=20)
    with pytest.raises(Clash, match="has changed meanwhile"), panel.acting():
        services.confirm(editor, panel.own(first), [], MEETING)


def test_two_officers_who_plan_at_once_keep_to_the_shortlist(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", pitch={"shortlist": 1})
    officer, stage_id = panel.by, panel.stage.id
    plan, ids = panel.plan(), [panel.applications[name].public_id for name in ("Auk", "Heron")]
    chair = panel.officer.id

    def pitch(application: str) -> Callable[[], object]:
        def make() -> object:
            from grants.people.models import Person
            from grants.programs.models import CycleStage

            stage, person = db.session.get_one(CycleStage, stage_id), db.session.get_one(Person, chair)
            mine = services.Plan(plan.title, plan.starts_at, person, 2)
            return services.plan_pitch(officer, stage, mine, [application], 20)

        return make

    refused = at_once(app, panel.now, *map(pitch, ids))
    assert refused == [
        "The program’s shortlist has 1 place, and 2 would pitch. Leave 1 out, or say why there are more."
    ]
    assert db.session.scalar(select(func.count()).select_from(PitchSlot)) == 1


def test_two_uploads_at_once_are_two_versions(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    editor, application = panel.schools["Auk"].as_editor, panel.applications["Auk"].public_id
    with clock_at(panel.now):
        kept = [files.put(PDF, f"{number}.pdf", PDF_TYPE) for number in (1, 2)]

    def upload(one: files.PutFile) -> Callable[[], object]:
        return lambda: services.keep_slides(editor, queries.own_slot(editor, application), one)

    assert at_once(app, panel.now, *map(upload, kept)) == []
    assert [one.number for one in queries.slides_of(panel.slot("Auk"))] == [2, 1]


# ── reminders ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reminders_come_once_and_stop_when_done(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    panel.invites(panel.plans())
    panel.confirms("Auk")

    def reminded() -> tuple[int, int]:
        return len(panel.told("pitch.unconfirmed")), len(panel.told("pitch.slides_due"))

    def pass_days(first: int, last: int) -> None:
        """The clock asks every hour."""
        at = datetime(2016, 4, first, 7, tzinfo=UTC)
        while at < datetime(2016, 4, last, 7, tzinfo=UTC):
            with clock_at(at):
                remind_of_pitches()
            at += timedelta(hours=6)

    pass_days(13, 14)
    assert reminded() == (0, 0)  # a week ahead, but they were invited today
    pass_days(14, 15)
    assert reminded() == (0, 6)  # slides are due in three days
    assert set(panel.told("pitch.slides_due")) == panel.writers("Auk", "Heron")
    panel.uploads("Auk", at=datetime(2016, 4, 15, 8, tzinfo=UTC))
    pass_days(15, 17)
    assert reminded() == (0, 9)  # tomorrow: Heron alone
    pass_days(17, 18)
    assert reminded() == (3, 9)  # they are due today, and the pitch is in three days: one mail says both
    assert set(panel.told("pitch.unconfirmed")) == panel.writers("Heron")
    panel.confirms("Heron")
    pass_days(18, 23)
    assert reminded() == (3, 9)


def test_the_officer_of_the_case_is_told_what_was_asked_unless_they_may_not_know(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    with panel.acting():
        from grants.casework.services import hand_over

        hand_over(panel.by, panel.applications["Auk"].case, panel.officer)
    panel.invites(panel.plans())
    panel.asks("Auk")
    assert panel.told("pitch.asked") == ["Maya Rivera"]
    sent = db.session.scalars(select(Message).where(Message.template == "pitch.asked")).one()
    assert "We test then." in sent.body
    assert "/slot" in sent.body
    with clock_at(panel.now):
        run_due()


def test_a_conflicted_member_finds_no_slot_and_no_slides(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Tern")
    meeting = panel.plans()
    panel.invites(meeting)
    panel.uploads("Tern")
    panel.uploads("Auk")
    with panel.acting():
        services.invite(panel.by, panel.again(meeting))
    ben = panel["Ben"].by
    found = queries.meeting_for(ben, meeting.public_id)
    assert {one.application_id for one in queries.slots_on(ben, found).values()} == {panel.applications["Auk"].id}
    with pytest.raises(Missing):
        queries.slot_for(ben, found, panel.slot("Tern").item.public_id)  # type: ignore[union-attr]
    slot = queries.slot_for(ben, found, panel.slot("Auk").item.public_id)  # type: ignore[union-attr]
    assert queries.slides_file(ben, slot, queries.slides_of(slot)[0].public_id).name == "slides.pdf"
    before = queries.pulse(ben, meeting.public_id)
    panel.uploads("Tern")
    panel.confirms("Tern", "Somebody")
    db.session.rollback()
    assert queries.pulse(ben, meeting.public_id) == before
    ann = panel["Ann"].by
    assert len(queries.slots_on(ann, queries.meeting_for(ann, meeting.public_id))) == 2


def test_the_panel_gets_the_slides_that_count_alone(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    first = panel.uploads("Auk", "first.pdf").public_id
    panel.uploads("Auk", "second.pdf")
    with panel.acting():
        services.invite(panel.by, panel.again(meeting))
    slot = panel.slot("Auk")
    with pytest.raises(Missing):
        queries.slides_file(panel["Ann"].by, slot, first)
    assert queries.slides_file(panel.by, slot, first).name == "first.pdf"


def test_an_application_that_was_withdrawn_pitches_no_more_and_the_officer_is_told(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    panel.invites(panel.plans())
    with panel.acting():
        applications.withdraw(panel.schools["Auk"].as_lead, panel.applications["Auk"])
    with pytest.raises(Clash, match="takes no part"):
        panel.confirms("Auk")
    with pytest.raises(Clash):
        panel.uploads("Auk")
    with clock_at(DUE - timedelta(hours=8)):
        remind_of_pitches()
    assert set(panel.told("pitch.unconfirmed")) == panel.writers("Heron")
    with clock_at(panel.now), app.test_request_context():
        waiting = [one.title for one in todos(panel.by)]
        assert "1 applicant on a pitch’s agenda takes part no more" in waiting
        assert todos(panel.schools["Auk"].as_lead) == []


def test_why_more_pitch_than_have_a_place_is_read_by_nobody_with_a_conflict(app: Flask) -> None:
    panel = Pitching.begun(pitch={"shortlist": 2})
    panel.plans("Auk", "Heron", "Tern", reason="Tern and Heron tie for place two.")
    with unit_of_work():
        free, tied = person("Audrey", Role.AUDITOR), person("Austin", Role.AUDITOR)
    with panel.acting():
        review.note_conflict(panel.by, panel.applications["Auk"].case, tied, "Sat on its board.")
    only = AuditFilters(action="Let more pitch")
    assert len(audit_records(actor(free), only).items) == 3
    assert audit_records(actor(tied), only).items == []


def test_two_officers_who_move_one_slot_at_once_move_it_once(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    (first, second) = (one.split(" ", 1)[1] for one in panel.times(meeting))
    officer, meeting_id = panel.by, meeting.public_id
    item_id, other_id = panel.slot(first).item.public_id, panel.slot(second).item.public_id  # type: ignore[union-attr]

    def move() -> None:
        slot = queries.slot_for(officer, queries.meeting_for(officer, meeting_id), item_id)
        services.exchange(officer, slot, other_id, seen=MEETING)

    assert at_once(app, panel.now, move, move) == ["This slot has moved meanwhile. Look where it is now."]
    assert panel.times(meeting) == [f"09:00 {second}", f"09:20 {first}"]
    assert len(panel.told("pitch.moved")) == 6
