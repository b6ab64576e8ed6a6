"""What writing and submitting a whole Oakland blueprint cost on a site of many schools. Run by `make bench`.

Statements are counted at 30 and at 5,000 applications, and must be as many; times are said, not judged.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import func, select

from grants.applications.models import AnswerVersion, Submission
from grants.kernel.clock import now
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from tests.factories import blueprints

pytestmark = pytest.mark.bench

FEW, MANY = 30, 5_000
ROUNDS = 200
_numbers = count(1)
ClientOf = Callable[[Person], FlaskClient]


def stage_with(schools: int) -> tuple[CycleStage, list[tuple[str, Person]]]:
    with unit_of_work():
        stage = blueprints.launch_stage(now() + timedelta(days=2))
        return stage, blueprints.fill(stage, range(schools))


def filled_up(stage: CycleStage) -> None:
    with unit_of_work():
        blueprints.fill(stage, range(FEW, MANY))


def write(client: FlaskClient, application: str, version: int) -> None:
    """One answer of some 250 words, changed and saved as the page does it."""
    sent = {"agency": f"Text {next(_numbers)}. {blueprints.text(280)}", "version-agency": str(version)}
    response = client.post(f"/applications/{application}/answers/agency", data=sent, headers={"HX-Request": "true"})
    assert response.status_code == 200, response.text


def test_an_autosave(app: Flask, client_of: ClientOf, statements: Any, benchmark: BenchmarkFixture) -> None:
    stage, drafts = stage_with(FEW)
    application, signatory = drafts[0]
    client, versions = client_of(signatory), count(1)
    write(client, application, next(versions))

    def counted() -> int:
        with statements() as seen:
            write(client, application, next(versions))
        return len(seen)

    few = counted()
    filled_up(stage)
    assert counted() == few
    benchmark.extra_info["statements"] = few
    benchmark.pedantic(lambda: write(client, application, next(versions)), rounds=ROUNDS, warmup_rounds=5)
    saved = select(func.count()).where(AnswerVersion.field == "agency", AnswerVersion.stale.is_(False))
    assert db.session.scalar(saved) == MANY + next(versions) - 1


def test_a_submission(app: Flask, client_of: ClientOf, statements: Any, benchmark: BenchmarkFixture) -> None:
    stage, drafts = stage_with(FEW)
    clients = iter([(client_of(signatory), application, signatory.name) for application, signatory in drafts])

    def submit() -> None:
        client, application, name = next(clients)
        response = client.post(f"/applications/{application}/submit", data={"consent": "y", "certified_name": name})
        assert response.status_code == 302, response.text

    def counted() -> int:
        with statements() as seen:
            submit()
        return len(seen)

    submit()
    few = counted()
    filled_up(stage)
    assert counted() == few
    benchmark.extra_info["statements"] = few
    benchmark.pedantic(submit, rounds=FEW - 3)
    assert db.session.scalar(select(func.count()).select_from(Submission)) == FEW
