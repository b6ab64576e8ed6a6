"""Records that are never changed or removed, held by triggers of the database itself."""

from sqlalchemy import DDL, Table, event

_MESSAGE = "is append-only"


def append_only(model: type) -> type:
    """Class decorator: the model's table refuses UPDATE and DELETE (and TRUNCATE) on both engines."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    table.info["append_only"] = True
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect):
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
    return model


def append_only_statements(table: str, dialect: str) -> list[str]:
    """The DDL that makes `table` append-only; migrations run the same statements."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} {_MESSAGE}')"
        return [
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN {refuse}; END"
            for verb in ("update", "delete")
        ]
    refuse = f"$$ BEGIN RAISE EXCEPTION '% {_MESSAGE}', TG_TABLE_NAME; END $$"
    row = f"{table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    whole = f"{table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    return [
        f"CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS {refuse}",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {row}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {whole}",
    ]
