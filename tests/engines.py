"""Where tests keep their data, on either engine."""

import shutil
import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import event, make_url

from grants.persistence.session import db


class Engine:
    """Where tests keep their data: a template made once, and a fresh copy of it for each test."""

    def __init__(self, url: str) -> None:
        self.url = url

    def make_template(self) -> None:
        raise NotImplementedError

    def fresh(self) -> None:
        raise NotImplementedError

    def keep(self, name: str) -> None:
        """Keep the database as it is now, under a name."""
        raise NotImplementedError

    def kept(self, name: str) -> "Engine":
        """The kept database itself, for who works on it beside the present one."""
        raise NotImplementedError

    def bring_back(self, name: str) -> None:
        """Put a kept database in the place of the present one."""
        raise NotImplementedError

    def lay_aside(self, name: str) -> None:
        """Keep what little is in the database, to be put back often."""
        self.keep(name)

    def put_back(self, name: str) -> None:
        """Fill the database with what was laid aside, and nothing else."""
        self.bring_back(name)


class Embedded(Engine):
    def __init__(self, folder: Path, name: str = "test.sqlite3") -> None:
        self.file = folder / name
        super().__init__(f"sqlite:///{self.file}")

    def make_template(self) -> None:
        event.listen(db.engine, "connect", _hand_over)
        self.keep("template")

    def fresh(self) -> None:
        self.bring_back("template")

    def keep(self, name: str) -> None:
        db.engine.dispose()  # the last connection to close brings the write-ahead log into the file
        shutil.copy(self.file, self.file.with_suffix(f".{name}"))

    def kept(self, name: str) -> Engine:
        return Embedded(self.file.parent, self.file.with_suffix(f".{name}").name)

    def bring_back(self, name: str) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.file.with_suffix(f".{name}"), self.file)


def _hand_over(connection: sqlite3.Connection, _record: object) -> None:
    """Writes go to the system, and nobody waits for the disk: what a test wrote need not outlive the machine."""
    connection.execute("PRAGMA synchronous=OFF")


# Copying a database costs PostgreSQL half a second and more; emptying one costs a twentieth of that. Triggers and
# foreign keys stand aside for it, and are put back where a test has switched them off.
EMPTY = """
DO $$ DECLARE one record; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', one.name);
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one.name);
    END LOOP;
    FOR one IN SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled = 'D' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', one.name);
    END LOOP;
    INSERT INTO audit_head (id, number, sha256) VALUES (1, 0, repeat('0', 64));
END $$
"""

# Rows are laid aside in a schema of their own, in the same database. What only copying a database would keep, such as
# what is known of a table's contents, is of no weight for the few that a test begins from.
LAY_ASIDE = """
DO $$ DECLARE one record; filled boolean; BEGIN
    DROP SCHEMA IF EXISTS {name} CASCADE;
    CREATE SCHEMA {name};
    FOR one IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one.name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE {name}.%I AS TABLE public.%I', one.name, one.name);
        END IF;
    END LOOP;
    CREATE TABLE {name}.sequence_reached AS SELECT sequencename, last_value FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
PUT_BACK = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;
    DELETE FROM audit_head;
    FOR one IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = '{name}' AND tablename <> 'sequence_reached' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM {name}.%I', one.name, one.name);
    END LOOP;
    FOR one IN SELECT * FROM {name}.sequence_reached LOOP
        PERFORM setval(format('public.%I', one.sequencename)::regclass, one.last_value);
    END LOOP;
END $$
"""


class Server(Engine):
    def __init__(self, url: str, worker: str) -> None:
        named = make_url(url)
        self.name = f"{named.database}_{worker}"
        self.admin = named.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        self._remake(self.name)
        own = named.set(database=self.name)
        self.plain = own.set(drivername="postgresql").render_as_string(hide_password=False)
        super().__init__(own.render_as_string(hide_password=False))

    def _remake(self, name: str, copied_from: str = "template1") -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            for statement in (
                f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {copied_from}",
                f"ALTER DATABASE {name} SET synchronous_commit = off",
            ):
                connection.execute(statement)  # type: ignore[arg-type]

    def make_template(self) -> None:
        db.engine.dispose()

    def keep(self, name: str) -> None:
        db.engine.dispose()
        self._remake(f"{self.name}_{name}", self.name)

    def kept(self, name: str) -> Engine:
        return Engine(make_url(self.url).set(database=f"{self.name}_{name}").render_as_string(hide_password=False))

    def bring_back(self, name: str) -> None:
        self._remake(self.name, f"{self.name}_{name}")

    def fresh(self) -> None:
        self._execute(EMPTY)

    def lay_aside(self, name: str) -> None:
        db.engine.dispose()
        self._execute(LAY_ASIDE.format(name=name))

    def put_back(self, name: str) -> None:
        db.engine.dispose()
        self._execute(EMPTY, PUT_BACK.format(name=name))

    def _execute(self, *blocks: str) -> None:
        with psycopg.connect(self.plain) as connection:
            connection.execute("SET synchronous_commit = off")
            for block in blocks:
                connection.execute(block)  # type: ignore[arg-type]
