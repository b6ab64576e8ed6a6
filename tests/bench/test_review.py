"""What reviewing costs on a site of many applications: 60 reviewers, three scorecards on each. Run by `make bench`.

Pages and saves are asked of a server, two processes of it, over the network. Statements are counted at 100 and at 5,000
applications, and must be as many; times are said, not judged, each beside a page that does nothing but answer, served
alike, and one durable commit of one row, on the same machine.
"""

import io
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import select

from grants import create_app
from grants.config import ROOT
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import exports
from grants.review.aims import Aims
from grants.review.models import Assignment
from grants.review.queries import planning_facts
from grants.review.services import analyse, best_of
from grants.web.exports import write_table
from tests.bench.served import Reviewer, Visitor, saves_a_second, serving, tidy, wait_for_the_disk
from tests.checkout import free_port
from tests.engines import Engine
from tests.factories import panels
from tests.factories.people import actor, person
from tests.servers import ask

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("app")]

FEW, MANY = 100, 5_000
AT_ONCE = 8
SIZES = pytest.mark.parametrize("size", [FEW, MANY])
ClientOf = Callable[[Person], FlaskClient]
_seconds: dict[str, float] = {}
_statements: dict[str, int] = {}


class Site:
    """A stage with so many applications, all scored but for the first reviewers' first."""

    def __init__(self, size: int, open_each: int = 1) -> None:
        with unit_of_work():
            self.stage = panels.stage_under_review()
            officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
            reviewers = panels.panel(self.stage)
            applications = panels.submitted(self.stage, range(size), officer.id)
            panels.scored(self.stage, applications, reviewers, open_each)
            stage_id, officer_id = self.stage.id, officer.id
        tidy()
        self.stage = db.session.get_one(CycleStage, stage_id)
        self.officer = db.session.get_one(Person, officer_id)
        self.reviewer = db.session.get_one(Person, reviewers[0])
        [self.card] = self.cards_of(self.reviewer)[:1]

    @property
    def scores(self) -> str:
        return f"/review/stages/{self.stage.public_id}/scores"

    @staticmethod
    def cards_of(reviewer: Person) -> list[str]:
        found = select(Assignment.public_id).where(Assignment.reviewer_id == reviewer.id).order_by(Assignment.id)
        return [f"/review/assignments/{one}" for one in db.session.scalars(found)]


Served = Callable[..., tuple[Site, Callable[[FlaskClient], Visitor]]]


@pytest.fixture
def served(app: Flask, engine: Engine, tmp_path: Path) -> Iterator[Served]:
    """A site of so many applications, and a connection to its server for whoever is signed in with a browser."""
    with ExitStack() as ends:

        def serve(*of: int) -> tuple[Site, Callable[[FlaskClient], Visitor]]:
            site, port = Site(*of), ends.enter_context(serving(app, engine, tmp_path))
            return site, lambda browser: ends.enter_context(closing(Visitor(port, browser)))

        yield serve


