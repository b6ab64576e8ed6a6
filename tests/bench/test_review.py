"""What reviewing costs on a site of many applications: 60 reviewers, three scorecards on each. Run by `make bench`.

Statements are counted at 100 and at 5,000 applications, and must be as many; times are said, not judged. Beside them
stand a page that does nothing and one commit of one row, on the same machine.
"""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import select, update

from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import exports
from grants.review.models import Assignment, PanelMember
from grants.review.services import analyse, propose_assignment
from grants.web.exports import write_table
from tests.factories import panels
from tests.factories.people import actor, person

pytestmark = [pytest.mark.bench, pytest.mark.usefixtures("app")]

FEW, MANY = 100, 5_000
SIZES = pytest.mark.parametrize("size", [FEW, MANY])
ClientOf = Callable[[Person], FlaskClient]


class Site:
    """A stage with so many applications, all scored but for the first reviewer's first."""

    def __init__(self, size: int) -> None:
        with unit_of_work():
            self.stage = panels.stage_under_review()
            self.officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
            reviewers = panels.panel(self.stage)
            applications = panels.submitted(self.stage, range(size), self.officer.id)
            panels.scored(self.stage, applications, reviewers, open_each=1)
            stage_id = self.stage.id
        self.stage = db.session.get_one(CycleStage, stage_id)
        self.reviewer = db.session.get_one(Person, reviewers[0])
        found = select(Assignment.public_id).where(Assignment.reviewer_id == reviewers[0]).order_by(Assignment.id)
        self.card = f"/review/assignments/{db.session.scalars(found).first()}"


@SIZES
def test_the_score_form(
    app: Flask, client_of: ClientOf, benchmark: BenchmarkFixture, statements: Any, size: int
) -> None:
    site = Site(size)
    reviewer = client_of(site.reviewer)
    assert reviewer.get(site.card).status_code == 200
    with statements() as seen:
        reviewer.get(site.card)
    benchmark.extra_info["statements"] = len(seen)
    benchmark.pedantic(lambda: reviewer.get(site.card), rounds=50, warmup_rounds=5)


@SIZES
def test_saving_a_score(
    app: Flask, client_of: ClientOf, benchmark: BenchmarkFixture, statements: Any, size: int
) -> None:
    site = Site(size)
    reviewer = client_of(site.reviewer)
    version = 0

    def save() -> None:
        nonlocal version
        sent = {"version": str(version), "why_competency": f"Reason {version}."}
        answer = reviewer.post(f"{site.card}/save", data=sent)
        assert answer.status_code == 200, answer.text
        version += 1

    save()
    with statements() as seen:
        save()
    benchmark.extra_info["statements"] = len(seen)
    benchmark.pedantic(save, rounds=100, warmup_rounds=5)


@SIZES
def test_the_ranked_list(
    app: Flask, client_of: ClientOf, benchmark: BenchmarkFixture, statements: Any, size: int
) -> None:
    site = Site(size)
    analyse(site.stage)
    officer, page = client_of(site.officer), f"/review/stages/{site.stage.public_id}/scores"
    assert officer.get(page).status_code == 200
    with statements() as seen:
        assert f"of {size:,}" in officer.get(page).text
    benchmark.extra_info["statements"] = len(seen)
    benchmark.pedantic(lambda: officer.get(page), rounds=30, warmup_rounds=3)


@SIZES
def test_the_full_export(benchmark: BenchmarkFixture, size: int) -> None:
    site = Site(size)
    by = actor(site.officer)

    def write() -> int:
        table = exports.scorecards(by, {"stage": site.stage.public_id, "q": "", "sort": "-mean"})
        parts = range(0, len(table.ids), table.at_once)
        rows = (row for start in parts for row in table.rows(table.ids[start : start + table.at_once]))
        return write_table(io.BytesIO(), "csv", table.columns, rows)

    assert write() == size * panels.EACH - 1
    benchmark.pedantic(write, rounds=5, warmup_rounds=1)


@SIZES
def test_the_analysis(benchmark: BenchmarkFixture, size: int) -> None:
    site = Site(size)
    benchmark.pedantic(lambda: analyse(site.stage), rounds=1)


@SIZES
def test_an_assignment(benchmark: BenchmarkFixture, size: int) -> None:
    with unit_of_work():
        stage = panels.stage_under_review()
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        panels.panel(stage)
        panels.submitted(stage, range(size), officer.id)
        # Just above an even share, so that the limit is felt and every submission can have its three.
        db.session.execute(update(PanelMember).values(load_cap=size * panels.EACH // 60 + 5))
    by = actor(officer)
    benchmark.pedantic(lambda: propose_assignment(by, stage), rounds=1)


def test_a_page_that_does_nothing(benchmark: BenchmarkFixture) -> None:
    """The framework alone: one route that answers with a word."""
    bare = Flask("bare")
    bare.get("/")(lambda: "a word")
    client = bare.test_client()
    benchmark.pedantic(lambda: client.get("/"), rounds=200, warmup_rounds=5)


def test_a_commit_of_one_row(benchmark: BenchmarkFixture) -> None:
    """The database alone: one row changed, durably."""
    with unit_of_work():
        someone = person("Ann Able")
    table, number = Person.__table__, someone.id

    def commit() -> None:
        with unit_of_work() as session:
            session.execute(table.update().where(table.c.id == number).values(title="Principal"))

    benchmark.pedantic(commit, rounds=100, warmup_rounds=5)
