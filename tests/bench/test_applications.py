"""What the staff's list costs on a site of many schools. Run by `make bench`.

Statements are counted at 30 and at 5,000 applications, and must be as many; times are said, not judged.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_benchmark.fixture import BenchmarkFixture

from grants.kernel.clock import now
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from tests.factories import blueprints
from tests.factories.people import person

pytestmark = pytest.mark.bench

FEW, MANY = 30, 5_000
PAGES = ("/applications", "/applications?only=never_submitted&completeness=complete&sort=-written", "/screening")


def test_a_page_of_the_list(
    app: Flask, client_of: Callable[[Person], FlaskClient], statements: Any, benchmark: BenchmarkFixture
) -> None:
    with unit_of_work():
        stage = blueprints.launch_stage(now() + timedelta(days=2))
        blueprints.fill(stage, range(FEW))
        officer = client_of(person("Maya Rivera", Role.PROGRAM_OFFICER))

    def cost() -> list[int]:
        found = []
        for page in PAGES:
            with statements() as seen:
                assert officer.get(page).status_code == 200
            found.append(len(seen))
        return found

    cost()
    few = cost()
    with unit_of_work():
        blueprints.fill(stage, range(FEW, MANY))
    assert cost() == few
    assert "1 to 30 of 5,000" in officer.get(PAGES[0]).text
    benchmark.extra_info["statements"] = few[0]
    benchmark.pedantic(lambda: officer.get(PAGES[0]), rounds=20, warmup_rounds=2)
