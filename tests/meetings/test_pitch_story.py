"""A pitch from its plan to its minutes, as those concerned live it."""

from datetime import timedelta

import pytest
from flask import Flask

from grants.casework.services import hand_over
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.meetings import queries, services
from grants.meetings.dates import dates
from tests.factories.people import actor
from tests.meetings.pitch_story import Pitching
from tests.meetings.story import MEETING


def test_a_pitch_from_its_plan_to_its_minutes(app: Flask) -> None:
    panel = Pitching.begun()
    meeting = panel.plans()
    order = [one.split(" ", 1)[1] for one in panel.times(meeting)]
    assert sorted(order) == ["Auk", "Heron", "Tern"]
    assert order.index("Tern") != 1  # Ben leaves once, at an end of the sitting
    assert panel.states() == dict.fromkeys(panel.applications, "planned")
    with pytest.raises(Missing):
        panel.own("Auk")

    assert panel.invites(meeting) == 3
    assert set(panel.told("pitch.invited")) == panel.writers("Auk", "Heron", "Tern")
    assert panel.invites(meeting) == 0
    assert len(panel.told("pitch.invited")) == 9

    panel.confirms("Auk", "Ms. Ortiz", "Sam Lee")
    panel.uploads("Auk", "first.pdf")
    panel.uploads("Auk", "second.pdf")
    panel.asks("Heron")
    assert panel.states() == {"Auk": "confirmed", "Heron": "asked", "Tern": "invited"}
    with panel.acting():
        services.exchange(panel.by, panel.slot("Heron"), panel.slot("Tern").item.public_id, "Does this fit?")  # type: ignore[union-attr]
    assert panel.states() == {"Auk": "confirmed", "Heron": "invited", "Tern": "invited"}
    assert set(panel.told("pitch.moved")) == panel.writers("Heron", "Tern")
    panel.confirms("Heron", "The class of 2020")
    panel.confirms("Tern")

    with panel.acting(MEETING):
        services.invite(panel.by, panel.again(meeting))
        services.start(panel.by, panel.again(meeting))
        for name in ("Ann", "Ben"):
            services.join(panel[name].by, queries.meeting_for(panel[name].by, meeting.public_id))
    for name in ("Auk", "Heron"):
        with panel.acting():
            services.open_item(panel.by, panel.slot(name).item)  # type: ignore[arg-type]
        ann = panel["Ann"].by
        seen = queries.slots_on(ann, queries.meeting_for(ann, meeting.public_id))
        slot = seen[panel.slot(name).item_id]  # type: ignore[index]
        assert slot.presenters == panel.slot(name).presenters
        with panel.acting():
            services.close_item(panel.by, panel.slot(name).item)  # type: ignore[arg-type]
    with panel.acting():
        services.close(panel.by, panel.again(meeting))
    body = queries.minutes_facts(panel.by, panel.again(meeting))["body"]
    said = {"Auk": "Presented by Ms. Ortiz, Sam Lee.", "Heron": "Presented by The class of 2020."}
    presented = [one for one in body if isinstance(one, str) and one.startswith("Presented")]
    assert presented == [said[name] for _, name in (one.split(" ", 1) for one in panel.times(meeting)) if name in said]


def test_the_shortlist_is_kept_or_a_reason_is_given(app: Flask) -> None:
    panel = Pitching.begun(pitch={"shortlist": 2})
    with pytest.raises(Invalid, match=r"shortlist has 2 places, and 3 would pitch\. Leave 1 out"):
        panel.plans()
    first = panel.plans("Auk", "Heron")
    with pytest.raises(Invalid, match="2 places, and 3 would pitch"):
        panel.plans("Tern", title="Second day", starts_at=MEETING + timedelta(days=1))
    with pytest.raises(Invalid, match="2 places"), panel.acting():
        services.add_application(panel.by, panel.again(first), panel.applications["Tern"].public_id, 20)
    panel.plans("Tern", title="Second day", starts_at=MEETING + timedelta(days=1), reason="A tie for place two.")
    assert queries.pitching(panel.stage) == 3


def test_an_application_pitches_once(app: Flask) -> None:
    panel = Pitching.begun()
    panel.plans("Auk")
    with pytest.raises(Clash, match="has its slot already: Auk School"):
        panel.plans("Auk", "Heron", title="Second day")
    second = panel.plans("Heron", title="Second day")
    with pytest.raises(Clash, match="has its slot already"), panel.acting():
        services.add_application(panel.by, panel.again(second), panel.applications["Auk"].public_id, 20)
    assert [name for _, name, _ in queries.not_on_it(panel.by, panel.again(second)).items] == ["Tern School"]


