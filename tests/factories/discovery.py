"""Events and who came, for tests. Called inside a unit of work; they flush."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from grants.discovery.models import Event, Registration, Waiting
from grants.kernel.clock import now
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import Cycle
from tests.factories.people import person

_numbers = count(1)


def event(cycle: Cycle, starts_at: datetime | None = None, kind: str = "workshop", **more: Any) -> Event:
    """An event of two hours; tomorrow unless told otherwise."""
    begins = starts_at or now() + timedelta(days=1)
    more.setdefault("title", f"Workshop {next(_numbers)}")
    more.setdefault("ends_at", begins + timedelta(hours=2))
    one = Event(cycle_id=cycle.id, kind=kind, starts_at=begins, **more)
    db.session.add(one)
    db.session.flush()
    return one


def placed(
    at: Event, of: Organization, someone: Person | None = None, came: bool = False, cancelled: bool = False
) -> Registration:
    """A person's place at an event; they came, or gave it up, when told so."""
    one = Registration(
        event_id=at.id,
        person=someone or person(),
        organization=of,
        registered_at=at.starts_at - timedelta(days=3),
        attended_at=at.starts_at if came else None,
        cancelled_at=at.starts_at - timedelta(days=1) if cancelled else None,
    )
    db.session.add(one)
    db.session.flush()
    return one


def waits(at: Event, of: Organization, someone: Person | None = None) -> Waiting:
    """A person in line for an event."""
    one = Waiting(event_id=at.id, person=someone or person(), organization=of, since=at.starts_at - timedelta(days=2))
    db.session.add(one)
    db.session.flush()
    return one
