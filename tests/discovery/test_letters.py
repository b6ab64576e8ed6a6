"""Letters and certificates for all who come: asked for at once, made some at a time, each once, shown as they go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from grants.background import runner
from grants.background.models import Job
from grants.background.runner import LEASE, run_due
from grants.casework.services import open_case
from grants.discovery import jobs, queries, services
from grants.discovery.letter_models import EventLetters
from grants.discovery.models import Event, Registration
from grants.discovery.services import telling
from grants.documents.models import Document
from grants.kernel.clock import clock_at
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Organization, Person, RoleGrant
from grants.persistence.session import db, unit_of_work
from tests.discovery.story import DAY, MARCH, Browser, Place
from tests.factories import discovery as make
from tests.factories.monitoring import conflict
from tests.factories.people import actor, organization, person

WORD = {"audience": "places", "subject": "Parking", "text": "Park behind the hall."}
MANY = telling.AT_ONCE * 2 + 7


def filled(place: Place, count: int, *, over: bool = False) -> Event:
    """An event with so many people, who came if it is over."""
    with clock_at(MARCH), unit_of_work():
        event = make.event(place.cycle, MARCH - DAY if over else MARCH + DAY, title="Mastery")
        for number in range(count):
            make.placed(event, place.school, person(f"Guest {number:03}"), came=over)
        return event


def written() -> list[str]:
    """To whom the message went, in the order of writing."""
    db.session.rollback()
    return list(
        db.session.scalars(select(Message.to_name).where(Message.template == "event.word").order_by(Message.id))
    )


def asked_to_write(place: Place, event: Event) -> EventLetters:
    with clock_at(MARCH), unit_of_work():
        services.write_to_all(actor(place.officer), event, "places", WORD["subject"], WORD["text"])
    return db.session.scalars(select(EventLetters)).one()


def test_asking_costs_the_same_for_many_as_for_one(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    maya, costs = client_of(place.officer), []
    for count in (1, 1, 40):  # the first fills what is kept for the rest of the process
        event = filled(place, count, over=True)
        address = f"/events/{event.public_id}"
        with clock_at(MARCH), statements() as seen:
            assert maya.post(f"{address}/message", data={**WORD, "text": f"To {event.id}"}).status_code == 302
            writing = len(seen)
            assert maya.post(f"{address}/certificates").status_code == 302
        costs.append((writing, len(seen) - writing))
    assert costs[1] == costs[2]
    assert written() == []


def test_the_page_costs_the_same_whatever_was_written(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    maya, event = client_of(place.officer), filled(place, 40, over=True)

    def cost() -> int:
        with clock_at(MARCH), statements() as seen:
            assert maya.get(f"/events/{event.public_id}").status_code == 200
        return len(seen)

    with clock_at(MARCH), unit_of_work():
        services.certify_all(actor(place.officer), event)
    one = cost()
    for number in range(5):
        with clock_at(MARCH), unit_of_work():
            services.write_to_all(actor(place.officer), event, "came", "Thanks", f"Word {number}")
    assert cost() == one


def test_each_batch_costs_no_more_than_its_people(place: Place, statements: Callable[[], Any]) -> None:
    letters, costs = asked_to_write(place, filled(place, MANY)), []
    for _ in range(2):
        with clock_at(MARCH), statements() as seen, unit_of_work():
            assert services.make_some(db.session.get_one(EventLetters, letters.id))
        costs.append(len(seen))
    assert len(written()) == 2 * telling.AT_ONCE
    assert abs(costs[0] - costs[1]) <= 2, "the second is not dearer for what the first has done"


def test_how_far_it_is_stands_on_the_page(place: Place, client_of: Browser) -> None:
    event, maya = filled(place, MANY), client_of(place.officer)
    letters = asked_to_write(place, event)

    def page() -> str:
        with clock_at(MARCH):
            return " ".join(maya.get(f"/events/{event.public_id}").text.split())

    assert f"0 of {MANY} letters made." in page()
    with clock_at(MARCH), unit_of_work():
        services.make_some(db.session.get_one(EventLetters, letters.id))
    assert f"{telling.AT_ONCE} of {MANY} letters made." in page()
    with clock_at(MARCH):
        run_due()
    shown = page()
    assert (f"{MANY} letters made" in shown, "Look again" in shown) == (True, False)
    assert "letters made" not in client_of(place.dana).get("/events").text


@pytest.mark.parametrize("after", [1, telling.AT_ONCE + 3])
def test_a_runner_that_dies_leaves_nothing_out_and_nothing_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    asked_to_write(place, filled(place, MANY))
    post, posted = telling.messages.post, []

    def dies(*args: Any) -> object:
        posted.append(args)
        if len(posted) == after:
            raise SystemExit("killed")
        return post(*args)

    monkeypatch.setattr(telling.messages, "post", dies)
    with clock_at(MARCH), pytest.raises(SystemExit):
        run_due(long=True)
    monkeypatch.undo()
    whole = (after - 1) // telling.AT_ONCE * telling.AT_ONCE
    assert len(written()) == whole, "a batch is written whole or not at all"
    with clock_at(MARCH + LEASE + timedelta(seconds=1)):
        run_due()
    assert written() == [f"Guest {number:03}" for number in range(MANY)]
    assert db.session.scalars(select(Job.state).where(Job.name == queries.MAKE)).all() == ["done"]


def test_two_runners_at_once_write_each_once(app: Flask, place: Place) -> None:
    letters = asked_to_write(place, filled(place, MANY)).public_id
    db.session.rollback()

    def work(_: int) -> None:
        with app.app_context(), clock_at(MARCH):
            jobs.make_letters(letters)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert written() == [f"Guest {number:03}" for number in range(MANY)]


def test_two_presses_are_one_work_and_the_same_words_reach_nobody_twice(place: Place, client_of: Browser) -> None:
    event, maya = filled(place, 3, over=True), client_of(place.officer)
    address = f"/events/{event.public_id}"

    def press(audience: str) -> int:
        with clock_at(MARCH):
            return maya.post(f"{address}/message", data={**WORD, "audience": audience}).status_code

    assert (press("places"), press("places"), press("came")) == (302, 302, 302)
    with clock_at(MARCH):
        assert [maya.post(f"{address}/certificates").status_code for _ in range(2)] == [302, 302]
        assert db.session.scalar(select(func.count()).select_from(EventLetters)) == 3
        run_due()
    assert written() == ["Guest 000", "Guest 001", "Guest 002"]
    assert db.session.scalar(select(func.count()).select_from(Document)) == 3
    assert press("places") == 409


def test_who_gave_the_place_up_and_who_came_later_are_left_out(place: Place) -> None:
    event = filled(place, 2)
    asked_to_write(place, event)
    with clock_at(MARCH + timedelta(minutes=1)), unit_of_work():
        first = db.session.scalars(select(Registration).order_by(Registration.id)).first()
        assert first is not None
        first.cancelled_at = MARCH
        make.placed(event, place.school, place.dana).registered_at = MARCH + timedelta(minutes=1)
    with clock_at(MARCH + timedelta(minutes=2)):
        run_due()
        (shown,) = queries.letters_of(actor(place.officer), event)
    assert (written(), shown.made, shown.total, shown.state) == (["Guest 001"], 1, 1, "made")


def test_it_stops_when_whoever_asked_may_not_any_more_or_the_event_is_cancelled(
    place: Place, client_of: Browser
) -> None:
    event = filled(place, 2, over=True)
    with clock_at(MARCH), unit_of_work():
        noor = person("Noor Haddad", Role.PROGRAM_OFFICER)
        services.write_to_all(actor(noor), event, "came", "Thanks", "For coming.")
        services.certify_all(actor(place.officer), event)
    with clock_at(MARCH), unit_of_work():
        db.session.execute(delete(RoleGrant).where(RoleGrant.person_id == noor.id))
        event.cancelled_at = MARCH
    with clock_at(MARCH):
        run_due()
        page = client_of(place.officer).get(f"/events/{event.public_id}").text
    assert (written(), db.session.scalars(select(Document)).all()) == ([], [])
    assert "It ended here: Whoever asked for it may not write for this event any more." in page
    assert "It ended here: Certificates are made once the event is over." in page


def test_work_that_failed_says_so(place: Place, client_of: Browser) -> None:
    event = filled(place, 2)
    asked_to_write(place, event)
    with clock_at(MARCH), unit_of_work():
        db.session.scalars(select(Job).where(Job.name == queries.MAKE)).one().state = "failed"
    with clock_at(MARCH):
        page = client_of(place.officer).get(f"/events/{event.public_id}").text
    assert "It could not go on" in page


def test_no_figure_counts_whom_a_conflict_hides(place: Place, client_of: Browser) -> None:
    lodestar = another_school()
    event = filled(place, 2)
    with clock_at(MARCH), unit_of_work():
        noor: Person = person("Noor Haddad", Role.PROGRAM_OFFICER)
        make.placed(event, lodestar, person("Ada Bright"))
        conflict(open_case(SYSTEM, place.cycle.id, lodestar.id), place.officer)
        alone = make.event(place.cycle, MARCH + DAY, title="For Lodestar")
        make.placed(alone, lodestar, person("Ben Lodestar"))
        for one in (event, alone):
            services.write_to_all(actor(noor), one, "places", "Parking", f"For {one.title}")
    with clock_at(MARCH):
        run_due()
    shown = [
        [[one.total for one in queries.letters_of(actor(of), at)] for at in (event, alone)]
        for of in (place.officer, noor, place.dana)
    ]
    assert shown == [[[2], []], [[3], [1]], [[], []]]


def test_who_knows_of_more_people_than_whoever_asked_does_not_wait_for_theirs(place: Place) -> None:
    lodestar = another_school()
    event = filled(place, 2, over=True)
    with clock_at(MARCH), unit_of_work():
        noor: Person = person("Noor Haddad", Role.PROGRAM_OFFICER)
        make.placed(event, lodestar, person("Ada Bright"), came=True)
        conflict(open_case(SYSTEM, place.cycle.id, lodestar.id), place.officer)
        services.certify_all(actor(place.officer), event)
    with clock_at(MARCH):
        run_due()
        shown = [queries.letters_of(actor(of), event) for of in (place.officer, noor)]
    assert [[(one.made, one.total, one.state) for one in found] for found in shown] == [[(2, 2, "made")]] * 2


def another_school() -> Organization:
    with clock_at(MARCH), unit_of_work():
        return organization("Lodestar", sector="charter")


def test_long_work_is_what_it_is(app: Flask, place: Place) -> None:
    asked_to_write(place, filled(place, 1))
    with clock_at(MARCH):
        assert (runner.run_due(long=False), runner.run_due(long=True)) == (0, 1)
