"""Many writers at once, and one that dies: nothing is lost, doubled or half-written. Run by `make load`."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.config import ROOT
from grants.kernel.policy import SYSTEM
from grants.people.models import Organization
from grants.persistence import audit
from grants.persistence.session import db, unit_of_work
from tests.engines import Engine
from tests.factories.people import organization

pytestmark = pytest.mark.load

WRITERS = 8
EACH = 60


def found_school(name: str) -> None:
    with unit_of_work():
        school = organization(name)
        audit.record(SYSTEM, "organization.manage", school, after={"name": name})


def schools() -> int:
    return db.session.scalar(select(func.count()).select_from(Organization)) or 0


def test_eight_writers_keep_one_audit_chain(app: Flask) -> None:
    def write(writer: int) -> None:
        with app.app_context():
            for number in range(EACH):
                found_school(f"School {writer}-{number}")

    found_school("The first")  # the chain has begun, as it has on any site that has an administrator
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert schools() == 1 + WRITERS * EACH
    assert audit.verify(db.session()) == audit.Verification(records=1 + WRITERS * EACH, faults=())


# Dies in the middle of its second unit of work, after the rows have reached the database, before the commit.
DIES = """
import os, signal
from grants import create_app
from grants.persistence.session import db, unit_of_work
from tests.load.test_writers import found_school, organization
with create_app().app_context():
    found_school("Whole")
    with unit_of_work():
        organization("Half")
        db.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_that_is_killed_leaves_what_it_finished_and_nothing_else(app: Flask, engine: Engine) -> None:
    surroundings = {"PATH": os.environ["PATH"], "ENVIRONMENT": "test", "DATABASE_URL": engine.url}
    died = subprocess.run([sys.executable, "-c", DIES], cwd=ROOT, env=surroundings, check=False)
    assert died.returncode == -signal.SIGKILL
    assert db.session.scalars(select(Organization.name)).all() == ["Whole"]
    found_school("After")
    assert audit.verify(db.session()) == audit.Verification(records=2, faults=())
