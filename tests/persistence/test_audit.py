"""The audit chain finds every edit, gap and reorder, even by someone who owns the database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from grants.kernel.policy import SYSTEM
from grants.persistence import audit
from grants.persistence.audit import AuditHead, AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.factories.people import organization


@pytest.fixture(autouse=True)
def three_records(app: Flask) -> None:
    for number in (1, 2, 3):
        with unit_of_work():
            subject = organization(f"School {number}")
            audit.record(SYSTEM, "organization.manage", subject, after={"name": subject.name})


def without_triggers(statement: str) -> None:
    """Change rows as an owner of the database could: by first taking the trigger away."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_record_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE audit_record DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def faults() -> list[tuple[int, str]]:
    return [(fault.number, fault.sentence) for fault in audit.verify(db.session()).faults]


def test_an_untouched_chain_holds() -> None:
    assert audit.verify(db.session()) == audit.Verification(3, ())


def test_plain_sql_is_refused() -> None:
    for statement in ("UPDATE audit_record SET action = 'x'", "DELETE FROM audit_record"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))
    assert faults() == []


def test_an_edit_is_named() -> None:
    without_triggers("UPDATE audit_record SET actor_name = 'Nobody' WHERE number = 2")
    subject = db.session.scalars(select(AuditRecord.subject_id).where(AuditRecord.number == 2)).one()
    assert faults() == [
        (
            2,
            f"Record 2 was edited: organization.manage on organization {subject} by Nobody does not match its seal.",
        )
    ]


def test_a_gap_is_named() -> None:
    without_triggers("DELETE FROM audit_record WHERE number = 2")
    assert faults() == [(3, "Records 2 to 2 are missing.")]


def test_a_cut_end_is_named() -> None:
    without_triggers("DELETE FROM audit_record WHERE number = 3")
    assert faults() == [(2, "The chain ends at record 2, but its head says otherwise.")]


def test_a_reorder_is_named() -> None:
    without_triggers("UPDATE audit_record SET number = CASE number WHEN 1 THEN -2 WHEN 2 THEN -1 ELSE number END")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE audit_record SET number = -number WHERE number < 0"))
    assert {number for number, _ in faults()} == {1, 2, 3}


def test_a_failed_unit_of_work_leaves_no_record() -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        audit.record(SYSTEM, "organization.manage", organization("Lost"))
        _ = 1 / 0
    with unit_of_work():
        audit.record(SYSTEM, "organization.manage", organization("Kept"))
    assert audit.verify(db.session()) == audit.Verification(4, ())
    assert db.session.get_one(AuditHead, 1).number == 4


def test_dates_and_decimals_are_kept_and_sealed_as_they_are_spelled(app: Flask) -> None:
    with unit_of_work():
        after = {"on": date(2016, 5, 12), "at": datetime(2016, 5, 12, 17, tzinfo=UTC), "value": Decimal("94.50")}
        audit.record(SYSTEM, "organization.manage", organization(), before={"on": None}, after=after)
    entry = db.session.scalars(select(AuditRecord).order_by(AuditRecord.number.desc())).first()
    assert entry is not None
    assert entry.after == {"on": "2016-05-12", "at": "2016-05-12T17:00:00+00:00", "value": "94.5"}
    assert faults() == []
