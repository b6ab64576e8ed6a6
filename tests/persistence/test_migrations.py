"""The migrations give exactly the database that the models describe, and take it away again."""

import flask_migrate
from flask import Flask
from sqlalchemy import inspect, text

from grants.persistence.append_only import append_only_statements
from grants.persistence.audit import AuditHead
from grants.persistence.base import Base
from grants.persistence.session import db


def test_a_migrated_database_is_what_the_models_describe(app: Flask) -> None:
    flask_migrate.check(directory=app.config["MIGRATIONS"])  # exits when a model and the database differ
    assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_every_append_only_table_has_its_triggers(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        found = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    else:
        found = db.session.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).all()
    tables = [table.name for table in Base.metadata.sorted_tables if table.info.get("append_only")]
    statements = [one for table in tables for one in append_only_statements(table, db.engine.dialect.name)]
    expected = {one.split()[2] for one in statements if one.startswith("CREATE TRIGGER")}
    assert set(found) == expected
    assert len(tables) == 18


def test_the_audit_chain_has_its_end_from_the_start(app: Flask) -> None:
    assert db.session.get_one(AuditHead, 1).number == 0


def test_migrations_can_be_taken_back(app: Flask) -> None:
    db.session.remove()
    flask_migrate.downgrade(directory=app.config["MIGRATIONS"], revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    flask_migrate.upgrade(directory=app.config["MIGRATIONS"])
    assert len(inspect(db.engine).get_table_names()) == len(Base.metadata.tables) + 1