def test_the_best_ranked_are_proposed_as_many_as_have_room(app: Flask) -> None:
    panel = Pitching.begun(pitch={"shortlist": 2})
    auk, heron, tern = (panel.applications[name] for name in ("Auk", "Heron", "Tern"))
    panel.assigns("Ann", auk, heron, tern)
    panel["Ann"].scores(auk, competency=1, team=1)
    panel["Ann"].scores(heron, competency=4, team=4)
    panel["Ann"].scores(tern, competency=3, team=3)
    panel.scores()
    found = queries.candidates(panel.by, panel.stage, 30)
    assert [one.name for one in found.free] == ["Heron School", "Tern School", "Auk School"]
    assert queries.preticked(found, 2, 0) == [heron.public_id, tern.public_id]
    assert queries.preticked(found, 2, 1) == [heron.public_id]
    assert queries.preticked(found, 2, 5) == []
    panel.plans("Heron")
    left = queries.candidates(panel.by, panel.stage, 30)
    assert queries.preticked(left, 2, 1) == [tern.public_id]
    assert queries.preticked(left, None, 1) == [tern.public_id, auk.public_id]


def test_a_slot_moves_to_another_day_and_all_others_keep_their_times(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    first = panel.plans("Auk", "Heron")
    second = panel.plans("Gull", title="Second day", starts_at=MEETING + timedelta(days=1))
    panel.invites(first)
    panel.invites(second)
    stays, moves = (one.split(" ", 1)[1] for one in reversed(panel.times(first)))
    with panel.acting():
        told = services.exchange(panel.by, panel.slot(moves), second.public_id)
    assert told == 1
    assert panel.times(first) == ["09:00 Free slot", f"09:20 {stays}"]
    assert panel.times(second) == ["09:00 Gull", f"09:20 {moves}"]
    assert set(panel.told("pitch.moved")) == panel.writers(moves)
    assert panel.slot(moves).meeting_id == panel.again(second).id
    with panel.acting():
        free = queries.lines_of(panel.again(first))[0].public_id
        services.exchange(panel.by, panel.slot(moves), free)
    assert panel.times(first) == [f"09:00 {moves}", f"09:20 {stays}"]
    assert panel.times(second) == ["09:00 Gull"]


def test_times_that_change_with_the_agenda_are_told_by_a_press(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second, third = (one.split(" ", 1)[1] for one in panel.times(meeting))
    panel.confirms(third)
    with panel.acting():
        services.shift(panel.by, panel.slot(first).item, 1)  # type: ignore[arg-type]
    assert [panel.own(name).starts_at for name in (first, second)] == [MEETING, MEETING + timedelta(minutes=20)]
    assert panel.told("pitch.moved") == []
    with panel.acting():
        assert services.tell_times(panel.by, panel.again(meeting)) == 2
        assert services.tell_times(panel.by, panel.again(meeting)) == 0
    assert [panel.own(name).starts_at for name in (first, second)] == [MEETING + timedelta(minutes=20), MEETING]
    assert set(panel.told("pitch.moved")) == panel.writers(first, second)
    assert panel.slot(third).state == "confirmed"


def test_another_day_of_the_meeting_is_told_and_another_place_leaves_answers_as_they_are(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    panel.confirms("Auk")
    with panel.acting():
        elsewhere = services.Plan("Pitch day", MEETING, panel.officer, 2, "Room 9")
        services.change_meeting(panel.by, panel.again(meeting), elsewhere)
    assert set(panel.told("pitch.elsewhere")) == panel.writers("Auk", "Heron")
    assert panel.states() == {"Auk": "confirmed", "Heron": "invited"}
    with panel.acting():
        later = services.Plan("Pitch day", MEETING + timedelta(days=2), panel.officer, 2, "Room 9")
        services.change_meeting(panel.by, panel.again(meeting), later)
    assert set(panel.told("pitch.moved")) == panel.writers("Auk", "Heron")
    assert panel.states() == {"Auk": "invited", "Heron": "invited"}


def test_calling_off_tells_those_who_knew_and_frees_the_slot(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron", "Gull")
    meeting = panel.plans()
    panel.invites(meeting)
    first, second, third = (one.split(" ", 1)[1] for one in panel.times(meeting))
    with pytest.raises(Invalid, match="Say why"), panel.acting():
        services.call_off_slot(panel.by, panel.slot(second), " ")
    with panel.acting():
        services.call_off_slot(panel.by, panel.slot(second), "You told us that you withdraw.")
    assert panel.times(meeting) == [f"09:00 {first}", "09:20 Free slot", f"09:40 {third}"]
    assert set(panel.told("pitch.called_off")) == panel.writers(second)
    assert panel.own(second).state == "cancelled"
    with panel.acting():
        services.add_application(panel.by, panel.again(meeting), panel.applications[second].public_id, 20)
    assert panel.slot(second).state == "planned"
    assert panel.own(second).state == "cancelled"  # of the new one they know nothing yet
    with panel.acting():
        services.cancel(panel.by, panel.again(meeting))
    assert set(panel.told("pitch.called_off")) == panel.writers(first, second, third)
    assert len(panel.told("pitch.called_off")) == 9


def test_an_applicant_who_said_no_may_come_after_all(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    with panel.acting():
        services.decline(panel.schools["Auk"].as_lead, panel.own("Auk"), "Our principal is ill.")
    assert panel.states() == {"Auk": "declined"}
    panel.confirms("Auk")
    assert panel.states() == {"Auk": "confirmed"}
    with pytest.raises(Clash, match="has begun"), panel.acting(MEETING):
        services.decline(panel.schools["Auk"].as_lead, panel.own("Auk"), "Too late.")


def test_what_was_asked_can_be_changed_and_a_no_may_become_a_question(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    with panel.acting():
        hand_over(panel.by, panel.applications["Auk"].case, panel.officer)
    panel.invites(panel.plans())
    panel.asks("Auk")
    editor = panel.schools["Auk"].as_editor
    with panel.acting():
        services.ask_another_time(editor, panel.own("Auk"), "We test until ten.", "Eleven.", MEETING)
    assert (panel.states(), panel.own("Auk").wish) == ({"Auk": "asked"}, "We test until ten.")
    assert panel.told("pitch.asked") == [panel.officer.name] * 2
    with panel.acting():
        services.decline(editor, panel.own("Auk"), "No time fits.")
    panel.asks("Auk")
    assert (panel.states(), panel.own("Auk").unfit) == ({"Auk": "asked"}, "Not before ten; eleven fits.")


def test_who_asked_is_answered_that_the_time_stays(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    panel.invites(panel.plans())
    panel.asks("Auk")
    with panel.acting():
        services.keep_time(panel.by, panel.slot("Auk"), "The panel has no other day.")
    assert panel.own("Auk").said == "The panel has no other day."
    assert panel.states() == {"Auk": "invited"}
    assert set(panel.told("pitch.stays")) == panel.writers("Auk")


def test_only_writers_answer_and_only_officers_move(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    panel.invites(meeting)
    school, ann = panel.schools["Auk"], panel["Ann"].by
    viewer = actor(school.viewer)
    assert queries.own_slot(viewer, panel.applications["Auk"].public_id).state == "invited"
    for who, why in (
        (viewer, "You can read"),
        (panel.schools["Heron"].as_lead, "own people"),
        (panel.by, "own people"),
    ):
        with pytest.raises(Refused, match=why), panel.acting():
            services.confirm(who, panel.slot("Auk"), (), panel.slot("Auk").starts_at)
        with pytest.raises(Refused, match=why), panel.acting():
            services.require_slides_open(who, panel.slot("Auk"))
    for who in (panel.schools["Heron"].as_lead, ann, panel.by):
        with pytest.raises(Missing):
            queries.own_slot(who, panel.applications["Auk"].public_id)
    for who in (school.as_lead, ann):
        with pytest.raises(Refused), panel.acting():
            services.exchange(who, panel.slot("Auk"), meeting.public_id)
        with pytest.raises(Refused), panel.acting():
            services.invite_applicants(who, panel.again(meeting))


def test_slots_stand_in_the_calendar_of_the_school_alone(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans("Auk")
    with clock_at(panel.now), app.test_request_context():
        assert [one for one in dates(panel.schools["Auk"].as_lead) if one.key.startswith("pitch:")] == []
    panel.invites(meeting)
    with clock_at(panel.now), app.test_request_context():
        (entry,) = dates(panel.schools["Auk"].as_lead)
        assert (entry.starts, entry.place, entry.changes) == (MEETING, "Room 2 · https://meet.example/room", 0)
        assert entry.detail == "Slides are due Sunday 17 April 2016, 5:00 pm Pacific."
        assert dates(panel.schools["Heron"].as_lead) == []
    with panel.acting():
        elsewhere = services.Plan("Pitch day", MEETING, panel.officer, 2, "Room 9")
        services.change_meeting(panel.by, panel.again(meeting), elsewhere)
    with panel.acting():
        services.cancel(panel.by, panel.again(meeting))
    with clock_at(panel.now), app.test_request_context():
        (entry,) = dates(panel.schools["Auk"].as_lead)
        assert (entry.place, entry.changes, entry.cancelled) == ("Room 9", 2, True)
