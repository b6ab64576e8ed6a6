"""A site that is in use goes back to the first schema and forward again: rows, triggers and checks are all there."""

import flask_migrate
from flask import Flask
from sqlalchemy import func, inspect, select, text

from grants.monitoring.models import IndicatorReading
from grants.payments.queries.check import check_ledger
from grants.persistence import audit
from grants.persistence.base import Base
from grants.persistence.session import db


def rows() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != "tries"
    }


def safeguards() -> dict[str, list[str]]:
    """What the database itself holds: triggers by name, checks by table."""
    if db.engine.dialect.name == "sqlite":
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    checks = inspect(db.engine)
    found = {
        table.name: sorted(str(one["name"]) for one in checks.get_check_constraints(table.name))
        for table in Base.metadata.sorted_tables
    }
    return found | {"triggers": list(db.session.scalars(text(triggers)))}


def test_a_site_in_use_is_taken_back_and_brought_up_to_date(replayed: Flask) -> None:
    before, guarded = rows(), safeguards()
    values = select(func.count()).where(IndicatorReading.value.is_not(None))
    read = db.session.scalar(values)
    db.session.remove()
    flask_migrate.downgrade(directory=replayed.config["MIGRATIONS"], revision="0001")
    flask_migrate.upgrade(directory=replayed.config["MIGRATIONS"])
    assert (rows(), safeguards()) == (before, guarded)
    assert db.session.scalar(values) == read
    assert audit.verify(db.session()).faults == ()
    assert check_ledger() == []
