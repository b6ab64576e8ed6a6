"""Events: planned, joined, held; the participation rule; what discovery has reached."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.casework.models import Case, TimelineEvent
from grants.discovery import queries, services
from grants.discovery.models import Event, Waiting
from grants.discovery.policy import EventFacts, closed_because
from grants.discovery.queries import EventFilters, Reach
from grants.discovery.services import EventPlan
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import OrganizationRole
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.programs.schema import DiscoveryStage
from tests.discovery.story import DAY, MARCH, Browser, Place, register
from tests.factories import discovery as make
from tests.factories.applications import cycle as small_cycle
from tests.factories.people import actor, join, organization, person


@pytest.mark.scenario
def test_a_school_takes_part_and_completes_discovery(place: Place) -> None:
    officer, stage = actor(place.officer), DiscoveryStage.model_validate({"kind": "discovery"}).under("discovery")
    with clock_at(MARCH), unit_of_work():
        plan = EventPlan("workshop", "Mastery", MARCH + 7 * DAY, MARCH + 7 * DAY + timedelta(hours=2), capacity=2)
        event = services.schedule_event(officer, place.cycle, plan)
    mine = register(actor(place.dana), event, place.dana, place.school)
    colleague = register(actor(place.dana), event, place.luis, place.school)
    (case,) = db.session.scalars(select(Case))
    assert queries.has_completed(case, stage) is False

    with clock_at(MARCH + 6 * DAY), pytest.raises(Clash, match="on the day of the event"), unit_of_work():
        services.record_attendance(officer, event, [mine])
    with clock_at(event.starts_at), unit_of_work():
        assert services.record_attendance(officer, event, [mine, colleague]) == 2
        assert services.record_attendance(officer, event, [mine, colleague]) == 0
        assert services.record_attendance(officer, event, [colleague], came=False) == 1
    assert queries.has_completed(case, stage) is True
    assert db.session.scalars(queries.completed_organizations(place.cycle.id, stage)).all() == [place.school.id]
    assert queries.reach(actor(place.officer), place.cycle) == Reach(educators=1, schools=1, events=1)
    told = db.session.scalars(select(TimelineEvent.sentence).order_by(TimelineEvent.id)).all()
    assert told == [
        "The case of Urban Promise Academy was opened.",
        "Dana Ruiz registered for “Mastery”.",
        "Luis Ortega registered for “Mastery”.",
        "Dana Ruiz and Luis Ortega came to “Mastery”.",
        "Luis Ortega did not come to “Mastery”.",
    ]


@pytest.mark.parametrize(
    ("facts", "by_staff", "reason"),
    [
        (EventFacts(), False, None),
        (EventFacts(cancelled=True), True, "This event was cancelled."),
        (EventFacts(registered=True), True, "This person is registered already."),
        (EventFacts(over=True), False, "This event is over."),
        (EventFacts(places_left=0), False, "This event is full."),
        (EventFacts(over=True, places_left=0), True, None),
    ],
)
def test_what_stands_in_the_way_of_a_place(facts: EventFacts, by_staff: bool, reason: str | None) -> None:
    assert closed_because(facts, by_staff) == reason


def test_the_last_place_is_given_once_and_again_when_given_up(place: Place) -> None:
    event = place.event(capacity=1)
    held = register(actor(place.dana), event, place.dana, place.school)
    with pytest.raises(Clash, match="This event is full"):
        register(actor(place.luis), event, place.luis, place.school)
    with clock_at(MARCH), unit_of_work():
        services.cancel_registration(actor(place.luis), held)  # a colleague of hers
    register(actor(place.luis), event, place.luis, place.school)
    assert [one.person_id for one in queries.places(event)] == [place.luis.id]
    with pytest.raises(Clash, match="registered already"):
        register(actor(place.officer), event, place.luis, place.school)


def test_a_place_given_up_can_be_taken_again(place: Place) -> None:
    event = place.event()
    first = register(actor(place.dana), event, place.dana, place.school)
    with clock_at(MARCH), unit_of_work():
        services.cancel_registration(actor(place.dana), first)
    with clock_at(MARCH), pytest.raises(Clash, match="given up already"), unit_of_work():
        services.cancel_registration(actor(place.dana), first)
    assert register(actor(place.dana), event, place.dana, place.school) == first


def test_people_register_their_own(place: Place) -> None:
    event = place.event()
    stranger, other = place.other_school()
    for who, someone, of, reason in (
        (place.dana, stranger, other, "your own organizations only"),
        (place.dana, stranger, place.school, "not a member of your organization"),
    ):
        with pytest.raises(Refused, match=reason):
            register(actor(who), event, someone, of)
    assert register(SYSTEM, event, stranger, other).person == stranger


def test_after_the_event_only_staff_write_someone_down(place: Place) -> None:
    event = place.event()
    later = event.ends_at + DAY
    with pytest.raises(Clash, match="This event is over"):
        register(actor(place.dana), event, place.dana, place.school, later)
    assert register(actor(place.officer), event, place.dana, place.school, later).registered_at == later


def test_a_cancelled_event_tells_those_who_had_a_place(place: Place) -> None:
    event = place.event(title="Mastery")
    register(actor(place.dana), event, place.dana, place.school)
    gone = register(actor(place.dana), event, place.luis, place.school)
    officer = actor(place.officer)
    with clock_at(MARCH), unit_of_work():
        services.cancel_registration(officer, gone)
    with clock_at(MARCH), pytest.raises(Invalid), unit_of_work():
        services.cancel_event(officer, event, " ")
    with clock_at(MARCH), unit_of_work():
        services.cancel_event(officer, event, "The hall is closed.")
    (mail,) = db.session.scalars(select(Message)).all()
    assert (mail.person_id, mail.subject, "The hall is closed." in mail.body) == (
        place.dana.id,
        "Cancelled: Mastery",
        True,
    )
    with clock_at(MARCH), pytest.raises(Clash, match="cancelled already"), unit_of_work():
        services.cancel_event(officer, event, "Again.")
    with pytest.raises(Clash, match="This event was cancelled"):
        register(officer, event, place.luis, place.school)


def test_a_plan_that_does_not_hold_is_refused_by_field(place: Place) -> None:
    officer = actor(place.officer)
    with clock_at(MARCH), pytest.raises(Invalid) as refused, unit_of_work():
        services.schedule_event(officer, place.cycle, EventPlan("party", " ", MARCH, MARCH, capacity=0))
    assert list(refused.value.errors) == ["kind", "title", "ends_at", "capacity"]
    with clock_at(MARCH), pytest.raises(Refused), unit_of_work():
        plan = EventPlan("workshop", "Mine", MARCH, MARCH + DAY)
        services.schedule_event(actor(place.dana), place.cycle, plan)
    assert db.session.scalars(select(Event)).all() == []


def test_a_smaller_room_keeps_those_who_have_a_place(place: Place) -> None:
    event = place.event(capacity=5)
    register(actor(place.dana), event, place.dana, place.school)
    register(actor(place.dana), event, place.luis, place.school)

    def change(capacity: int) -> None:
        plan = EventPlan("workshop", event.title, event.starts_at, event.ends_at, capacity=capacity)
        with clock_at(MARCH), unit_of_work():
            services.change_event(actor(place.officer), event, plan)

    with pytest.raises(Invalid, match="2 people have a place already"):
        change(1)
    change(2)
    assert event.capacity == 2


def test_two_events_are_asked_for_when_the_rule_says_so(place: Place) -> None:
    stage = DiscoveryStage.model_validate(
        {"kind": "discovery", "counts": ["workshop", "webinar"], "complete_when": {"at_least": 2}}
    )
    with clock_at(MARCH), unit_of_work():
        first, second, visit = (
            make.event(place.cycle, MARCH, kind) for kind in ("workshop", "webinar", "school_visit")
        )
        make.placed(first, place.school, place.dana, came=True)
        make.placed(first, place.school, place.luis, came=True)  # two people at one event are one event
        make.placed(visit, place.school, place.dana, came=True)
        make.placed(second, place.school, place.dana, cancelled=True)
        case = Case(cycle_id=place.cycle.id, organization_id=place.school.id, opened_at=MARCH)
        db.session.add(case)
    assert queries.has_completed(case, stage) is False
    assert db.session.scalars(queries.completed_organizations(place.cycle.id, stage)).all() == []
    with clock_at(MARCH), unit_of_work():
        make.placed(second, place.school, place.luis, came=True)
    assert queries.has_completed(case, stage) is True
    assert db.session.scalars(queries.completed_organizations(place.cycle.id, stage)).all() == [place.school.id]


def test_reach_counts_people_once_and_schools_only(place: Place) -> None:
    with clock_at(MARCH), unit_of_work():
        partner, mentor = organization("Mastery Design", "partner"), person("Carmen Lee")
        join(mentor, partner)
        one = make.event(place.cycle, MARCH, topic="Mastery", host=partner)
        two = make.event(place.cycle, MARCH, "webinar", topic=None)
        nobody = make.event(place.cycle, MARCH, topic="Mastery")
        off = make.event(place.cycle, MARCH, topic="Mastery", cancelled_at=MARCH)
        elsewhere = make.event(small_cycle(), MARCH, topic="Mastery")
        for event, someone, of in (
            (one, place.dana, place.school),
            (two, place.dana, place.school),
            (one, place.luis, place.school),
            (one, mentor, partner),
            (off, place.luis, place.school),
            (elsewhere, place.luis, place.school),
        ):
            make.placed(event, of, someone, came=True)
        make.placed(nobody, place.school, place.luis)
    officer = actor(place.officer)
    assert queries.reach(officer, place.cycle) == Reach(educators=3, schools=1, events=2)
    assert queries.reach_by_topic(officer, place.cycle) == [("Mastery", Reach(3, 1, 1)), ("", Reach(1, 1, 1))]
    assert queries.reach_by_host(officer, place.cycle) == [("Mastery Design", Reach(3, 1, 1)), ("", Reach(1, 1, 1))]


def test_events_are_listed_with_their_numbers_the_nearest_first(place: Place) -> None:
    with clock_at(MARCH), unit_of_work():
        past = make.event(place.cycle, MARCH - 5 * DAY, title="Held", topic="Mastery")
        older = make.event(place.cycle, MARCH - 9 * DAY, "school_visit", title="Older")
        far, near = (make.event(place.cycle, MARCH + days * DAY, title=f"In {days}") for days in (9, 2))
        make.placed(near, place.school, place.dana)
        make.placed(near, place.school, place.luis, cancelled=True)
        make.placed(past, place.school, place.luis, came=True)

    def listed(**filters: Any) -> list[tuple[Event, int, int, int, int]]:
        with clock_at(MARCH):
            return [tuple(row) for row in queries.events(actor(place.dana), EventFilters(**filters)).items]

    assert listed() == [(near, 1, 0, 1, 0), (far, 0, 0, 0, 0)]
    assert listed(when="past") == [(past, 1, 1, 0, 0), (older, 0, 0, 0, 0)]
    assert [row[0] for row in listed(when="", kind="school_visit")] == [older]
    assert [row[0] for row in listed(when="", topic="Mastery")] == [past]
    assert [row[0] for row in listed(when="", search="iN 9")] == [far]
    assert queries.events(Actor(None, "Visitor"), EventFilters(when="")).items == []


def test_members_see_their_own_people_and_staff_see_all(place: Place) -> None:
    event = place.event()
    stranger, other = place.other_school()
    own = register(actor(place.dana), event, place.dana, place.school)
    theirs = register(actor(stranger), event, stranger, other)
    assert queries.places_seen_by(actor(place.luis), event) == [own]
    assert queries.places_seen_by(actor(place.officer), event) == [theirs, own]
    with pytest.raises(Missing):
        queries.place_for(actor(place.luis), theirs.public_id)
    assert [one.person for one in queries.can_join(actor(place.dana), event)] == [place.luis]


def test_todos_name_what_is_near_and_what_was_not_written_down(app: Flask, place: Place) -> None:
    with clock_at(MARCH), unit_of_work():
        near = make.event(place.cycle, MARCH + 2 * DAY, title="Near", place="Impact Hub")
        far = make.event(place.cycle, MARCH + 20 * DAY)
        held, written = (make.event(place.cycle, MARCH - 2 * DAY, title=title) for title in ("Held", "Written"))
        for event in (near, far, held):
            make.placed(event, place.school, place.dana)
        make.placed(written, place.school, place.dana, came=True)
    with clock_at(MARCH), app.test_request_context():
        assert [(one.title, one.detail) for one in queries.todos(actor(place.dana))] == [
            ("Near", "You have a place. Impact Hub.")
        ]
        assert queries.todos(actor(place.luis)) == []
        assert [(one.title, one.urgency) for one in queries.todos(actor(place.officer))] == [
            ("Write down who came to Held", "due"),
            ("Write and publish the public page of NGLC in Oakland", "due"),
        ]


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_takes_places_for_oneself_and_a_colleague(place: Place, client_of: Browser) -> None:
    event, dana = place.event(capacity=2), client_of(place.dana)
    address = f"/events/{event.public_id}"
    with clock_at(MARCH):
        assert "0 of 2 taken" in dana.get(address).text
        assert dana.post(f"{address}/places", data={}).status_code == 422
        who = [f"{one.public_id}:{place.school.public_id}" for one in (place.dana, place.luis)]
        assert dana.post(f"{address}/places", data={"who": who}).status_code == 302
        page = dana.get(address).text
    assert "2 of 2 taken" in page
    assert "Luis Ortega" in page


def test_who_belongs_to_two_stands_once_and_comes_for_the_one_that_is_chosen(place: Place, client_of: Browser) -> None:
    with clock_at(MARCH), unit_of_work():
        both = organization("Two of Us", "consortium")
        for one in (place.dana, place.luis):
            join(one, both, OrganizationRole.VIEWER)
    event, dana = place.event(), client_of(place.dana)
    with clock_at(MARCH):
        page = dana.get(f"/events/{event.public_id}").text
        assert re.findall(r'name="who" value="([^"]+)"', page) == [place.dana.public_id, place.luis.public_id]
        offered = re.search(rf'name="for-{place.luis.public_id}".*?</select>', page)
        assert offered
        assert re.findall(r">for ([^<]+)<", offered[0]) == ["Urban Promise Academy", "Two of Us"]
        chosen = {f"for-{place.dana.public_id}": place.school.public_id, f"for-{place.luis.public_id}": both.public_id}
        who = [place.dana.public_id, place.luis.public_id]
        assert dana.post(f"/events/{event.public_id}/places", data={"who": who, **chosen}).status_code == 302
        assert dana.post(f"/events/{event.public_id}/places", data={"who": who[0]}).status_code == 422
    taken = {(one.person.name, one.organization.name) for one in queries.places(event)}
    assert taken == {("Dana Ruiz", "Urban Promise Academy"), ("Luis Ortega", "Two of Us")}


def test_a_full_event_is_told_and_nobody_is_half_registered(place: Place, client_of: Browser) -> None:
    event, dana = place.event(capacity=1), client_of(place.dana)
    who = [f"{one.public_id}:{place.school.public_id}" for one in (place.dana, place.luis)]
    with clock_at(MARCH):
        answer = dana.post(f"/events/{event.public_id}/places", data={"who": who})
    assert (answer.status_code, "There is 1 place left, and you asked for 2." in answer.text) == (409, True)
    assert queries.places(event) == []
    with clock_at(MARCH):
        assert dana.post(f"/events/{event.public_id}/places", data={"who": who[:1]}).status_code == 302
        late = dana.post(f"/events/{event.public_id}/places", data={"who": who[1:]})
    assert (late.status_code, "This event is full." in late.text) == (409, True)


def test_another_schools_places_are_not_given_up_by_strangers(place: Place, client_of: Browser) -> None:
    event = place.event()
    stranger, _ = place.other_school()
    held = register(actor(place.dana), event, place.dana, place.school)
    with clock_at(MARCH):
        assert client_of(stranger).post(f"/places/{held.public_id}/cancel").status_code == 404
        assert client_of(stranger).post(f"/places/{held.public_id}/attendance").status_code == 403
        assert "Dana Ruiz" not in client_of(stranger).get(f"/events/{event.public_id}").text
        assert client_of(place.luis).post(f"/places/{held.public_id}/cancel").status_code == 302
    assert queries.places(event) == []


def test_the_door_checks_people_in_and_out_and_lets_in_who_has_no_place(place: Place, client_of: Browser) -> None:
    event, maya = place.event(), client_of(place.officer)
    held = register(actor(place.dana), event, place.dana, place.school)
    door = f"/events/{event.public_id}/door"
    with clock_at(event.starts_at):
        assert "0 of 1 here" in maya.get(door).text
        assert maya.post(f"/places/{held.public_id}/attendance", data={"came": "yes"}).status_code == 302
        assert "1 of 1 here" in maya.get(door).text
        assert maya.post(f"/places/{held.public_id}/attendance", data={"came": "no"}).status_code == 302
        assert "0 of 1 here" in maya.get(door).text
        nobody = maya.post(f"/events/{event.public_id}/walk-in", data={"email": "nobody@example.org"})
        assert (nobody.status_code, "this address has no account yet" in nobody.text) == (422, True)
        assert maya.post(f"/events/{event.public_id}/walk-in", data={"email": place.luis.email}).status_code == 302
        assert maya.post(f"/events/{event.public_id}/attendance").status_code == 302
        page = maya.get(f"{door}?search=ortega").text
    assert "2 of 2 here" in page
    assert ("Luis Ortega" in page, "Dana Ruiz" in page) == (True, False)


def test_an_event_is_planned_changed_and_cancelled_on_pages(place: Place, client_of: Browser) -> None:
    maya = client_of(place.officer)
    plan = {
        "cycle": place.cycle.public_id,
        "host": "",
        "kind": "workshop",
        "title": "Mastery",
        "starts_at": "2015-03-10T16:00",
        "ends_at": "2015-03-10T18:00",
        "capacity": "20",
    }
    with clock_at(MARCH):
        wrong = maya.post("/events/new", data={**plan, "ends_at": "2015-03-10T15:00", "capacity": "many"})
        assert wrong.status_code == 422
        assert ('value="many"' in wrong.text, 'value="Mastery"' in wrong.text) == (True, True)
        with unit_of_work():
            for city in ("Fresno", "Oakland"):
                organization("Lincoln", city=city)
        several = maya.post("/events/new", data={**plan, "host": "lincoln"})
        assert (several.status_code, 'value="lincoln"' in several.text) == (422, True)
        assert "Write which: Lincoln, Fresno or Lincoln, Oakland." in several.text
        assert 'value="Lincoln, Fresno"' in maya.get("/events/new?host=linc").text
        assert maya.post("/events/new", data={**plan, "host": "Lincoln, Oakland"}).status_code == 302
    event = db.session.scalars(select(Event)).one()
    # Four in the afternoon in Oakland, where the clocks have just changed.
    assert (event.starts_at, event.capacity) == (datetime(2015, 3, 10, 23, 0, tzinfo=UTC), 20)
    address = f"/events/{event.public_id}"
    with clock_at(MARCH):
        assert event.host is not None
        assert (event.host.name, event.host.city) == ("Lincoln", "Oakland")
        page = maya.get(f"{address}/edit").text
        assert ('value="2015-03-10T16:00"' in page, 'value="Lincoln, Oakland"' in page) == (True, True)
        assert maya.post(f"{address}/edit", data={**plan, "title": "Mastery II"}).status_code == 302
        assert maya.post(f"{address}/cancel", data={"reason": ""}).status_code == 422
        assert maya.post(f"{address}/cancel", data={"reason": "Rain."}).status_code == 302
        assert "Cancelled" in maya.get(address).text
        assert client_of(place.dana).get(f"{address}/edit").status_code == 403
        assert client_of(place.dana).get("/events?when=all").text.count("Mastery II") == 1


def test_the_page_of_an_event_is_paged_searched_and_costs_the_same_for_one_and_for_many(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    maya, event = client_of(place.officer), place.event()
    address = f"/events/{event.public_id}"

    def fill(people: int) -> None:
        with unit_of_work():
            for number in range(people):
                make.placed(event, place.school, person(f"Visitor {number:02}"), came=number == 0)
                someone = person(f"Waiting {number:02}")
                line = {"event_id": event.id, "organization_id": place.school.id, "since": MARCH}
                db.session.add(Waiting(person_id=someone.id, **line))

    fill(1)
    with clock_at(event.ends_at):
        maya.get(address)
        with statements() as few:
            maya.get(address)
        fill(35)
        with statements() as many:
            first = maya.get(address).text
        assert len(many) == len(few)
        last = maya.get(f"{address}?page=2&line=2").text
        found = maya.get(f"{address}?search=visitor+34").text
    assert [text.count('<span class="why">') for text in (first, last)] == [60, 12]
    assert ("Visitor 34" in first, "Visitor 34" in last, "Visitor 34" in found) == (False, True, True)
    # Who missed it is said, and certificates are offered, by what is on other pages too.
    assert ("Did not come" in last, "Make certificates for all who came" in last, "Visitor 33" in found) == (
        True,
        True,
        False,
    )


def test_the_calendar_costs_the_same_at_one_event_and_at_thirty(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    place.event()
    dana = client_of(place.dana)
    with clock_at(MARCH):
        dana.get("/events")
        with statements() as one:
            dana.get("/events")
    with clock_at(MARCH), unit_of_work():
        for number in range(29):
            make.placed(make.event(place.cycle, MARCH + number * DAY, host=organization()), place.school)
    with clock_at(MARCH), statements() as thirty:
        page = dana.get("/events").text
    assert page.count('class="event') == 30
    assert len(one) == len(thirty)


def test_writing_down_who_came_costs_the_same_for_one_and_for_thirty(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    maya, costs = client_of(place.officer), []
    for count in (1, 30):
        event = place.event()
        with clock_at(MARCH), unit_of_work():
            for _ in range(count):  # of a school each, whose case is opened by it
                make.placed(event, organization())
        with clock_at(event.starts_at), statements() as seen:
            answer = maya.post(f"/events/{event.public_id}/attendance", follow_redirects=False)
        assert answer.status_code == 302
        assert queries.came_of(actor(place.officer), event) == (count, count)
        costs.append([one[:40] for one in seen if not one.startswith("INSERT")])  # a line a school is written
    assert costs[0] == costs[1]


def test_reach_is_the_staffs_to_see(place: Place, client_of: Browser) -> None:
    with clock_at(MARCH):
        assert "Nothing yet" in client_of(place.officer).get("/events/reach").text
        assert client_of(place.dana).get("/events/reach").status_code == 403
    with clock_at(MARCH), unit_of_work():
        make.placed(make.event(place.cycle, MARCH - DAY), place.school, place.dana, came=True)
    with clock_at(MARCH):
        page = client_of(place.officer).get("/events/reach").text
    assert "<b>1</b><span>educators</span>" in page
