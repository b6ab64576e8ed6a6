"""A state changes by a move, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Timer

import pytest
from flask import Flask
from sqlalchemy import select

from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import Actor, Role
from grants.kernel.workflow import Move, Workflow
from grants.persistence.audit import AuditRecord
from grants.persistence.base import Stateful
from grants.persistence.moves import lock, move
from grants.persistence.session import db, unit_of_work
from tests.factories.story import slate

OFFICER = Actor(None, "Olu", roles=frozenset({Role.PROGRAM_OFFICER}))
TABLE: Workflow[bool] = Workflow(
    "slate",
    (
        Move(
            "propose", "draft", "proposed", "slate.propose", lambda fit: None if fit else "Not yet.", ("tell", "count")
        ),
    ),
)


@pytest.fixture
def record(app: Flask) -> Stateful:
    with unit_of_work():
        return slate()


def test_a_move_changes_state_leaves_a_record_and_has_effects_in_order(record: Stateful) -> None:
    told: list[str] = []
    with unit_of_work():
        effects = {"count": lambda: told.append("count"), "tell": lambda: told.append("tell")}
        move(OFFICER, record, "propose", TABLE, lambda: True, effects)
    entry = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "slate.propose")).one()
    assert (record.state, told) == ("proposed", ["tell", "count"])
    assert (entry.before, entry.after, entry.acting_as) == (
        {"state": "draft"},
        {"state": "proposed"},
        "program_officer",
    )


def test_setting_a_stored_state_is_an_error(record: Stateful) -> None:
    with pytest.raises(RuntimeError, match="only through move"), unit_of_work():
        record.state = "released"


def test_guard_role_and_state_each_refuse(record: Stateful) -> None:
    with pytest.raises(Clash, match=r"Not yet."), unit_of_work():
        move(OFFICER, record, "propose", TABLE, lambda: False)
    with pytest.raises(Refused), unit_of_work():
        move(Actor(None, "Aya", roles=frozenset({Role.AUDITOR})), record, "propose", TABLE, lambda: True)
    with unit_of_work():
        move(OFFICER, record, "propose", TABLE, lambda: True, {"tell": lambda: None, "count": lambda: None})
    with pytest.raises(Clash, match="no longer open"), unit_of_work():
        move(OFFICER, record, "propose", TABLE, lambda: True)
    assert record.state == "proposed"


def test_the_facts_are_asked_of_the_row_as_it_is_once_taken(app: Flask, record: Stateful) -> None:
    """Another person changes it while this one waits: the guard sees the change, whatever was read before."""
    with unit_of_work():
        record.title = "ready"
    waits, changed = Event(), Event()

    def other_person() -> None:
        with app.app_context(), unit_of_work():
            theirs = db.session.get_one(type(record), record_id)
            lock(theirs)
            waits.set()
            changed.wait(5)
            theirs.title = "not ready"

    record_id = record.id
    db.session.rollback()
    postgres = db.engine.dialect.name == "postgresql"
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(other_person)
        waits.wait(5)
        # The embedded engine lets one write at a time, so the whole unit of work waits there, not the lock alone.
        Timer(0.3, changed.set).start()
        with pytest.raises(Clash, match=r"Not yet."), unit_of_work():
            assert record.title == ("ready" if postgres else "not ready")
            move(OFFICER, record, "propose", TABLE, lambda: record.title == "ready")
        other.result()


def test_an_effect_that_is_named_and_not_given_is_an_error_and_nothing_is_stored(record: Stateful) -> None:
    with pytest.raises(KeyError, match="tell"), unit_of_work():
        move(OFFICER, record, "propose", TABLE, lambda: True)
    assert (record.state, db.session.scalars(select(AuditRecord)).all()) == ("draft", [])


def test_what_was_set_before_a_move_is_kept_by_it(app: Flask) -> None:
    with unit_of_work():
        record = slate()
    with unit_of_work():
        record.title = "B"
        move(OFFICER, record, "propose", TABLE, lambda: True, {"tell": lambda: None, "count": lambda: None})
    assert (record.title, record.state) == ("B", "proposed")
