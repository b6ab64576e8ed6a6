"""Who has a conflict of interest with a school reads nothing of its people at events, not even that they were there."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from grants.background.runner import run_due
from grants.casework.services import open_case
from grants.discovery import queries, services
from grants.discovery.models import Event
from grants.discovery.queries import Reach
from grants.discovery.services.feedback import Opinion
from grants.discovery.todos import todos
from grants.kernel.clock import clock_at
from grants.kernel.errors import Missing
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.discovery.story import DAY, MARCH, Browser, Place, register
from tests.factories import discovery as make
from tests.factories.monitoring import conflict
from tests.factories.people import actor, person


class Hidden:
    """An event for Ada of Lodestar and Dana of Urban Promise; Maya has a conflict with Lodestar, Noor has none."""

    def __init__(self, place: Place) -> None:
        self.place, self.maya = place, place.officer
        self.ada, self.lodestar = place.other_school()
        self.event: Event = place.event(title="Mastery", topic="Mastery", capacity=2)
        self.adas = register(actor(self.ada), self.event, self.ada, self.lodestar)
        self.danas = register(actor(place.dana), self.event, place.dana, place.school)
        with clock_at(MARCH), unit_of_work():
            self.noor: Person = person("Noor Haddad", Role.PROGRAM_OFFICER, Role.DIRECTOR)
            conflict(open_case(SYSTEM, place.cycle.id, self.lodestar.id), self.maya)
            self.line = make.waits(self.event, self.lodestar, person("Ben Lodestar"))

    def came(self) -> None:
        with clock_at(self.event.starts_at), unit_of_work():
            services.record_attendance(actor(self.noor), self.event, [self.adas, self.danas])


@pytest.fixture
def hidden(place: Place) -> Hidden:
    return Hidden(place)


def test_no_page_of_an_event_names_them(hidden: Hidden, client_of: Browser) -> None:
    hidden.came()
    address = f"/events/{hidden.event.public_id}"
    for of, seen in ((hidden.maya, False), (hidden.noor, True)):
        browser = client_of(of)
        with clock_at(hidden.event.ends_at + DAY):
            pages = [browser.get(address + part).text for part in ("", "/door", "/names", "/attendance.csv")]
        assert ["Ada Bright" in page for page in pages] == [seen] * 4
        assert ["Dana Ruiz" in page for page in pages] == [True] * 4
        assert ["Lodestar" in pages[one] for one in (0, 2, 3)] == [
            seen
        ] * 3  # the door offers every school to whoever comes
        assert queries.came_of(actor(of), hidden.event) == ((2, 2) if seen else (1, 1))
        assert len(queries.waiting_seen_by(actor(of), hidden.event)) == seen


def test_their_places_are_no_address_to_write_to(hidden: Hidden, client_of: Browser) -> None:
    maya = client_of(hidden.maya)
    with clock_at(hidden.event.starts_at):
        assert maya.post(f"/places/{hidden.adas.public_id}/attendance", data={"came": "yes"}).status_code == 404
        assert maya.post(f"/waiting/{hidden.line.public_id}/leave").status_code == 404
        assert maya.post(f"/events/{hidden.event.public_id}/attendance").status_code == 302
    assert [one.attended_at is not None for one in (hidden.adas, hidden.danas)] == [False, True]
    with pytest.raises(Missing):
        queries.place_for(actor(hidden.maya), hidden.adas.public_id)
    assert queries.place_for(actor(hidden.noor), hidden.adas.public_id) == hidden.adas


def test_no_figure_counts_them(hidden: Hidden) -> None:
    hidden.came()
    with clock_at(hidden.event.ends_at), unit_of_work():
        for who, mark in ((hidden.ada, 5), (hidden.place.dana, 3)):
            services.give_feedback(actor(who), hidden.event, Opinion(mark, mark, f"Best of {mark}", None))
    for of, reach, best, came in (
        (hidden.maya, Reach(1, 1, 1), ["Best of 3"], 1),
        (hidden.noor, Reach(2, 2, 1), ["Best of 3", "Best of 5"], 2),
    ):
        reader, cycle = actor(of), hidden.place.cycle
        assert queries.reach(reader, cycle) == reach
        assert queries.reach_by_topic(reader, cycle) == [("Mastery", reach)]
        assert queries.reach_by_host(reader, cycle) == [("", reach)]
        assert queries.said(reader, hidden.event).came == came
        assert sorted(one.best or "" for one in queries.remarks(reader, hidden.event).items) == best
        listed = queries.events(reader, queries.EventFilters(when="past")).items
        assert [(row.taken, row.came) for row in listed if row[0] == hidden.event] == [(came, came)]
        assert queries.places_counted(reader, hidden.event) == came


def test_what_is_done_to_all_counts_and_reaches_those_who_may_be_read(hidden: Hidden, client_of: Browser) -> None:
    hidden.came()
    address = f"/events/{hidden.event.public_id}"
    for of, people in ((hidden.maya, 1), (hidden.noor, 2)):
        with clock_at(hidden.event.ends_at), unit_of_work():
            assert services.certify_all(actor(of), hidden.event) == people
            words = hidden.event, "came", "Thank you", f"From {of.name}"
            assert services.write_to_all(actor(of), *words) == people
    maya = client_of(hidden.maya)
    with clock_at(hidden.event.ends_at):
        assert "1 with a place, 0 on the waitlist, 1 came." in maya.get(f"{address}/message").text
        waits = {"audience": "waiting", "subject": "Thank you", "text": "For waiting."}
        nobody = maya.post(f"{address}/message", data=waits)
    assert (nobody.status_code, "There is nobody to write to." in nobody.text) == (409, True)


def test_what_waits_counts_those_who_may_be_read(app: Flask, hidden: Hidden) -> None:
    with clock_at(hidden.event.ends_at + DAY), app.test_request_context():
        said = [[one.detail for one in todos(actor(of)) if "Mastery" in one.title] for of in (hidden.maya, hidden.noor)]
    assert [one[0].split(" had")[0] for one in said] == ["1 person", "2 people"]


@pytest.mark.parametrize("cause", ["cancel", "word", "place", "feedback"])
def test_mail_belongs_to_the_case(hidden: Hidden, client_of: Browser, cause: str) -> None:
    officer = actor(hidden.noor)
    causes: dict[str, Callable[[], object]] = {
        "cancel": lambda: services.cancel_event(officer, hidden.event, "Snow."),
        "word": lambda: services.write_to_all(officer, hidden.event, "places", "Bring", "a pen"),
        "place": lambda: services.give_place(officer, hidden.line),
        "feedback": lambda: services.ask_for_feedback(hidden.adas),
    }
    with clock_at(MARCH), unit_of_work():
        causes[cause]()
    with clock_at(MARCH):
        run_due()
    assert all(one.case_id is not None for one in db.session.scalars(select(Message)))
    with clock_at(MARCH):
        pages = [client_of(one).get("/outbox").text for one in (hidden.maya, hidden.noor)]
    assert ["Ada Bright" in page or "Ben Lodestar" in page for page in pages] == [False, True]


def test_the_record_of_who_came_is_kept_case_by_case(hidden: Hidden) -> None:
    hidden.came()
    rows = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "event.attendance")).all()
    assert sorted(str(one.after) for one in rows) == ["{'came': ['Ada Bright']}", "{'came': ['Dana Ruiz']}"]
    assert len({one.case_id for one in rows} - {None}) == 2
