"""The waitlist of an event: a line, places that come free, and the door with people nobody expected."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from csv import reader
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.background.runner import run_due
from grants.discovery import queries, services
from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.policy import EventFacts, not_waiting_because
from grants.discovery.services import EventPlan
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import OrganizationRole
from grants.messages.models import Message
from grants.people import services as people
from grants.people.invitations import asked_to_join
from grants.people.models import Organization, Person
from grants.people.requests import requests_to
from grants.persistence.session import db, unit_of_work
from tests.discovery.story import DAY, MARCH, Browser, Place, register
from tests.factories import discovery as make
from tests.factories.people import actor, join, organization, person

MINUTE = timedelta(minutes=1)


def wait(place: Place, event: Event, someone: Person, of: Organization, at: datetime = MARCH) -> Waiting:
    with clock_at(at), unit_of_work():
        return services.join_waitlist(actor(someone), event, someone, of)


def mails() -> list[tuple[str, str]]:
    return [(one.person.name, one.subject) for one in db.session.scalars(select(Message).order_by(Message.id))]


def names(event: Event) -> list[str]:
    return [one.person.name for one in queries.places(event)]


def line(event: Event) -> list[str]:
    return [one.person.name for one in queries.waitlist(event)]


@pytest.mark.scenario
def test_a_place_that_comes_free_goes_to_the_first_in_line(place: Place) -> None:
    ada, lodestar = place.other_school()
    event = place.event(capacity=1, title="Mastery", place="Impact Hub")
    held = register(actor(place.dana), event, place.dana, place.school)
    wait(place, event, ada, lodestar)
    luis = wait(place, event, place.luis, place.school, MARCH + MINUTE)
    assert queries.waiting_seen_by(actor(place.luis), event) == [(luis, 2)]
    assert line(event) == ["Ada Bright", "Luis Ortega"]

    with clock_at(MARCH + DAY), unit_of_work():
        services.cancel_registration(actor(place.dana), held)
    assert (names(event), line(event)) == (["Ada Bright"], ["Luis Ortega"])
    assert mails() == [("Ada Bright", "You have a place: Mastery")]
    body = db.session.scalars(select(Message.body)).one()
    assert "Monday 9 March 2015, 10:00 am Pacific, Impact Hub" in body

    plan = EventPlan("workshop", event.title, event.starts_at, event.ends_at, capacity=3)
    with clock_at(MARCH + DAY), unit_of_work():
        services.change_event(actor(place.officer), event, plan)
    assert (names(event), line(event)) == (["Ada Bright", "Luis Ortega"], [])
    assert mails()[1:] == [("Luis Ortega", "You have a place: Mastery")]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (EventFacts(places_left=0), None),
        (EventFacts(places_left=1), "There are places free. Take one instead."),
        (EventFacts(), "There are places free. Take one instead."),
        (EventFacts(places_left=0, cancelled=True), "This event was cancelled."),
        (
            EventFacts(places_left=0, begun=True),
            "This event has begun; nobody is called from the waitlist any more.",
        ),
        (EventFacts(places_left=0, registered=True), "This person is registered already."),
        (EventFacts(places_left=0, waiting=True), "This person is on the waitlist already."),
    ],
)
def test_what_stands_in_the_way_of_waiting(facts: EventFacts, reason: str | None) -> None:
    assert not_waiting_because(facts) == reason


def test_the_line_goes_by_time_and_ties_by_who_was_written_first(place: Place) -> None:
    event = place.event(capacity=1)
    register(actor(place.dana), event, place.dana, place.school)
    ada, lodestar = place.other_school()
    with clock_at(MARCH), unit_of_work():
        people = [person(f"Person {letter}") for letter in "CAB"]
        for one in people:
            join(one, lodestar)
    for one in people:
        wait(place, event, one, lodestar)
    wait(place, event, ada, lodestar, MARCH - MINUTE)
    assert line(event) == ["Ada Bright", "Person C", "Person A", "Person B"]


def test_nobody_is_called_once_the_event_has_begun_or_was_cancelled(place: Place) -> None:
    for after_start in (True, False):
        event = place.event(capacity=1)
        held = register(actor(place.dana), event, place.dana, place.school)
        wait(place, event, place.luis, place.school)
        if after_start:
            with clock_at(event.starts_at), unit_of_work():
                services.cancel_registration(actor(place.officer), held)
            assert (names(event), line(event), mails()) == ([], ["Luis Ortega"], [])
        else:
            with clock_at(MARCH), unit_of_work():
                services.cancel_event(actor(place.officer), event, "The hall is closed.")
            subject = f"Cancelled: {event.title}"
            assert (line(event), mails()) == ([], [("Dana Ruiz", subject), ("Luis Ortega", subject)])
    bodies = db.session.scalars(select(Message.body).order_by(Message.id)).all()
    assert ["for which you have a place" in one for one in bodies] == [True, False]
    assert ["on whose waitlist you are" in one for one in bodies] == [False, True]


def test_a_closed_account_is_passed_over(place: Place) -> None:
    event = place.event(capacity=1)
    held = register(actor(place.dana), event, place.dana, place.school)
    ada, lodestar = place.other_school()
    wait(place, event, ada, lodestar)
    wait(place, event, place.luis, place.school)
    with clock_at(MARCH), unit_of_work():
        ada.is_active = False
        services.cancel_registration(actor(place.dana), held)
    assert (names(event), line(event)) == (["Luis Ortega"], ["Ada Bright"])


def test_staff_let_someone_in_before_their_turn_and_take_someone_off(place: Place) -> None:
    event = place.event(capacity=1)
    register(actor(place.dana), event, place.dana, place.school)
    ada, lodestar = place.other_school()
    first, second = wait(place, event, ada, lodestar), wait(place, event, place.luis, place.school)
    with clock_at(MARCH), pytest.raises(Refused), unit_of_work():
        services.give_place(actor(place.luis), second)
    with clock_at(MARCH), unit_of_work():
        services.give_place(actor(place.officer), second)
        services.leave_waitlist(actor(place.officer), first)
    assert (names(event), line(event)) == (["Dana Ruiz", "Luis Ortega"], [])
    assert mails() == [("Luis Ortega", f"You have a place: {event.title}")]


def test_waiting_is_ones_own_schools_affair(place: Place, client_of: Browser) -> None:
    event = place.event(capacity=1)
    register(actor(place.dana), event, place.dana, place.school)
    ada, lodestar = place.other_school()
    theirs = wait(place, event, ada, lodestar)
    with clock_at(MARCH), pytest.raises(Refused), unit_of_work():
        services.join_waitlist(actor(place.dana), event, place.luis, lodestar)
    with pytest.raises(Missing):
        queries.waiting_for(actor(place.luis), theirs.public_id)
    luis = client_of(place.luis)
    with clock_at(MARCH):
        assert luis.post(f"/waiting/{theirs.public_id}/leave").status_code == 404
        assert luis.post(f"/waiting/{theirs.public_id}/place").status_code == 403
        page = luis.get(f"/events/{event.public_id}").text
    assert ("Ada Bright" in page, "1 person waits so far" in page, "Dana Ruiz" in page) == (False, True, True)
    assert line(event) == ["Ada Bright"]


@pytest.mark.parametrize("belongs_elsewhere", [True, False])
def test_who_left_the_school_still_gives_up_their_own_place_and_nobody_elses(
    place: Place, client_of: Browser, belongs_elsewhere: bool
) -> None:
    full, other = place.event(capacity=1), place.event(title="Of others")
    _, second = place.other_school()
    with clock_at(MARCH), unit_of_work():
        if belongs_elsewhere:
            join(place.luis, second, OrganizationRole.VIEWER)
    held = register(actor(place.luis), full, place.luis, place.school)
    colleagues = register(actor(place.dana), other, place.dana, place.school)
    with clock_at(MARCH), unit_of_work():
        queue = make.event(place.cycle, MARCH + 7 * DAY, capacity=1)
        make.placed(queue, second)
        waiting = services.join_waitlist(actor(place.luis), queue, place.luis, place.school)
        people.remove_member(actor(place.dana), place.school, place.luis)
    with clock_at(MARCH):
        luis = client_of(place.luis)
        page = luis.get(f"/events/{full.public_id}").text
        assert ("Give up the place" in page, "Your place" in page) == (True, not belongs_elsewhere)
        assert luis.get(f"/events/{full.public_id}/event.ics").status_code == 200
        # Who is of no school knows of no other events, and finds the own ones at home, however far away.
        assert ("Of others" in luis.get("/events").text) is belongs_elsewhere
        assert luis.get(f"/events/{other.public_id}").status_code == (200 if belongs_elsewhere else 404)
        with clock_at(MARCH - 9 * DAY):
            assert (full.title in luis.get("/").text) is not belongs_elsewhere
        assert "Wait no longer" in luis.get(f"/events/{queue.public_id}").text
        back = [
            luis.post(one, follow_redirects=True)
            for one in (f"/places/{held.public_id}/cancel", f"/waiting/{waiting.public_id}/leave")
        ]
        assert [one.status_code for one in back] == [200, 200]
        assert "Luis Ortega is off the waitlist." in back[1].text
        assert luis.post(f"/places/{colleagues.public_id}/cancel").status_code == 404
    assert [queries.places(one) == [] for one in (full, other)] == [True, False]
    assert line(queue) == []


def test_one_joins_and_leaves_the_line_on_the_page(place: Place, client_of: Browser) -> None:
    event = place.event(capacity=1)
    register(actor(place.dana), event, place.dana, place.school)
    luis, address = client_of(place.luis), f"/events/{event.public_id}"
    who = {"who": f"{place.luis.public_id}:{place.school.public_id}"}
    with clock_at(MARCH):
        assert "Join the waitlist" in luis.get(address).text
        assert luis.post(f"{address}/waitlist", data=who).status_code == 302
        page = luis.get(address).text
        assert ("You are on the waitlist." in page, "first in line" in page) == (True, True)
        assert luis.post(f"{address}/waitlist", data=who).status_code == 422  # pressed twice: nobody is left to choose
        (leave,) = [f"/waiting/{one.public_id}/leave" for one in queries.waitlist(event)]
        assert [luis.post(leave).status_code for _ in range(2)] == [302, 404]
    assert line(event) == []


def at_once(app: Flask, people: list[int], event_id: int) -> list[str]:
    """Everyone presses at the same moment."""
    ready = Barrier(len(people))

    def press(person_id: int) -> str:
        with app.app_context(), clock_at(MARCH):
            ready.wait()
            try:
                with unit_of_work():
                    someone = db.session.get_one(Person, person_id)
                    of = someone.memberships[0].organization
                    services.register(actor(someone), db.session.get_one(Event, event_id), someone, of)
            except Clash as clash:
                return clash.sentence
            finally:
                db.session.remove()
            return "a place"

    with ThreadPoolExecutor(len(people)) as pool:
        return sorted(pool.map(press, people))


def test_of_many_who_ask_for_the_last_place_at_once_one_has_it(app: Flask, place: Place) -> None:
    event = place.event(capacity=1)
    ada, _ = place.other_school()
    people, event_id = [place.dana.id, place.luis.id, ada.id], event.id
    db.session.rollback()
    assert at_once(app, people, event_id) == ["This event is full.", "This event is full.", "a place"]
    assert len(db.session.scalars(select(Registration)).all()) == 1


def test_someone_without_an_account_comes_to_the_door(place: Place, client_of: Browser) -> None:
    event = place.event(capacity=1)
    register(actor(place.dana), event, place.dana, place.school)
    maya, door = client_of(place.officer), f"/events/{event.public_id}/walk-in"
    new = {"email": "Rosa@Example.org", "name": "Rosa Silva", "school": "urban promise academy"}
    with clock_at(event.starts_at):
        asked = maya.post(door, data={"email": new["email"]})
        assert (asked.status_code, "Write their school." in asked.text, 'value="Rosa@Example.org"' in asked.text) == (
            422,
            True,
            True,
        )
        unknown = maya.post(door, data={**new, "school": "Promise"})
        assert (unknown.status_code, "Do you mean Urban Promise Academy?" in unknown.text) == (422, True)
        assert db.session.scalar(select(Person).where(Person.email == "rosa@example.org")) is None
        assert maya.post(door, data=new).status_code == 302
        assert maya.post(door, data=new).status_code == 302  # pressed twice
        page = maya.get(f"/events/{event.public_id}/door").text
    assert "1 of 2 here" in page  # over the limit: nobody is turned away at the door
    rosa = db.session.scalars(select(Person).where(Person.email == "rosa@example.org")).one()
    assert (rosa.memberships, rosa.account_state) == ([], "invited"), "the school lets her in, or does not"
    (request,) = requests_to(place.school)
    assert (request.name, request.email) == ("Rosa Silva", "rosa@example.org")
    run_due()
    told = db.session.scalars(select(Message.to_name).where(Message.template == "people.asked_to_join")).all()
    assert told == ["Dana Ruiz"]
    with unit_of_work():
        people.let_in(actor(place.dana), request, OrganizationRole.VIEWER)
    assert rosa.memberships == [], "the officer said it, so she is asked herself"
    (asked,) = asked_to_join(rosa.id)
    with unit_of_work():
        people.accept_invitation(actor(rosa), asked)
    assert [(one.organization.name, one.role) for one in rosa.memberships] == [("Urban Promise Academy", "viewer")]
    run_due()
    mailed = select(Message.template).where(Message.to_email == "rosa@example.org").order_by(Message.id)
    assert db.session.scalars(mailed).all() == ["people.invitation", "people.belonging_asked"]


def test_at_the_door_a_person_of_two_schools_says_for_which(place: Place) -> None:
    ada, _ = place.other_school()
    event = place.event()
    with clock_at(event.starts_at), unit_of_work():
        join(ada, place.school)
        officer = actor(place.officer)
        assert services.let_in(officer, event, ada.email, school="Urban Promise Academy").organization == place.school
    with clock_at(event.starts_at), pytest.raises(Invalid, match="Add it to the directory"), unit_of_work():
        services.let_in(officer, event, "x@example.org", "X", "Nowhere")
    with clock_at(event.starts_at), pytest.raises(Refused), unit_of_work():
        services.let_in(actor(place.dana), event, place.luis.email)


def test_an_officer_writes_to_those_who_come_once(place: Place, client_of: Browser) -> None:
    event = place.event(capacity=1, title="Mastery")
    register(actor(place.dana), event, place.dana, place.school)
    wait(place, event, place.luis, place.school)
    maya, address = client_of(place.officer), f"/events/{event.public_id}/message"
    word = {"audience": "places", "subject": "Parking", "text": "Park behind the hall. {password_link}"}
    with clock_at(MARCH):
        assert maya.get(address).status_code == 200
        wrong = maya.post(address, data={**word, "subject": ""})
        assert (wrong.status_code, "Park behind the hall." in wrong.text) == (422, True)
        assert [maya.post(address, data=word).status_code for _ in range(2)] == [302, 302]  # still being written
        run_due()
        assert maya.post(address, data=word).status_code == 409
        assert maya.post(address, data={**word, "audience": "waiting"}).status_code == 302
        run_due()
        assert maya.post(address, data={**word, "audience": "came"}).status_code == 409
        assert client_of(place.dana).post(address, data=word).status_code == 403
    assert mails() == [("Dana Ruiz", "Mastery: Parking"), ("Luis Ortega", "Mastery: Parking")]
    body = db.session.scalars(select(Message.body).order_by(Message.id)).first()
    assert body is not None
    assert ("Park behind the hall. {password_link}" in body, "Maya Rivera" in body) == (True, True)


def test_the_list_of_names_and_the_file(place: Place, client_of: Browser) -> None:
    event = place.event(title="Mastery")
    held = register(actor(place.dana), event, place.dana, place.school)
    with clock_at(event.starts_at), unit_of_work():
        services.record_attendance(actor(place.officer), event, [held])
    maya, address = client_of(place.officer), f"/events/{event.public_id}"
    assert "Dana Ruiz" in maya.get(f"{address}/names").text
    rows = list(reader(maya.get(f"{address}/attendance.csv").data.decode("utf-8-sig").splitlines()))
    assert rows[1:] == [
        [
            "Dana Ruiz",
            place.dana.email,
            "Urban Promise Academy",
            "2015-03-02T09:00:00-08:00",
            "yes",
            "2015-03-09T10:00:00-07:00",
        ]
    ]
    assert maya.get(f"{address}/attendance.xlsx").data[:2] == b"PK"
    assert maya.get(f"{address}/attendance.pdf").status_code == 404
    for part in ("names", "attendance.csv", "message"):
        assert client_of(place.dana).get(f"{address}/{part}").status_code == 403


def test_another_event_like_it_is_a_week_later(place: Place, client_of: Browser) -> None:
    event = place.event(title="Mastery", capacity=12, topic="Mastery")
    with clock_at(MARCH):
        page = client_of(place.officer).get(f"/events/new?like={event.public_id}").text
    shown = ['value="Mastery"', 'value="12"', 'value="2015-03-16T10:00"', 'value="2015-03-16T12:00"']
    assert [one in page for one in shown] == [True] * 4


def test_an_events_page_costs_the_same_with_one_in_line_and_with_thirty(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    event, maya = place.event(capacity=1), client_of(place.officer)
    with clock_at(MARCH), unit_of_work():
        make.placed(event, place.school)
        make.waits(event, place.school)
    with clock_at(MARCH):
        maya.get(f"/events/{event.public_id}")
        with statements() as one:
            maya.get(f"/events/{event.public_id}")
    with clock_at(MARCH), unit_of_work():
        for _ in range(29):
            make.placed(event, organization())
            make.waits(event, organization())
    with clock_at(MARCH), statements() as thirty:
        page = maya.get(f"/events/{event.public_id}").text
    assert page.count("Give a place") == 30
    assert len(one) == len(thirty)


def somebody() -> Person:
    with unit_of_work():
        return person("Somebody")


def test_the_list_of_events_says_full_and_ones_own_place_in_line(place: Place, client_of: Browser) -> None:
    event, (ada, lodestar) = place.event(capacity=1), place.other_school()
    register(actor(place.officer), event, somebody(), place.school)
    wait(place, event, ada, lodestar)
    wait(place, event, place.luis, place.school, MARCH + MINUTE)
    with clock_at(MARCH + DAY):
        pages = [client_of(one).get("/events").text for one in (ada, place.luis, place.dana)]
    assert ["You are 1st in line" in page for page in pages] == [True, False, False]
    assert ["You are 2nd in line" in page for page in pages] == [False, True, False]
    assert [">Full<" in page for page in pages] == [True] * 3


def test_the_door_is_searched_and_paged_in_the_database(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    event, maya = place.event(), client_of(place.officer)
    register(actor(place.dana), event, place.dana, place.school)
    door = f"/events/{event.public_id}/door"
    with clock_at(event.starts_at):
        maya.get(door)
        with statements() as one:
            maya.get(door)
        with unit_of_work():
            for number in range(30):
                make.placed(event, place.school, person(f"Zoe {number:02}"), came=number < 4)
        with statements() as thirty:
            first = maya.get(door).text
        second, found = maya.get(f"{door}?page=2").text, maya.get(f"{door}?search=urban+zoe+07").text
    assert len(one) == len(thirty)
    assert "4 of 31 here" in first
    assert [page.count('<li id="place-') for page in (first, second, found)] == [30, 1, 1]
    assert ("Dana Ruiz" in first, "Zoe 29" in second, "Zoe 07" in found) == (True, True, True)
