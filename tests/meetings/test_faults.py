"""What goes wrong at meetings: two press at once, somebody comes late, a conflict is declared in the middle."""

import re
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Problem, Refused
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.meetings.agenda import missed
from grants.meetings.ballots import Choice
from grants.meetings.models import AgendaItem
from grants.meetings.motion_models import Motion
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review.services import declare_conflict, leave_panel
from tests.factories.people import person
from tests.meetings.conftest import Met
from tests.meetings.story import MEETING, PLANNING, Room
from tests.meetings.test_motions import moves


def test_two_chairs_who_press_next_at_once_skip_nothing(app: Flask, panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron, panel.tern)
    first, second, _ = room.sees("the officer")
    together, refused, officer = Barrier(2), [], panel.by

    def press() -> None:
        with app.app_context(), clock_at(room.now):
            together.wait()
            try:
                with unit_of_work():
                    services.move_on(officer, queries.meeting_for(officer, room.meeting_id), "")
            except Problem as problem:
                refused.append(problem.sentence)

    db.session.rollback()
    both = [Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert refused == ["The meeting has moved on meanwhile. Look where it stands now."]
    assert room.sees("the officer")[:2] == [f"→ {first}", second]


def test_next_closes_what_is_up_and_opens_what_follows(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron)
    with room.acting():
        services.move_on(panel.by, room.meeting(), "")
    up = next(one for one in queries.agenda_of(panel.by, room.meeting()).lines if one.is_up)
    assert up.item is not None
    with room.acting():
        services.move_on(panel.by, room.meeting(), up.item.public_id)
    agenda = queries.agenda_of(panel.by, room.meeting())
    assert [one.item.state for one in agenda.lines if one.item] == ["done", "open"]


def test_a_slip_is_undone(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron)
    room.opens(panel.heron)
    with room.acting():
        services.put_back(panel.by, room.item(panel.heron))
    assert room.item(panel.heron).state == "waiting"
    room.opens(panel.heron)
    room.closes(panel.heron)
    with room.acting():
        services.open_item(panel.by, room.item(panel.heron))
        services.write_notes(panel.by, room.item(panel.heron), "Discussed.", 0)
    with pytest.raises(Clash, match="so it was up"), room.acting():
        services.put_back(panel.by, room.item(panel.heron))


def test_a_conflict_declared_in_the_middle_puts_one_out_at_the_next_look(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    ann, cleo = panel["Ann"].person, panel["Cleo"].person
    before, others = room.pulse(ann), room.pulse(cleo)
    panel["Ann"].declares_conflict(panel.auk)
    assert room.pulse(ann) != before
    assert room.pulse(ann)[0] == "out"
    assert room.pulse(cleo) != others
    assert room.is_out("Ann")


def test_only_the_chair_and_officers_lead(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron, chair=panel["Ann"].person)
    with room.acting():
        services.open_item(panel["Ann"].by, room.item(panel.auk, "Ann"))
    with pytest.raises(Refused, match="chair and program officers"), room.acting():
        services.close_item(panel["Cleo"].by, room.item(panel.auk, "Cleo"))


def test_nothing_is_opened_while_the_meeting_is_paused_and_it_ends_with_nothing_up(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    with pytest.raises(Clash, match="still up"), room.acting():
        services.close(panel.by, room.meeting())
    room.closes(panel.auk)
    with room.acting():
        services.pause(panel.by, room.meeting())
    with pytest.raises(Clash, match="not running"), room.acting():
        services.open_item(panel.by, room.item(panel.auk))


def test_the_database_lets_one_line_be_up(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron)
    room.opens(panel.auk)
    meeting = room.meeting()
    number, application = meeting.id, panel.heron.id
    with pytest.raises(Clash), unit_of_work():
        other = db.session.query(AgendaItem).filter_by(meeting_id=number, application_id=application).one()
        db.session.execute(AgendaItem.__table__.update().where(AgendaItem.id == other.id).values(state="open"))


def test_being_away_is_told_and_counts(panel: Met) -> None:
    room = Room.planned(panel, panel.auk, panel.heron)
    room.invites()
    start = room.meeting().starts_at
    with room.acting():
        services.tell_absence(panel["Ben"].by, room.meeting("Ben"), start, start + timedelta(hours=3))
    proposal = services.propose_order(panel.by, room.meeting())
    assert len(proposal.ties.absent) == 1
    assert {person for _, person in missed(proposal.entries, proposal.ties.absent)} == {str(panel["Ben"].person.id)}


def test_every_change_of_the_plan_is_told_also_back_and_forth(panel: Met) -> None:
    room = Room.planned(panel, panel.auk)
    room.invites()
    for place in ("Room 3", "Room 2", "Room 3", "Room 3"):
        with room.acting():
            plan = services.Plan("Panel meeting", room.meeting().starts_at, panel.officer, 2, place)
            services.change_meeting(panel.by, room.meeting(), plan)
    ann = select(Message.body).where(
        Message.template == "meetings.changed", Message.to_email == panel["Ann"].person.email
    )
    told = db.session.scalars(ann.order_by(Message.id)).all()
    assert [re.findall(r"Room \d", body) for body in told] == [["Room 3"], ["Room 2"], ["Room 3"]]


def test_who_has_left_the_panel_is_told_nothing_of_its_meetings(panel: Met) -> None:
    room = Room.planned(panel, panel.auk)
    room.invites()
    with clock_at(PLANNING), unit_of_work():
        leave_panel(panel["Cleo"].by, panel.stage, "I am moving away.")
    with clock_at(PLANNING), unit_of_work():
        later, link = MEETING + timedelta(days=1), "https://meet.example/secret"
        plan = services.Plan("Panel meeting", later, panel.officer, 2, "Room 3", link)
        services.change_meeting(panel.by, room.meeting(), plan)
    with room.acting():
        services.cancel(panel.by, room.meeting())
    told = select(Message.template, Message.to_name).order_by(Message.id)
    assert db.session.execute(told.where(Message.template.in_(("meetings.changed", "meetings.cancelled")))).all() == [
        (template, name)
        for template in ("meetings.changed", "meetings.cancelled")
        for name in ("Ann", "Ben", panel.officer.name)
    ]


def test_a_line_about_which_something_is_written_stays_on_the_agenda(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.heron, panel.tern)
    with room.acting():
        services.write_notes(panel.by, room.item(panel.auk), "Ask Dana first.", 0)
        services.agree_on(panel.by, room.item(panel.heron), "Call them.", panel["Ann"].person.public_id, None)
    for application in (panel.auk, panel.heron):
        with pytest.raises(Clash, match="stays on its agenda"), room.acting():
            services.remove(panel.by, room.item(application))
    with room.acting():
        services.remove(panel.by, room.item(panel.tern))
    room.opens(panel.heron)
    with pytest.raises(Clash, match="so it was up"), room.acting():
        services.put_back(panel.by, room.item(panel.heron))
    assert sorted(one.removeprefix("→ ") for one in room.sees("the officer")) == ["Auk School", "Heron School"]


def test_of_two_changes_of_a_line_at_once_both_are_looked_at(app: Flask, panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion, before = moves(room, "Ann", panel.auk), room.item(panel.auk).version
    ann, officer, item_id = panel["Ann"].by, panel.by, room.item(panel.auk).public_id

    def note() -> None:
        with app.app_context():
            with clock_at(room.now), unit_of_work():
                item = queries.item_for(officer, queries.meeting_for(officer, room.meeting_id), item_id)
                services.write_notes(officer, item, "Strong.", 0)
            db.session.remove()

    other = Thread(target=note)
    db.session.rollback()
    with clock_at(room.now), unit_of_work():
        found = queries.motion_for(ann, queries.meeting_for(ann, room.meeting_id), motion)
        services.vote(ann, found, Choice.YES)
        other.start()
        if db.engine.dialect.name == "postgresql":  # elsewhere all writers wait for one another
            other.join()
    other.join()
    assert room.item(panel.auk).version == before + 2


@pytest.mark.parametrize("act", ["second", "vote"])
def test_who_waited_for_a_motion_is_asked_afterwards_whether_they_are_in_the_room(
    app: Flask, panel: Met, statements: Any, act: str
) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Cleo", panel.auk)
    ann, ben, officer, waits, refused = panel["Ann"].by, panel["Ben"].by, panel.by, Event(), list[str]()

    def acts(by: Actor) -> None:
        found = queries.motion_for(by, queries.meeting_for(by, room.meeting_id), motion)
        services.second(by, found) if act == "second" else services.vote(by, found, Choice.YES)

    with statements() as seen, room.acting():
        acts(ben)
    taken, asked = "SELECT motion.", "SELECT agenda_item.id \n"
    places = {begins: [at for at, one in enumerate(seen) if one.startswith(begins)] for begins in (taken, asked)}
    assert places[taken][-1] < places[asked][-1]

    def cross() -> None:
        with app.app_context():
            try:
                with clock_at(room.now), unit_of_work():
                    acts(ann)
            except Problem as problem:
                refused.append(type(problem).__name__)
            db.session.remove()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FOR UPDATE" in statement:
            waits.set()

    other = Thread(target=cross)
    db.session.rollback()
    with clock_at(room.now), unit_of_work():
        services.take_again(officer, queries.motion_for(officer, queries.meeting_for(officer, room.meeting_id), motion))
        if act == "second":
            db.session.execute(update(Motion).values(seconded_by_id=None))
        event.listen(db.engine, "before_cursor_execute", note)
        other.start()
        if db.engine.dialect.name == "postgresql":  # elsewhere all writers wait for one another, from their beginning
            waits.wait()
        event.remove(db.engine, "before_cursor_execute", note)
        declare_conflict(ann, db.session.get_one(Case, panel.auk.case_id), "My sister teaches there.")
    other.join()
    db.session.rollback()
    kept = db.session.scalars(select(Motion)).one()
    assert (len(refused), kept.seconded_by_id, len(kept.votes)) == (1, None, 0)


def test_who_joins_the_panel_after_they_were_invited_as_a_chair_votes_once_invited_again(panel: Met) -> None:
    with unit_of_work():
        dana = person("Dana Lee", Role.DIRECTOR)
    room = Room.planned(panel, panel.auk, chair=dana)
    room.invites()
    panel.add(dana)
    gil = panel.invite("Gil").person
    with unit_of_work():
        db.session.merge(gil).is_active = False
    room.invites()
    seats = queries.seats(room.meeting(), None)
    assert {one.name: one.attendance.votes for one in seats} == dict.fromkeys(("Ann", "Ben", "Cleo", "Dana Lee"), True)


def test_the_next_meeting_stands_first_and_the_last_one_first_among_those_held(panel: Met) -> None:
    lines = services.Lines([panel.auk.id], 20)
    with clock_at(PLANNING), unit_of_work():
        for day in (3, 1, 2, -1, -2):
            plan = services.Plan(f"Day {day}", MEETING + timedelta(days=day), panel.officer, 2)
            made = services.make_meeting(panel.by, panel.stage, plan, lines)
            if day < 0:
                services.cancel(panel.by, made)
    shown = [one.title for one in queries.meetings(panel.by, stage=panel.stage).items]
    assert shown == ["Day 1", "Day 2", "Day 3", "Day -1", "Day -2"]
