"""Calendar feeds, read back as a calendar reads them: stable, changing with what changes, secret, and silent."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from grants.casework.models import Case
from grants.discovery import services as discovery
from grants.discovery.services import EventPlan
from grants.discovery.services.calling import CallPlan, show_call
from grants.kernel.clock import clock_at
from grants.kernel.errors import Missing
from grants.kernel.roles import Role
from grants.messages.calendars import Entry, written
from grants.messages.feeds import end_feed, make_feed, person_by_feed, token_of
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.portfolio.own_calendar import dates_of
from grants.programs import services as programs
from grants.review.models import Conflict
from tests.beginnings import Begin
from tests.factories import review as make_review
from tests.factories.applications import cycle as small_cycle
from tests.factories.applications import decided, draft, school
from tests.factories.people import actor, join, person

NOW = datetime(2016, 3, 2, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Browser = Callable[[Person], FlaskClient]


def read(feed: bytes) -> dict[str, Any]:
    """UID without its domain -> the event, of a feed that says everything RFC 5545 asks of one."""
    (calendar,) = Calendar.from_ical(feed.decode(), multiple=True)
    assert (calendar["VERSION"], bool(calendar["PRODID"]), calendar.errors) == ("2.0", True, [])
    events = list(calendar.walk("VEVENT"))
    for event in events:
        assert event.errors == []
        assert {"UID", "DTSTAMP", "DTSTART", "SEQUENCE", "LAST-MODIFIED", "STATUS"} <= set(event)
        start = event.decoded("DTSTART")
        assert "DTEND" not in event or event.decoded("DTEND") > start
        assert type(start) is date or start.utcoffset() == timedelta()
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    named = {str(event["UID"]).rsplit("@", 1)[0]: event for event in events}
    assert len(named) == len(events)
    return named


class Town:
    """A cycle with its public page, an officer, a school that writes, and an event it has a place at."""

    def __init__(self) -> None:
        with clock_at(NOW), unit_of_work():
            self.cycle = small_cycle()
            self.cycle.opened_at = NOW
            self.stage = next(one for one in self.cycle.stages if one.kind == "application")
            self.stage.opens_at, self.stage.closes_at = NOW, NOW + 20 * DAY
            self.maya = person("Maya Rivera", Role.PROGRAM_OFFICER)
            self.call = show_call(actor(self.maya), self.cycle, CallPlan("listed", None, "Maya", "maya@f.example"))
            self.plan = EventPlan("workshop", "Learner, profiles; a start", NOW + 7 * DAY, NOW + 7 * DAY + DAY / 12)
            self.event = discovery.schedule_event(actor(self.maya), self.cycle, self.plan)
            self.school = school("Tern Academy")
            self.lead = self.school.lead
            self.application = draft(self.school, self.stage)
            discovery.register(actor(self.lead), self.event, self.lead, self.school.organization)

    @property
    def url(self) -> str:
        return f"/calls/{self.cycle.key}-{self.call.public_id}/calendar.ics"


@pytest.fixture
def town(begin: Begin) -> Town:
    return begin(Town)


def test_everybody_can_take_in_a_cycles_dates(town: Town, client: FlaskClient) -> None:
    with clock_at(NOW):
        answer = client.get(town.url)
        again = client.get(town.url, headers={"If-None-Match": answer.headers["ETag"]})
    found = read(answer.data)
    assert (answer.content_type, again.status_code) == ("text/calendar; charset=utf-8", 304)
    assert found[f"closes-{town.stage.public_id}"].decoded("DTSTART") == town.stage.closes_at
    event = found[f"event-{town.event.public_id}"]
    assert (str(event["SUMMARY"]), event.decoded("DTSTART")) == ("Learner, profiles; a start", NOW + 7 * DAY)
    assert (event["SEQUENCE"], event["STATUS"], event["TRANSP"]) == (0, "CONFIRMED", "TRANSPARENT")
    for name in ("Tern", town.lead.name, town.lead.email):
        assert name not in answer.text


def test_what_is_moved_or_cancelled_keeps_its_place_and_says_so(town: Town, client: FlaskClient) -> None:
    maya = actor(town.maya)
    with clock_at(NOW):
        before = read(client.get(town.url).data)
    with clock_at(NOW + DAY), unit_of_work():
        discovery.change_event(maya, town.event, EventPlan(**{**vars(town.plan), "place": "Library"}))
        dates = programs.dates_of(town.stage)
        programs.move_dates(maya, town.stage, type(dates)(**{**vars(dates), "closes_at": NOW + 25 * DAY}))
    with clock_at(NOW + 2 * DAY), unit_of_work():
        discovery.cancel_event(maya, town.event, "Illness")
    with clock_at(NOW + 3 * DAY):
        after = read(client.get(town.url).data)
    assert before.keys() == after.keys()
    event, closes = after[f"event-{town.event.public_id}"], after[f"closes-{town.stage.public_id}"]
    assert (event["SEQUENCE"], event["STATUS"], str(event["LOCATION"])) == (2, "CANCELLED", "Library")
    assert event.decoded("LAST-MODIFIED") == NOW + 2 * DAY
    assert (closes["SEQUENCE"], closes.decoded("DTSTART")) == (1, NOW + 25 * DAY)


def test_a_page_that_is_hidden_has_no_calendar(town: Town, client: FlaskClient) -> None:
    with clock_at(NOW), unit_of_work():
        show_call(actor(town.maya), town.cycle, CallPlan("hidden"))
    with clock_at(NOW):
        assert client.get(town.url).status_code == 404


def test_ones_own_calendar_has_a_secret_address_that_can_be_changed_and_ended(
    town: Town, client: FlaskClient, client_of: Browser
) -> None:
    browser = client_of(town.lead)
    with clock_at(NOW):
        assert "It has no address yet" in browser.get("/account/calendar").text
        browser.post("/account/calendar")
        first = address_in(browser.get("/account/calendar").text)
        found = read(client.get(first).data)
        browser.post("/account/calendar")
        second = address_in(browser.get("/account/calendar").text)
        statuses = [client.get(first).status_code, client.get(second).status_code]
        browser.post("/account/calendar", data={"end": "1"})
        browser.post("/account/calendar", data={"end": "1"})
        statuses += [client.get(second).status_code, client.get(f"{second}x").status_code]
        statuses.append(client.get("/calendar/2222.ics").status_code)
    assert set(found) == {f"event-{town.event.public_id}", f"application-{town.application.public_id}"}
    assert str(found[f"event-{town.event.public_id}"]["TRANSP"]) == "OPAQUE"
    assert statuses == [404, 200, 404, 404, 404]


def address_in(page: str) -> str:
    return page.split('readonly value="http://localhost')[1].split('"', maxsplit=1)[0]


def test_a_closed_account_has_no_calendar(town: Town) -> None:
    with clock_at(NOW), unit_of_work():
        token = token_of(make_feed(actor(town.lead)))
    assert person_by_feed(token).id == town.lead.id
    with unit_of_work():
        town.lead.is_active = False
    with pytest.raises(Missing):
        person_by_feed(token)
    with unit_of_work():
        end_feed(actor(town.lead))


def test_a_calendar_holds_what_is_the_persons_own(town: Town) -> None:
    with clock_at(NOW), unit_of_work():
        other = school("Lodestar")
        draft(other, town.stage)
    assert {one.key for one in dates_of(actor(other.lead))}.isdisjoint(one.key for one in dates_of(actor(town.lead)))
    assert len(dates_of(actor(other.lead))) == 1
    assert dates_of(actor(town.maya)) == []


def test_extended_time_moves_ones_own_deadline(town: Town) -> None:
    with unit_of_work():
        town.application.extended_to = NOW + 30 * DAY
    (deadline,) = (one for one in dates_of(actor(town.lead)) if one.key.startswith("application"))
    assert deadline.starts == NOW + 30 * DAY


def test_nothing_differs_by_outcome_before_release(app: Flask) -> None:
    """Two schools, one proposed for an award and one for a decline, have calendars that differ in their names alone."""
    with unit_of_work():
        stage = make_review.reviewed_stage()
        lines = [make_review.submitted(stage, name) for name in ("Alpha", "Gamma")]
        leads = []
        for line in lines:
            leads.append(person())
            join(leads[-1], line.case.organization)
        decided(lines[0], "award")
        decided(lines[1], "decline")
    feeds = []
    for lead, line in zip(leads, lines, strict=True):
        text = written("Mine", dates_of(actor(lead))).decode().replace(line.public_id, "ID")
        feeds.append(text.replace("Alpha", "School").replace("Gamma", "School"))
    assert "Deadline" in feeds[0]
    assert feeds[0] == feeds[1]


def test_reviews_are_due_for_those_who_read_something_they_may_know_of(app: Flask) -> None:
    with unit_of_work():
        stage = make_review.reviewed_stage()
        member = make_review.panelist(stage)
        application = make_review.submitted(stage, "Tern")
        make_review.assigned(member, application)
        reviewer = db.session.get_one(Person, member.person_id)
    assert [one.key for one in dates_of(actor(reviewer))] == [f"reviews:{stage.public_id}"]
    with unit_of_work():
        case = db.session.get_one(Case, application.case_id)
        db.session.add(Conflict(case=case, person=reviewer, source="declared", since=NOW))
    assert dates_of(actor(reviewer)) == []


def test_a_single_event_can_be_taken_away(town: Town, client_of: Browser) -> None:
    with clock_at(NOW):
        found = read(client_of(town.lead).get(f"/events/{town.event.public_id}/event.ics").data)
    assert set(found) == {f"event-{town.event.public_id}"}


def test_feeds_cost_the_same_for_one_and_for_thirty(town: Town, statements: Callable[[], Any]) -> None:
    counts = []
    for number in (1, 30):
        with clock_at(NOW), unit_of_work():
            for _ in range(number - 1):
                event = discovery.schedule_event(actor(town.maya), town.cycle, town.plan)
                discovery.register(actor(town.lead), event, town.lead, town.school.organization)
        lead = actor(town.lead)
        db.session.rollback()
        with statements() as seen:
            rows = len(dates_of(lead))
        counts.append((rows, len(seen)))
    assert [rows for rows, _ in counts] == [2, 31]
    assert counts[0][1] == counts[1][1]


ENTRIES = st.builds(
    Entry,
    key=st.uuids().map(lambda one: f"event:{one.hex[:20]}"),
    title=st.text(min_size=1, max_size=120),
    starts=st.one_of(
        st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 20_000).map(lambda days: NOW + DAY * days)
    ),
    changed_at=st.just(NOW),
    detail=st.text(max_size=300),
    place=st.text(max_size=60),
    changes=st.integers(0, 500),
    cancelled=st.booleans(),
    busy=st.booleans(),
)


@given(st.lists(ENTRIES, max_size=6, unique_by=lambda one: one.key))
def test_any_words_come_through_a_calendar(whole_app: Flask, entries: list[Entry]) -> None:
    with whole_app.app_context():
        calendar = Calendar.from_ical(written("Mine", entries))
    found = {str(event["UID"]).rsplit("@", 1)[0]: event for event in calendar.walk("VEVENT")}
    assert set(found) == {one.key.replace(":", "-") for one in entries}
    for one in entries:
        event = found[one.key.replace(":", "-")]
        assert event["SEQUENCE"] == one.changes
        assert (event["STATUS"] == "CANCELLED") is one.cancelled
