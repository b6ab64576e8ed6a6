"""What the audit chain costs: one write, and reading the whole chain back. Run by `make bench`."""

import pytest
from flask import Flask
from pytest_benchmark.fixture import BenchmarkFixture

from grants.kernel.policy import SYSTEM
from grants.persistence import audit
from grants.persistence.session import db, unit_of_work
from tests.factories.people import organization

pytestmark = pytest.mark.bench

RECORDS = 1000


def test_one_write_and_its_record(app: Flask, benchmark: BenchmarkFixture) -> None:
    def write() -> None:
        with unit_of_work():
            audit.record(SYSTEM, "organization.manage", organization(), after={"name": "School"})

    benchmark(write)
    assert audit.verify(db.session()).faults == ()


def test_verifying_a_thousand_records(app: Flask, benchmark: BenchmarkFixture) -> None:
    with unit_of_work():
        school = organization()
        for number in range(RECORDS):
            audit.record(SYSTEM, "organization.manage", school, after={"number": number})
    assert benchmark(lambda: audit.verify(db.session())) == audit.Verification(records=RECORDS, faults=())
