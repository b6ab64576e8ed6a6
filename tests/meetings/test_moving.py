"""A slot of a pitch is given a time of its own; nothing else moves, and nobody is in two places unwarned."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from grants.kernel.clock import clock_at, now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import OrganizationRole
from grants.meetings import queries, services
from grants.meetings.dates import entries_of, pitch_entries
from grants.meetings.models import Meeting
from grants.messages.models import Message
from grants.people.models import OrganizationMembership
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as writing
from tests.factories import review as make
from tests.meetings.pitch_story import Pitching
from tests.meetings.story import MEETING
from tests.meetings.test_pages import text_of

Browser = Callable[[Any], FlaskClient]
DAY = timedelta(days=1)
HALF_PAST_FOUR = datetime(2016, 4, 20, 23, 30, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return MEETING + timedelta(minutes=minutes)


def order(panel: Pitching, meeting: Meeting) -> list[str]:
    return [one.split(" ", 1)[1] for one in panel.times(meeting)]


def gives(panel: Pitching, name: str, at: datetime, minutes: int = 20, **more: object) -> int:
    with panel.acting():
        return services.give_time(panel.by, panel.slot(name), at, minutes, **more)  # type: ignore[arg-type]


def test_a_slot_is_given_half_past_four_and_all_others_keep_their_times(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second, third = order(panel, meeting)
    panel.confirms(third, "Ms. Ortiz")
    assert gives(panel, second, HALF_PAST_FOUR, 10, said="As you asked.") == 1
    assert panel.times(meeting) == [
        f"09:00 {first}",
        "09:20 Free slot",
        f"09:40 {third}",
        "10:00 Free slot",
        f"16:30 {second}",
    ]
    slot = panel.own(second)
    assert (slot.starts_at, slot.minutes, slot.said, slot.state) == (HALF_PAST_FOUR, 10, "As you asked.", "invited")
    assert set(panel.told("pitch.moved")) == panel.writers(second)
    assert panel.slot(third).state == "confirmed"
    assert panel.again(meeting).ends_at == HALF_PAST_FOUR + timedelta(minutes=10)
    # Back between the others, it leaves no trace.
    assert gives(panel, second, after(20)) == 1
    assert panel.times(meeting) == [f"09:00 {first}", f"09:20 {second}", f"09:40 {third}"]


def test_it_may_overlap_where_it_was_itself_and_be_longer(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    first, second = order(panel, meeting)
    assert gives(panel, second, after(25), 45) == 0  # nobody was invited
    assert panel.times(meeting) == [f"09:00 {first}", "09:20 Free slot", f"09:25 {second}"]
    assert [one.minutes for one in queries.lines_of(panel.again(meeting))] == [20, 5, 45]
    assert panel.told("pitch.moved") == []


@pytest.mark.parametrize(("minutes_in", "length"), [(0, 20), (19, 1), (-10, 11), (10, 5)])
def test_no_two_are_up_at_once(app: Flask, minutes_in: int, length: int) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second = order(panel, meeting)
    before = panel.times(meeting)
    with pytest.raises(Invalid, match=rf"{first} School is on the agenda then: Wednesday 20 April 2016, 9:00 am"):
        gives(panel, second, after(minutes_in), length, beyond=True)
    assert panel.times(meeting) == before
    assert panel.told("pitch.moved") == []


def test_a_break_is_in_the_way_and_a_free_slot_is_not(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second, third = order(panel, meeting)
    with panel.acting():
        services.add_break(panel.by, panel.again(meeting), "Lunch", 30)
    with pytest.raises(Invalid, match="Lunch is on the agenda then"):
        gives(panel, first, after(65))
    with panel.acting():
        services.call_off_slot(panel.by, panel.slot(second), "You withdrew.")
    assert gives(panel, third, after(25), 15) == 1
    assert panel.times(meeting) == [
        f"09:00 {first}",
        "09:20 Free slot",
        f"09:25 {third}",
        "09:40 Free slot",
        "10:00 Lunch",
    ]


def test_another_day_or_an_earlier_beginning_has_to_be_meant(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    with panel.acting():
        services.invite(panel.by, panel.again(meeting))
    first, second = order(panel, meeting)
    for at, why in (
        (
            MEETING + DAY,
            r"The pitch is Wednesday 20 April 2016, 9:00 am Pacific\. Tick below that another day is meant",
        ),
        (datetime(2016, 4, 21, 6, 50, tzinfo=UTC), "another day is meant"),  # it would end after midnight
        (after(-30), r"The pitch begins Wednesday 20 April 2016, 9:00 am Pacific\. Tick below"),
    ):
        with pytest.raises(Invalid, match=why) as refused:
            gives(panel, second, at)
        assert set(refused.value.errors) == {"at"}
    for never in (panel.now, panel.now - DAY):
        with pytest.raises(Invalid, match="still to come"):
            gives(panel, second, never, beyond=True)
    told = len(panel.told("meetings.changed"))
    assert gives(panel, second, after(-30), beyond=True) == 1
    assert panel.times(meeting) == [f"08:30 {second}", "08:50 Free slot", f"09:00 {first}"]
    assert len(panel.told("meetings.changed")) == told + 3  # Ann, Ben, and the officer, who chairs
    assert gives(panel, second, MEETING + DAY, beyond=True) == 1
    assert panel.times(meeting) == ["08:30 Free slot", f"09:00 {first}", "09:20 Free slot", f"09:00 {second}"]
    assert len(panel.told("meetings.changed")) == told + 3


def test_a_day_on_which_the_stage_has_a_pitch_is_that_pitch(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    first = panel.plans("Auk", "Heron")
    second = panel.plans("Gull", title="Second day", starts_at=MEETING + DAY)
    panel.invites(first)
    stays, moves = reversed(order(panel, first))
    assert gives(panel, moves, after(60) + DAY, 10) == 1
    assert panel.times(first) == ["09:00 Free slot", f"09:20 {stays}"]
    assert panel.times(second) == ["09:00 Gull", "09:20 Free slot", f"10:00 {moves}"]
    assert panel.slot(moves).meeting_id == panel.again(second).id
    with pytest.raises(Invalid, match="Gull School is on the agenda then"):
        gives(panel, moves, after(10) + DAY)


def test_slots_of_different_lengths_change_times_and_nobody_between_is_moved(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    first, second, third = order(panel, meeting)
    gives(panel, third, after(40), 10)
    panel.invites(meeting)
    with panel.acting():
        assert services.exchange(panel.by, panel.slot(first), panel.slot(third).item.public_id) == 2  # type: ignore[union-attr]
    assert panel.times(meeting) == [f"09:00 {third}", f"09:20 {second}", f"09:40 {first}"]
    assert (panel.own(first).minutes, panel.own(third).minutes) == (10, 20)
    assert set(panel.told("pitch.moved")) == panel.writers(first, third)


def test_a_free_slot_that_is_too_short_is_not_offered(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    first, second, third = order(panel, meeting)
    gives(panel, second, after(30), 10)
    gives(panel, third, after(60), 20)
    assert panel.times(meeting) == [
        f"09:00 {first}",
        "09:20 Free slot",
        f"09:30 {second}",
        "09:40 Free slot",
        f"10:00 {third}",
    ]

    def offered(name: str) -> list[str]:
        pitches = queries.planned_pitches(panel.stage)
        lines = queries.lines_in(pitches)
        return [f"{one.starts_at:%H:%M}" for one in queries.places_for(panel.slot(name), lines, pitches)]

    assert offered(third) == ["16:00", "16:30", "16:40", "17:20"]  # 20 minutes are free there, since it leaves
    assert offered(second) == ["16:00", "16:20", "16:40", "17:00", "17:20"]
    assert offered(first) == ["16:30", "16:40", "17:00", "17:20"]


def test_only_officers_give_times_and_of_two_at_once_the_second_looks_again(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    for who in (panel["Ann"].by, panel.schools["Auk"].as_lead):
        with pytest.raises(Refused), panel.acting():
            services.give_time(who, panel.slot("Auk"), after(60), 20)
    gives(panel, "Auk", after(60), seen=MEETING)
    with pytest.raises(Clash, match="has moved meanwhile"):
        gives(panel, "Auk", after(90), seen=MEETING)
    for wrong in (0, 481):
        with pytest.raises(Invalid, match="from 1 to 480") as refused:
            gives(panel, "Auk", after(90), wrong)
        assert set(refused.value.errors) == {"length"}
    with pytest.raises(Clash, match="has begun"), panel.acting(after(61)):
        services.give_time(panel.by, panel.slot("Auk"), after(90), 20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(1, 30)), max_size=5))
def test_whatever_is_given_the_agenda_has_no_overlap_and_others_stay(
    app: Flask, moves: list[tuple[int, int, int]]
) -> None:
    names = ("Auk", "Heron", "Gull")
    if "panel" not in app.extensions:
        app.extensions["panel"] = Pitching.begun(*names)
        app.extensions["pitch"] = app.extensions["panel"].plans().public_id
    panel = app.extensions["panel"]
    meeting = queries.meeting_for(panel.by, app.extensions["pitch"])
    for which, at, minutes in moves:
        before = {name: panel.slot(name).item.starts_at for name in names}
        try:
            gives(panel, names[which], after(at * 5), minutes)
        except Invalid:
            assert {name: panel.slot(name).item.starts_at for name in names} == before
            continue
        now_at = {name: panel.slot(name).item.starts_at for name in names}
        assert now_at == before | {names[which]: after(at * 5)}
        lines = queries.lines_of(panel.again(meeting))
        assert [one.position for one in lines] == list(range(1, len(lines) + 1))
        assert all(one.ends_at == other.starts_at for one, other in pairwise(lines))
        assert (lines[0].starts_at, lines[-1].title) == (MEETING, None)


# ── two change places ────────────────────────────────────────────────────────────────────────────────────────────────

BUS = "Half an hour earlier, to catch your bus."


def mails_with(words: str) -> set[str]:
    """To whom a mail was written that says this."""
    db.session.rollback()
    return {one.to_name for one in db.session.scalars(select(Message)) if words in one.body}


def test_what_answers_one_applicant_is_read_by_that_one_alone(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second, third = order(panel, meeting)
    panel.confirms(first)
    panel.asks(second)
    with panel.acting():
        services.add_break(panel.by, panel.again(meeting), "Lunch", 30)
        services.shift(panel.by, queries.lines_of(panel.again(meeting))[-1], -1)
    other = panel.slot(first).item.public_id  # type: ignore[union-attr]
    with panel.acting():
        told = services.exchange(panel.by, panel.slot(second), other, BUS, to_other="A colleague asked us.")
    assert told == 3  # the third, whose time lunch has moved, with them
    assert {name: panel.own(name).said for name in (first, second, third)} == {
        first: "A colleague asked us.",
        second: BUS,
        third: "",
    }
    assert mails_with(BUS) == panel.writers(second)
    assert mails_with("A colleague asked us.") == panel.writers(first)
    assert set(panel.told("pitch.moved")) == panel.writers(first, second, third)


def test_what_is_said_with_a_time_of_its_own_goes_to_no_other_whose_time_has_changed(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second = order(panel, meeting)
    with panel.acting():
        services.add_break(panel.by, panel.again(meeting), "Lunch", 30)
        services.shift(panel.by, queries.lines_of(panel.again(meeting))[-1], -1)
    assert gives(panel, first, after(120), said=BUS) == 2
    assert mails_with(BUS) == panel.writers(first)
    assert (panel.own(first).said, panel.own(second).said) == (BUS, "")


def test_a_word_that_nobody_would_read_is_not_taken(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    first, second = order(panel, meeting)
    before = panel.times(meeting)
    for place in (panel.slot(first).item.public_id, meeting.public_id):  # type: ignore[union-attr]
        with pytest.raises(Invalid, match="Nobody would read this") as refused, panel.acting():
            services.exchange(panel.by, panel.slot(second), place, to_other="Sorry.")
        assert set(refused.value.errors) == {"other"}
    assert panel.times(meeting) == before


def test_the_page_says_what_the_others_answered_and_has_a_word_for_each_of_two(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    first, second, third = order(panel, meeting)
    officer, slot = client_of(panel.officer), f"/meetings/{meeting.public_id}/items/{{}}/slot"
    slot = slot.format(panel.slot(second).item.public_id)  # type: ignore[union-attr]
    with clock_at(panel.now):
        assert 'name="other"' not in officer.get(slot).text  # nobody was invited
    panel.invites(meeting)
    panel.confirms(first)
    panel.asks(second)
    panel.asks(third)
    place = panel.slot(first).item.public_id  # type: ignore[union-attr]
    with clock_at(panel.now):
        offered = re.findall(r"<option[^>]*>([^<]*change with[^<]*)", officer.get(slot).text)
        assert offered == [
            f"9:00 am: change with {first} School (Confirmed)",
            f"9:40 am: change with {third} School (Asked for another time)",
        ]
        data = {"place": "", "word": BUS, "other": "Sorry."}
        wrong = officer.post(f"{slot}/move", data=data)
        assert (wrong.status_code, BUS in wrong.text, "Sorry." in wrong.text) == (422, True, True)
        data |= {"place": place, "seen": after(20).isoformat()}
        assert officer.post(f"{slot}/move", data=data).status_code == 302
    assert (panel.own(second).said, panel.own(first).said) == (BUS, "Sorry.")


# ── people with two slots ────────────────────────────────────────────────────────────────────────────────────────────


def both(panel: Pitching, name: str, other: str) -> str:
    """Who leads one school writes for the other too."""
    with unit_of_work():
        lead = panel.schools[name].lead
        db.session.add(
            OrganizationMembership(
                person=lead,
                organization=panel.schools[other].organization,
                role=OrganizationRole.EDITOR,
                since=now(),
            )
        )
        return lead.name


def test_whoever_has_two_slots_on_a_day_is_warned_and_so_is_the_officer(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    name = both(panel, "Auk", "Heron")
    panel.invites(meeting)
    [again] = queries.twice_on_the_day(panel.by, panel.slot("Auk"))
    assert (again.slot.id, again.names, again.overlaps) == (panel.slot("Heron").id, (name,), False)
    assert queries.twice_on_the_day(panel.by, panel.slot("Gull")) == []
    gives(panel, "Heron", HALF_PAST_FOUR)
    mails = db.session.scalars(select(Message).where(Message.template == "pitch.moved")).all()
    warned = {one.to_name: "You have another pitch that day, of Auk School" in one.body for one in mails}
    assert warned == {name: True, **dict.fromkeys(panel.writers("Heron"), False)}
    gives(panel, "Heron", HALF_PAST_FOUR + DAY, beyond=True)
    assert queries.twice_on_the_day(panel.by, panel.slot("Auk")) == []


def test_the_page_of_ones_own_pitch_says_what_else_is_that_day(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk", "Heron")
    first, second = panel.plans("Auk"), panel.plans("Heron", title="The other room", starts_at=after(10))
    both(panel, "Auk", "Heron")
    panel.invites(first)
    lead, editor = client_of(panel.schools["Auk"].lead), client_of(panel.schools["Auk"].editor)
    own = f"/applications/{panel.applications['Auk'].public_id}/pitch"

    def says(browser: FlaskClient) -> list[bool]:
        with clock_at(panel.now):
            page = text_of(browser.get(own))
        return [
            words in page
            for words in ("You have another pitch that day", "That of Heron School", "You cannot be at both")
        ]

    assert says(lead) == [False, False, False]  # of Heron's slot nobody was told yet
    panel.invites(second)
    assert says(lead) == [True, True, True]
    assert says(editor) == [False, False, False]
    gives(panel, "Heron", after(30))
    assert says(lead) == [True, True, False]


def test_the_same_name_at_two_pitches_is_one_person_and_two_rooms_at_once_are_said(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    first, second = panel.plans("Auk"), panel.plans("Heron", title="The other room", starts_at=after(10))
    panel.invites(first)
    panel.invites(second)
    panel.confirms("Auk", "Ms. Ortiz", "Sam Lee")
    assert queries.twice_on_the_day(panel.by, panel.slot("Heron")) == []
    panel.confirms("Heron", "ms. ortiz")
    [again] = queries.twice_on_the_day(panel.by, panel.slot("Heron"))
    assert (again.names, again.overlaps, again.starts_at) == (("ms. ortiz",), True, MEETING)


def test_of_a_school_that_an_officer_may_not_know_of_nothing_is_said(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Tern")
    meeting = panel.plans()
    both(panel, "Auk", "Tern")
    assert len(queries.twice_on_the_day(panel["Ann"].by, panel.slot("Auk"))) == 1
    assert queries.twice_on_the_day(panel["Ben"].by, panel.slot("Auk")) == []
    assert len(queries.lines_of(panel.again(meeting))) == 2


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_gives_a_time_says_why_not_and_warns(app: Flask, client_of: Browser) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second = order(panel, meeting)
    name = both(panel, first, second)
    officer, slot = client_of(panel.officer), f"/meetings/{meeting.public_id}/items/{{}}/slot"
    slot = slot.format(panel.slot(second).item.public_id)  # type: ignore[union-attr]
    with clock_at(panel.now):
        assert f"{name} has two pitches that day: this one and that of {first} School, 9:00 am." in text_of(
            officer.get(slot)
        )
        data = {"at": "2016-04-20T09:10", "length": "20", "note": "Better?", "seen": after(20).isoformat()}
        wrong = officer.post(f"{slot}/give", data=data)
        assert (wrong.status_code, f"{first} School is on the agenda then" in wrong.text) == (422, True)
        assert ("Better?" in wrong.text, 'value="2016-04-20T09:10"' in wrong.text) == (True, True)
        done = officer.post(
            f"{slot}/give", data=data | {"at": "2016-04-20T16:30", "length": "10"}, follow_redirects=True
        )
        said = text_of(done)
        assert "The slot has this time now. If the applicant knew another, they are told." in said
        assert f"{name} has two pitches that day" in said
        assert "4:30 pm" in said
        other = officer.post(
            f"{slot}/give",
            data=data | {"at": "2016-04-22T16:30", "seen": HALF_PAST_FOUR.isoformat(), "beyond": "y"},
            follow_redirects=True,
        )
        assert "two pitches that day" not in text_of(other)
    assert panel.own(second).said == "Better?"


# ── calendars ────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_calendar(panel: Pitching, meeting: Meeting) -> tuple[int, datetime | None, datetime | None]:
    """What a calendar has of a meeting: how often it changed, when it begins and ends."""
    db.session.rollback()
    with panel.acting():
        [entry] = entries_of([panel.again(meeting)])
    return entry.changes, entry.starts, entry.ends  # type: ignore[return-value]


def test_a_meeting_counts_each_change_of_its_start_end_and_place(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans("Auk", "Heron")
    assert in_calendar(panel, meeting) == (0, MEETING, after(40))
    first, _ = order(panel, meeting)
    with panel.acting():
        services.add_application(panel.by, panel.again(meeting), panel.applications["Gull"].public_id, 20)
    assert in_calendar(panel, meeting) == (1, MEETING, after(60))
    changed_at = panel.again(meeting).rescheduled_at
    with panel.acting():
        services.shift(panel.by, panel.slot(first).item, 1)  # type: ignore[arg-type]
    assert in_calendar(panel, meeting) == (1, MEETING, after(60))
    assert panel.again(meeting).rescheduled_at == changed_at
    with panel.acting():
        services.add_break(panel.by, panel.again(meeting), "Lunch", 30)
    assert in_calendar(panel, meeting) == (2, MEETING, after(90))
    with panel.acting():
        services.remove(panel.by, queries.lines_of(panel.again(meeting))[-1])
    assert in_calendar(panel, meeting) == (3, MEETING, after(60))
    last = order(panel, meeting)[-1]
    gives(panel, last, after(40), 10)
    assert in_calendar(panel, meeting) == (4, MEETING, after(50))
    with panel.acting():
        plan = services.Plan("Pitch day", MEETING, panel.officer, 2, "Room 9", "https://meet.example/room")
        services.change_meeting(panel.by, panel.again(meeting), plan)
    assert in_calendar(panel, meeting) == (5, MEETING, after(50))
    with panel.acting():
        services.change_meeting(
            panel.by, panel.again(meeting), services.Plan(plan.title, MEETING, panel.officer, 3, plan.place, plan.link)
        )
    assert in_calendar(panel, meeting)[0] == 5  # another quorum is in no calendar
    with panel.acting():
        later = services.Plan(plan.title, MEETING + DAY, panel.officer, 3, plan.place, plan.link)
        services.change_meeting(panel.by, panel.again(meeting), later)
    count, *times = in_calendar(panel, meeting)
    assert (count > 5, times) == (True, [MEETING + DAY, after(50) + DAY])
    with panel.acting():
        services.cancel(panel.by, panel.again(meeting))
    assert in_calendar(panel, meeting)[0] > count


def test_a_slot_counts_what_its_school_is_told_and_answers(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)

    def counted() -> int:
        db.session.rollback()
        with clock_at(panel.now), app.test_request_context():
            [entry] = pitch_entries([panel.own("Auk")])
        return entry.changes

    seen = [counted()]
    for act in (
        lambda: panel.asks("Auk"),
        lambda: gives(panel, "Auk", HALF_PAST_FOUR),
        lambda: panel.confirms("Auk"),
        lambda: gives(panel, "Auk", HALF_PAST_FOUR, 15),
    ):
        act()
        seen.append(counted())
    panel.uploads("Auk")
    assert (seen, counted()) == ([0, 1, 2, 3, 4], 4)


def test_thirty_slots_of_one_person_are_found_in_as_many_statements_as_one(
    app: Flask, statements: Callable[[], Any]
) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    both(panel, "Auk", "Heron")

    def count() -> tuple[int, int]:
        db.session.rollback()
        slot = panel.slot("Auk")
        with statements() as seen:
            found = queries.twice_on_the_day(panel.by, slot)
        return len(found), len(seen)

    one = count()
    for number in range(29):
        name = f"School {number}"
        with unit_of_work():
            panel.schools[name] = writing.school(name)
            panel.applications[name] = make.submitted(panel.stage, panel.schools[name].organization)
        both(panel, "Auk", name)
        with panel.acting():
            services.add_application(panel.by, panel.again(meeting), panel.applications[name].public_id, 5)
    many = count()
    assert (one[0], many[0], one[1]) == (1, 30, many[1])
