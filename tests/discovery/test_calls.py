"""A cycle's public page: who sees which part of it, what it says of dates, and that it says nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from grants.discovery.call_models import Call
from grants.discovery.services.calling import CallPlan, show_call
from grants.kernel.clock import clock_at
from grants.kernel.errors import Invalid, Refused
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.programs.models import Cycle, CycleStage
from grants.web.schedules import Span, calendar
from tests.beginnings import Begin
from tests.factories import discovery as make
from tests.factories.applications import cycle as small_cycle
from tests.factories.people import actor, join, organization, person

NOW = datetime(2016, 3, 2, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Browser = Callable[[Person], FlaskClient]
PAGE = CallPlan("listed", "Come and plan with us.", "Maya Rivera", "maya@foundation.example")


class Desk:
    """A cycle whose launch stage is open, and its officer."""

    def __init__(self) -> None:
        with clock_at(NOW), unit_of_work():
            self.cycle = small_cycle()
            self.cycle.opened_at = NOW
            self.maya = person("Maya Rivera", Role.PROGRAM_OFFICER)
            for stage in self.cycle.stages:
                stage.opens_at, stage.closes_at = NOW - DAY, NOW + 10 * DAY
            self.call = self.shown()

    def shown(self, **more: Any) -> Call:
        return show_call(actor(self.maya), self.cycle, CallPlan(**{**vars(PAGE), **more}))

    def show(self, **more: Any) -> None:
        with clock_at(NOW), unit_of_work():
            self.shown(**more)

    @property
    def url(self) -> str:
        return f"/calls/{self.cycle.key}-{self.call.public_id}"


@pytest.fixture
def desk(begin: Begin) -> Desk:
    return begin(Desk)


def test_a_visitor_finds_what_is_open_on_the_first_page_and_how_to_apply(
    desk: Desk, client: FlaskClient, client_of: Browser
) -> None:
    ways = ('href="/register"', 'href="/our/applications"', 'href="/sign-in?next=/our/applications"')
    with unit_of_work():
        lead, growth = person("Lea"), next(one for one in desk.cycle.stages if one.key == "growth")
        join(lead, organization("ASCEND"))
    with clock_at(NOW):
        first = client.get("/")
        assert (first.status_code, first.location) == (302, "/calls")
        page = client.get("/calls").text
        assert (f'href="{desk.url}"' in page, "10 days left" in page, "Come and plan with us." in page) == (True,) * 3
        call = client.get(desk.url)
        assert (call.status_code, call.text.count("<h1>"), "10 days left" in call.text) == (200, 1, True)
        for reader, offered in ((client, [True, False, True]), (client_of(lead), [False, True, False])):
            for url in ("/calls", desk.url):
                assert [way in reader.get(url).text for way in ways] == offered
        assert not any(way in client_of(desk.maya).get(desk.url).text for way in ways)
        with unit_of_work():
            growth.opens_at, growth.closes_at = NOW - DAY, NOW + DAY
            for stage in desk.cycle.stages:
                stage.closes_at = NOW + DAY if stage == growth else NOW - timedelta(seconds=1)
        assert [way in client.get(desk.url).text for way in ways] == [False, False, True], "open to grantees alone"
    assert 'href="mailto:maya@foundation.example"' in call.text


@pytest.mark.parametrize(
    ("listing", "on_the_list", "by_address"), [("listed", True, 200), ("unlisted", False, 200), ("hidden", False, 404)]
)
def test_who_reads_it_is_what_staff_chose(
    desk: Desk, client: FlaskClient, client_of: Browser, listing: str, on_the_list: bool, by_address: int
) -> None:
    desk.show(listing=listing)
    with clock_at(NOW):
        assert (desk.url in client.get("/calls").text) is on_the_list
        paths = ("", "/questions", "/ask", "/application/launch")
        assert {client.get(f"{desk.url}{path}").status_code for path in paths} == {by_address}
        assert client_of(desk.maya).get(desk.url).status_code == 200
        noindex = "noindex" in client.get(desk.url).text
    assert noindex is (listing == "unlisted")


def test_a_page_is_not_there_before_its_cycle_opens_and_stays_after_it_closed(desk: Desk, client: FlaskClient) -> None:
    with clock_at(NOW - timedelta(seconds=1)):
        assert (client.get(desk.url).status_code, desk.url in client.get("/calls").text) == (404, False)
    with unit_of_work():
        desk.cycle.closed_at = NOW + 30 * DAY
    with clock_at(NOW + 40 * DAY):
        page, listed = client.get(desk.url), client.get("/calls").text
        assert (page.status_code, "This cycle is closed." in page.text) == (200, True)
        assert "This cycle is closed" in client.get(f"{desk.url}/ask").text
    assert listed.index("Earlier calls") < listed.index(desk.url)


def test_a_cycle_without_a_page_shows_nothing(desk: Desk, client: FlaskClient) -> None:
    with clock_at(NOW):
        assert client.get(f"/calls/{desk.cycle.key}-{desk.cycle.public_id}").status_code == 404


def test_parts_that_staff_leave_out_are_not_there(desk: Desk, client: FlaskClient) -> None:
    with clock_at(NOW), unit_of_work():
        make.event(desk.cycle, NOW + DAY, title="A workshop for all")
        make.event(desk.cycle, NOW + DAY, title="A cancelled one", cancelled_at=NOW)
        make.event(desk.cycle, NOW - 2 * DAY, title="One that is over")
        make.event(desk.cycle, NOW + DAY, kind="consultation", title="With Tern School alone")
    wanted = ("A workshop for all", "How it is judged", "of the application<span")
    never = ("A cancelled one", "One that is over", "With Tern School alone")
    with clock_at(NOW):
        page = client.get(desk.url).text
        assert [part in page for part in (*wanted, *never)] == [True] * 3 + [False] * 3
    desk.show(shows_events=False, shows_criteria=False, shows_form=False)
    with clock_at(NOW):
        page = client.get(desk.url).text
        assert [part in page for part in wanted] == [False] * 3
        assert client.get(f"{desk.url}/application/launch").status_code == 404


@pytest.mark.parametrize(
    ("place", "public"),
    [
        ("https://meet.example.org/room77", "Online"),
        ("Zoom: https://meet.example.org/room77", "Online"),
        ("Hall; or HTTP://meet.example.org/room77, code room77", "Online"),
        ("meet.example.org/room77", "Online"),
        ("Impact Hub, 2323 Broadway, St. Mary/St. John hall", "Impact Hub, 2323 Broadway, St. Mary/St. John hall"),
    ],
)
def test_the_address_of_a_meeting_is_not_public(desk: Desk, client: FlaskClient, place: str, public: str) -> None:
    with clock_at(NOW), unit_of_work():
        make.event(desk.cycle, NOW + DAY, place=place)
    with clock_at(NOW):
        page = client.get(desk.url).text
        feed = client.get(f"{desk.url}/calendar.ics").text.replace("\r\n ", "").replace("\\", "")
    assert [(f"· {public}<" in page, "room77" in page), (f"LOCATION:{public}\r" in feed, "room77" in feed)] == [
        (True, False)
    ] * 2


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=9, hours=1), "9 days left"),
        (timedelta(hours=23, minutes=59), "23 hours left"),
        (timedelta(minutes=59), "less than an hour left"),
        (timedelta(), "Applications are closed."),
    ],
)
def test_the_days_left_are_counted_by_the_server(desk: Desk, client: FlaskClient, left: timedelta, said: str) -> None:
    with clock_at(NOW + 10 * DAY - left):
        assert said in client.get(desk.url).text


def test_a_deadline_is_an_instant_in_the_cycles_zone(desk: Desk, client: FlaskClient) -> None:
    with unit_of_work():
        desk.cycle.time_zone = "America/New_York"
    with clock_at(NOW):
        page = client.get(desk.url).text
    assert "Saturday 12 March 2016, 12:00 pm Eastern" in page
    assert 'datetime="2016-03-12T17:00:00+00:00"' in page


def test_a_visitors_browser_keeps_the_page_while_it_says_the_same(desk: Desk, client: FlaskClient) -> None:
    with clock_at(NOW):
        first = client.get(desk.url)
        again = client.get(desk.url, headers={"If-None-Match": first.headers["ETag"]})
    desk.show(introduction="Something else.")
    with clock_at(NOW):
        changed = client.get(desk.url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, changed.status_code) == (304, b"", 200)
    assert (first.headers["Cache-Control"], "Set-Cookie" in first.headers) == ("no-cache", False)


def test_another_name_before_the_same_page_leads_to_it(desk: Desk, client: FlaskClient) -> None:
    with clock_at(NOW):
        answer = client.get(f"/calls/another-{desk.call.public_id}")
    assert (answer.status_code, answer.location) == (301, desk.url)


def test_nothing_public_differs_by_outcome(desk: Desk, client: FlaskClient) -> None:
    """A stage's decisions are released, and the page is the same to the byte."""
    with clock_at(NOW + 11 * DAY):
        before = client.get(desk.url).data
        with unit_of_work() as session:
            for stage in desk.cycle.stages:
                session.get_one(CycleStage, stage.id).released_at = NOW + 11 * DAY
        assert client.get(desk.url).data == before