@pytest.fixture
def told(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[BenchmarkFixture]:
    """What was measured, in milliseconds and as so many bare pages and bare commits."""
    yield benchmark
    name = benchmark.name.removeprefix("test_")
    _seconds[name] = seconds = benchmark.stats.stats.median
    say(capsys, f"{name:32} {seconds * 1000:10.2f} ms {_as_bare_ones(seconds)}")


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{line}")


class Beside(NamedTuple):
    """A site behind a server of its own, and its first reviewer's connection to it."""

    site: Site
    visitor: Visitor


Both = tuple[Beside, Beside]


@pytest.fixture
def both(app: Flask, client_of: ClientOf, engine: Engine, tmp_path: Path) -> Iterator[Both]:
    """The same site with few and with many applications, each served from a database of its own."""
    with ExitStack() as ends:
        made = []
        for size in (FEW, MANY):
            site = Site(size)
            browser = client_of(site.reviewer)
            db.session.remove()
            engine.keep(f"of_{size}")
            engine.fresh()
            folder = tmp_path / str(size)
            folder.mkdir()
            port = ends.enter_context(serving(app, engine.kept(f"of_{size}"), folder))
            made.append(Beside(site, ends.enter_context(closing(Visitor(port, browser)))))
        few, many = made
        yield few, many


def in_turn(
    name: str, few: Callable[[], object], many: Callable[[], object], rounds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Say what both take, measured in turn, so that whatever else the machine does slows down both alike; and by how
    much the second is longer.
    """
    for _ in range(20):
        few(), many()
    taken = [(_seconds_of(few), _seconds_of(many)) for _ in range(rounds)]
    of_few, of_many = (median(one) for one in zip(*taken, strict=True))
    for size, seconds in ((FEW, of_few), (MANY, of_many)):
        say(capsys, f"{f'{name}[{size}]':32} {seconds * 1000:10.2f} ms {_as_bare_ones(seconds)}")
    say(capsys, f"{f'{name}, growth':32} {of_many / of_few - 1:+10.0%}")


def _seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _as_bare_ones(seconds: float) -> str:
    bares = [one for one in ("a_bare_page", "a_bare_commit") if one in _seconds]
    return "  ".join(f"{seconds / _seconds[one]:10.1f} × {one}" for one in bares)


def counted(name: str, size: int, seen: list[str]) -> None:
    """As many statements at 5,000 applications as at a hundred."""
    few = _statements.setdefault(name, len(seen))
    assert len(seen) == few, f"{name} at {size:,}"


def test_a_bare_page(app: Flask, client_of: ClientOf, told: BenchmarkFixture) -> None:
    """The framework alone, served as the site is: one route that answers with a word."""
    with unit_of_work():
        browser = client_of(person("Ann Able"))
    port = free_port()
    alike = ["--worker-class", "gthread", "--workers", "2", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    bare = subprocess.Popen([sys.executable, "-m", "gunicorn", "tests.bench.bare:app", *alike], cwd=ROOT)
    try:
        for _ in range(100):
            with suppress(ConnectionRefusedError):
                assert ask(port, "GET", "/").text == "a word"
                break
            time.sleep(0.1)
        with closing(Visitor(port, browser)) as visitor:
            told.pedantic(lambda: visitor.get("/"), rounds=200, warmup_rounds=5)
    finally:
        bare.terminate()
        bare.wait()


def test_a_bare_commit(app: Flask, engine: Engine, told: BenchmarkFixture) -> None:
    """The database alone: one row changed, durably."""
    with unit_of_work():
        someone = person("Ann Able")
    table, number = Person.__table__, someone.id
    db.session.remove()
    wait_for_the_disk(engine)

    def commit() -> None:
        with unit_of_work() as session:
            session.execute(table.update().where(table.c.id == number).values(title="Principal"))

    # Of an application of its own: this process's tests wait for no disk.
    with create_app(app.config["SETTINGS"]).app_context():
        told.pedantic(commit, rounds=100, warmup_rounds=5)
        db.engine.dispose()


def test_the_score_form(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    few, many = ((lambda one=one: one.visitor.get(one.site.card)) for one in both)
    in_turn("the_score_form", few, many, 200, capsys)


def test_saving_a_score(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    few, many = (Reviewer(one.visitor, one.site.card) for one in both)
    in_turn("saving_a_score", few.saves, many.saves, 400, capsys)


@SIZES
def test_what_a_reviewer_asks_of_the_database(client_of: ClientOf, statements: Any, size: int) -> None:
    site = Site(size)
    client = client_of(site.reviewer)
    assert client.get(site.card).status_code == 200
    with statements() as seen:
        client.get(site.card)
    counted("form", size, seen)
    for version in range(2):
        with statements() as seen:
            said = {"version": str(version), "why_competency": f"Why {version}."}
            assert client.post(f"{site.card}/save", data=said).status_code == 200
    counted("save", size, seen)


def test_saves_a_second(served: Served, client_of: ClientOf, capsys: pytest.CaptureFixture[str]) -> None:
    """As many reviewers at once, each of whom saves again as soon as they are answered."""
    site, visiting = served(MANY, AT_ONCE * panels.EACH)
    people = [db.session.get_one(Person, site.reviewer.id + number) for number in range(AT_ONCE)]
    reviewers = [Reviewer(visiting(client_of(one)), site.cards_of(one)[0]) for one in people]
    saves_a_second(reviewers, seconds=1)
    rate = saves_a_second(reviewers, seconds=10)
    say(capsys, f"{f'saves a second, {AT_ONCE} at once':32} {rate:10.0f}")


@SIZES
def test_submitting_a_scorecard(client_of: ClientOf, told: BenchmarkFixture, statements: Any, size: int) -> None:
    """Marked whole and handed in, each another: it is saved, submitted and added up."""
    rounds = 20
    site = Site(size, open_each=size * panels.EACH)
    reviewers = [db.session.get_one(Person, site.reviewer.id + number) for number in range(60)]
    cards = iter([(client_of(one), card) for one in reviewers for card in site.cards_of(one)][: rounds + 3])

    def submit() -> None:
        client, card = next(cards)
        page = client.get(card).text
        marks = dict.fromkeys(re.findall(r'name="(mark_\w+)"', page), "3")
        yes_no = re.findall(r'name="(mark_\w+)"[^>]*value="yes"', page)
        reasons = dict.fromkeys(re.findall(r'name="(why_\w+)"', page), "Since it says so.")
        sent = marks | dict.fromkeys(yes_no, "yes") | reasons | {"version": "0", "action": "submit"}
        answer = client.post(card, data=sent)
        assert answer.status_code == 302, answer.text

    submit()
    with statements() as seen:
        submit()
    counted("submit", size, seen)
    told.pedantic(submit, rounds=rounds)


@SIZES
def test_the_ranked_list(
    served: Served, client_of: ClientOf, told: BenchmarkFixture, statements: Any, size: int
) -> None:
    site, visiting = served(size)
    analyse(site.stage)
    officer = client_of(site.officer)
    assert officer.get(site.scores).status_code == 200
    with statements() as seen:
        assert f"of {size:,}" in officer.get(site.scores).text
    counted("ranked", size, seen)
    visitor = visiting(officer)
    told.pedantic(lambda: visitor.get(site.scores), rounds=60, warmup_rounds=10)


@SIZES
def test_the_full_export(told: BenchmarkFixture, size: int) -> None:
    """A row for each scorecard with every mark and its reason, read and written as CSV."""
    site = Site(size)
    stage_id, officer = site.stage.public_id, site.officer

    def write() -> int:
        table = exports.scorecards(actor(officer), {"stage": stage_id, "q": "", "sort": "-mean"})
        parts = range(0, len(table.ids), table.at_once)
        rows = (row for start in parts for row in table.rows(table.ids[start : start + table.at_once]))
        return write_table(io.BytesIO(), "csv", table.columns, rows)

    assert write() == size * panels.EACH - 1
    told.pedantic(write, rounds=5, warmup_rounds=1)


@SIZES
def test_the_analysis(told: BenchmarkFixture, size: int) -> None:
    site = Site(size)
    told.pedantic(lambda: analyse(site.stage), rounds=1)


@SIZES
def test_an_assignment(told: BenchmarkFixture, size: int) -> None:
    with unit_of_work():
        stage = panels.stage_under_review()
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        panels.panel(stage)
        panels.submitted(stage, range(size), officer.id)
    by = actor(officer)
    told.pedantic(lambda: best_of(planning_facts(by, stage), Aims()), rounds=1)
