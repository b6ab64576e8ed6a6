"""How Alembic reaches the database: through the application that runs it."""

from logging.config import fileConfig
from pathlib import Path
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import types
from sqlalchemy.dialects import postgresql

from grants.persistence.base import Base
from grants.persistence.session import db

config = context.config
if config.config_file_name is not None and Path(config.config_file_name).exists():
    fileConfig(config.config_file_name, disable_existing_loggers=False)


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types by their own names."""
    if kind != "type":
        return False
    if type(item).__module__ == "grants.persistence.types":
        autogen_context.imports.add("from grants.persistence import types")
        return f"types.{type(item).__name__}()"
    # A plain JSON column stays one: it keeps the order of keys, which JsonValue on PostgreSQL does not.
    if isinstance(item, types.JSON) and isinstance(item.dialect_impl(postgresql.dialect()), postgresql.JSONB):
        autogen_context.imports.add("from grants.persistence import types")
        return "types.JsonValue"
    return False


def run() -> None:
    """Bring the application's database to the asked-for revision."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
