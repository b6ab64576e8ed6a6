"""Those who come to an event, or wait for a place, are told once of another time or place."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.background.models import Job
from grants.discovery import services
from grants.discovery.dates import event_dates
from grants.discovery.jobs import tell_of_change
from grants.discovery.models import Event
from grants.discovery.services import EventPlan
from grants.discovery.services.changing import GATHERED_FOR
from grants.kernel.clock import clock_at
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from tests.discovery.story import DAY, MARCH, Place, register
from tests.factories.people import actor

MINUTE = timedelta(minutes=1)
LATER = MARCH + DAY


def planned(event: Event, **more: Any) -> EventPlan:
    known = {name: getattr(event, name) for name in EventPlan.__dataclass_fields__}
    return replace(EventPlan(**known), **more)


def change(at_place: Place, event: Event, at: datetime = LATER, **more: Any) -> None:
    with clock_at(at), unit_of_work():
        services.change_event(actor(at_place.officer), event, planned(event, **more))


def jobs() -> list[Job]:
    return list(db.session.scalars(select(Job).where(Job.name == "discovery.tell_of_change").order_by(Job.id)))


def run(at: datetime = LATER + GATHERED_FOR) -> None:
    with clock_at(at):
        for one in jobs():
            tell_of_change(**one.args)


def told() -> list[tuple[str, str]]:
    found = db.session.scalars(select(Message).where(Message.template == "event.changed").order_by(Message.id))
    return [(one.to_name, one.body) for one in found]


@pytest.fixture
def event(place: Place) -> Event:
    """An event with one place, which Dana has; Luis waits."""
    found = place.event(capacity=1, title="Mastery", place="Impact Hub")
    register(actor(place.dana), found, place.dana, place.school)
    with clock_at(MARCH), unit_of_work():
        services.join_waitlist(actor(place.luis), found, place.luis, place.school)
    return found


@pytest.mark.scenario
def test_an_event_moves_and_whoever_comes_reads_it_in_one_mail(place: Place, event: Event) -> None:
    """Maya moves the workshop, then notices the room is taken too: two edits, one mail, and calendars follow."""
    change(place, event, starts_at=event.starts_at + DAY, ends_at=event.ends_at + DAY)
    change(place, event, LATER + MINUTE, place="https://meet.example.org/mastery")
    assert [one.run_at for one in jobs()] == [LATER + GATHERED_FOR]
    assert told() == []
    run()
    assert [name for name, _ in told()] == ["Dana Ruiz", "Luis Ortega"]
    body = told()[0][1]
    assert "Now: Tuesday 10 March 2015, 10:00 am Pacific, to 12:00 pm Pacific; https://meet.example.org/mastery" in body
    assert "Before: Monday 9 March 2015, 10:00 am Pacific, to 12:00 pm Pacific; Impact Hub" in body
    assert ("for which you have a place" in body, "on whose waitlist you are" in told()[1][1]) == (True, True)
    (entry,) = event_dates([event])
    assert (entry.changes, entry.starts, entry.place) == (2, event.starts_at, "https://meet.example.org/mastery")
    run()  # a job that is run once more tells nobody
    assert len(told()) == 2


def test_a_second_change_on_another_day_is_told_again(place: Place, event: Event) -> None:
    change(place, event, place="Library")
    run()
    change(place, event, LATER + DAY, place="Impact Hub")
    run(LATER + DAY + GATHERED_FOR)
    assert [name for name, _ in told()] == ["Dana Ruiz", "Luis Ortega"] * 2


def test_nobody_is_told_of_what_does_not_move_them(place: Place, event: Event) -> None:
    change(place, event, title="Mastery, a start", description="More of it.", topic="Mastery")
    change(place, event)
    assert jobs() == []
    change(place, event, place="Library")
    change(place, event, LATER + MINUTE, place="Impact Hub")  # put back before anybody was told
    run()
    assert told() == []


def test_the_same_again_is_no_change(place: Place, event: Event) -> None:
    change(place, event)
    (entry,) = event_dates([event])
    assert entry.changes == 0


def test_who_took_a_place_after_the_change_knows_it_already(place: Place, event: Event) -> None:
    change(place, event, place="Library", capacity=5)
    ada, lodestar = place.other_school()
    register(actor(ada), event, ada, lodestar, LATER + MINUTE)
    run()
    assert [name for name, _ in told()] == ["Dana Ruiz", "Luis Ortega"]


def test_of_an_event_that_is_called_off_meanwhile_only_that_is_told(place: Place, event: Event) -> None:
    change(place, event, place="Library")
    with clock_at(LATER + MINUTE), unit_of_work():
        services.cancel_event(actor(place.officer), event, "Rain.")
    run()
    assert told() == []


def test_what_is_put_right_after_an_event_is_told_to_nobody(place: Place, event: Event) -> None:
    change(place, event, event.ends_at, place="Library")
    assert jobs() == []


def test_two_runs_at_once_tell_everyone_once(place: Place, event: Event, app: Flask) -> None:
    change(place, event, place="Library")
    event_id, together = event.public_id, Barrier(2)
    db.session.rollback()

    def once(_: int) -> None:
        with app.app_context(), clock_at(LATER + GATHERED_FOR):
            together.wait()
            tell_of_change(event_id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(once, range(2)))
    assert sorted(name for name, _ in told()) == ["Dana Ruiz", "Luis Ortega"]