def test_who_may_make_the_page(desk: Desk, client_of: Browser) -> None:
    url = f"/cycles/{desk.cycle.public_id}/page"
    with unit_of_work():
        people = {
            role: person(role.label, role) for role in Role if role not in {Role.SYSTEM, Role.APPLICANT, Role.COACH}
        }
    opens = {role for role, one in people.items() if client_of(one).get(url).status_code == 200}
    assert opens == {Role.PROGRAM_OFFICER}
    with pytest.raises(Refused), unit_of_work():
        show_call(actor(people[Role.DIRECTOR]), desk.cycle, PAGE)


def test_a_page_says_whom_to_ask_and_a_change_is_on_record_once(desk: Desk, client_of: Browser) -> None:
    with pytest.raises(Invalid, match="cannot be shown"):
        desk.show(contact_email=None)
    typed = {"listing": "unlisted", "contact_phone": "510 555", "answer_days": "61"}
    with clock_at(NOW):
        wrong = client_of(desk.maya).post(f"/cycles/{desk.cycle.public_id}/page", data=typed)
        assert (wrong.status_code, "from 1 to 60" in wrong.text, "510 555" in wrong.text) == (422, True, True)
        right = {**typed, "answer_days": "10"}
        assert client_of(desk.maya).post(f"/cycles/{desk.cycle.public_id}/page", data=right).status_code == 302
        assert client_of(desk.maya).post(f"/cycles/{desk.cycle.public_id}/page", data=right).status_code == 302
    acts = [
        one.action for one in db.session.query(AuditRecord).order_by(AuditRecord.id) if one.action.startswith("call")
    ]
    assert acts == ["call.make", "call.change"]


