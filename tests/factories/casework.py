"""Cycles and cases for tests; a cycle here is only a name to hang cases on. Called inside a unit of work."""

from datetime import timedelta
from itertools import count
from typing import Any

from grants.casework.models import Case
from grants.kernel.clock import now
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle, ProgramVersion
from tests.factories.people import organization

_numbers = count(1)


def bare_cycle(title: str | None = None, **more: Any) -> Cycle:
    """A cycle of a program without stages."""
    number = next(_numbers)
    version = ProgramVersion(
        program_key=f"program-{number}",
        number=1,
        title=title or f"Program {number}",
        source="",
        definition={},
        sha256=f"{number:064}",
        loaded_at=now(),
    )
    cycle = Cycle(
        key=f"cycle-{number}",
        title=title or f"Cycle {number}",
        program_version=version,
        time_zone="America/Los_Angeles",
        opened_at=now() - timedelta(days=1),
        **more,
    )
    db.session.add(cycle)
    db.session.flush()
    return cycle


def case(of: Organization | None = None, cycle: Cycle | None = None, **more: Any) -> Case:
    """The case of an organization in a cycle; of a new school in a new cycle unless told otherwise."""
    one = Case(organization=of or organization(), cycle_id=(cycle or bare_cycle()).id, opened_at=now(), **more)
    db.session.add(one)
    db.session.flush()
    return one