def test_open_calls_are_paged_in_the_database(desk: Desk, client: FlaskClient, statements: Callable[[], Any]) -> None:
    with clock_at(NOW):
        client.get("/calls")
        with statements() as at_one:
            client.get("/calls")
        with unit_of_work():
            for number in range(30):
                _another(desk, number)
        with statements() as at_thirty:
            first = client.get("/calls").text
        second = client.get("/calls?page=2").text
    assert len(at_one) == len(at_thirty)
    assert (first.count('class="card call"'), second.count('class="card call"')) == (30, 1)


def _another(desk: Desk, number: int) -> None:
    stage = CycleStage(key="launch", position=1, kind="application", title="L", opens_at=NOW, closes_at=NOW + DAY)
    one = Cycle(
        key=f"more-{number}",
        title=f"Call {number}",
        program_version=desk.cycle.program_version,
        time_zone="America/Los_Angeles",
        opened_at=NOW,
        stages=[stage],
    )
    db.session.add(one)
    db.session.flush()
    show_call(actor(desk.maya), one, PAGE)


DATES = st.datetimes(datetime(2014, 1, 1), datetime(2018, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware
SPANS = st.builds(
    lambda title, opens, length, decision: Span(
        title,
        opens,
        opens + timedelta(days=length),
        (opens + timedelta(days=length + decision)).date() if decision else None,
    ),
    st.text("ab", min_size=1),
    DATES,
    st.integers(1, 400),
    st.integers(0, 90),
)


@given(st.lists(SPANS, min_size=1, max_size=6), DATES)
def test_every_bar_lies_within_the_picture_in_order_of_time(spans: list[Span], now: datetime) -> None:
    picture = calendar(spans, now, "America/Los_Angeles")
    for bar in picture.bars:
        assert bar.left >= 0
        assert bar.left + bar.width <= 100.5
        assert bar.decision is None or bar.left <= bar.decision <= 100
    assert len(picture.ticks) <= 10
    assert [at for at, _ in picture.ticks] == sorted(at for at, _ in picture.ticks)
    first = min(range(len(spans)), key=lambda place: spans[place].opens_at)
    assert picture.bars[first].left == min(bar.left for bar in picture.bars)


def test_the_picture_tells_what_is_past_now_and_ahead() -> None:
    spans = [
        Span("One", NOW - 60 * DAY, NOW - 30 * DAY),
        Span("Two", NOW - DAY, NOW + DAY, date(2016, 4, 1)),
        Span("Three", NOW + 9 * DAY, NOW + 20 * DAY),
    ]
    picture = calendar(spans, NOW, "America/Los_Angeles")
    assert [bar.state for bar in picture.bars] == ["past", "now", "ahead"]
    assert picture.today is not None
    assert picture.words.startswith("One: 2 January 2016 to 1 February 2016; Two: ")


def test_an_empty_site_says_so_on_its_first_page(app: Flask) -> None:
    with unit_of_work():
        organization("Tern")
    page = app.test_client().get("/calls").text
    assert ("Nothing is open just now" in page, "Tern" in page) == (True, False)
