"""A backup is one file that holds everything, and a restore takes nothing but a whole one."""

import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from grants.config import ROOT
from grants.persistence.backup import BackupError, back_up, restore


def write(database: Path, *names: str) -> sqlite3.Connection:
    """A database in write-ahead mode that holds `names`; left open, so that they are still in its log."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS schools (name TEXT)")
    connection.executemany("INSERT INTO schools VALUES (?)", [(name,) for name in names])
    connection.commit()
    return connection


def names_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM schools ORDER BY name")]


def tar_of(path: Path, **members: bytes | str) -> Path:
    """A tar file of `members`: bytes become a file, text a symbolic link to it. `__` in a name stands for a slash."""
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, BytesIO(content))
    return path


def database_that_opens_but_is_wrong(path: Path) -> Path:
    """A database that reads without an error, with a row that its own schema forbids."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE schools (name TEXT)")
        connection.execute("INSERT INTO schools VALUES (NULL)")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = 'CREATE TABLE schools (name TEXT NOT NULL)'")
    return path


@pytest.fixture
def house(tmp_path: Path) -> tuple[Path, Path]:
    """A database in use, and a folder of files."""
    files = tmp_path / "files"
    (files / "2016").mkdir(parents=True)
    (files / "2016" / "letter.pdf").write_bytes(b"%PDF-1.7 a letter")
    return tmp_path / "grants.sqlite3", files


def test_what_is_backed_up_while_in_use_comes_back(house: tuple[Path, Path], tmp_path: Path) -> None:
    database, files = house
    with closing(write(database, "Roots", "Tern")) as in_use:
        back_up(database, files, tmp_path / "backups" / "first.tar")
        in_use.execute("INSERT INTO schools VALUES ('Late')")
        in_use.commit()
    (files / "2016" / "letter.pdf").unlink()
    (files / "later.pdf").write_bytes(b"%PDF-1.7 after the backup")

    restore(tmp_path / "backups" / "first.tar", database, files, replace=True)

    assert names_in(database) == ["Roots", "Tern"]
    assert (files / "2016" / "letter.pdf").read_bytes() == b"%PDF-1.7 a letter"
    # What came later is kept: nothing refers to it, and it is nobody's loss.
    assert (files / "later.pdf").read_bytes() == b"%PDF-1.7 after the backup"


def test_a_leftover_log_does_not_leak_into_the_restored_database(house: tuple[Path, Path], tmp_path: Path) -> None:
    database, files = house
    with closing(write(database, "Roots")):
        back_up(database, files, tmp_path / "first.tar")
    with closing(write(database, "Late")):
        log = database.with_name(f"{database.name}-wal").read_bytes()
    database.with_name(f"{database.name}-wal").write_bytes(log)  # as a crash leaves it
    restore(tmp_path / "first.tar", database, files, replace=True)
    assert names_in(database) == ["Roots"]


def test_a_backup_is_for_its_owner_and_never_overwrites(house: tuple[Path, Path], tmp_path: Path) -> None:
    database, files = house
    write(database, "Roots").close()
    target = tmp_path / "out" / "first.tar"
    back_up(database, files, target)
    before = target.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(BackupError) as refusal:
        back_up(database, files, target)
    assert str(refusal.value) == f"{target} is there already, and a backup never overwrites another."
    assert target.read_bytes() == before
    assert [file.name for file in target.parent.iterdir()] == ["first.tar"]


def test_no_database_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError) as refusal:
        back_up(tmp_path / "none.sqlite3", None, tmp_path / "out" / "first.tar")
    assert str(refusal.value) == f"There is no database at {tmp_path}/none.sqlite3."
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_there_is_replaced_only_on_request(house: tuple[Path, Path], tmp_path: Path) -> None:
    database, files = house
    write(database, "Roots").close()
    back_up(database, files, tmp_path / "first.tar")
    write(database, "Tern").close()
    with pytest.raises(BackupError) as refusal:
        restore(tmp_path / "first.tar", database, files)
    assert str(refusal.value) == f"There is a database at {database} already."
    assert names_in(database) == ["Roots", "Tern"]


def test_a_damaged_or_foreign_backup_changes_nothing(house: tuple[Path, Path], tmp_path: Path) -> None:
    database, files = house
    write(database, "Roots").close()
    back_up(database, files, tmp_path / "whole.tar")
    whole = (tmp_path / "whole.tar").read_bytes()
    cut, noise = tmp_path / "cut.tar", tmp_path / "noise.tar"
    cut.write_bytes(whole[:5000])
    noise.write_bytes(b"not a tar file at all")
    page, quiet = tmp_path / "page.tar", tmp_path / "quiet.tar"
    second = 512 + 4096  # the header of the tar, then the first page of the database
    page.write_bytes(whole[:second] + b"\xff" * 4096 + whole[second + 4096 :])
    back_up(database_that_opens_but_is_wrong(tmp_path / "wrong.sqlite3"), files, quiet)
    refused = {
        page: f"{page} holds no database that is whole.",
        quiet: f"{quiet} holds no database that is whole.",
        cut: f"{cut} is damaged, or no backup of this application.",
        noise: f"{noise} is damaged, or no backup of this application.",
        tar_of(tmp_path / "text.tar", **{"database.sqlite3": b"no database" * 100}): (
            f"{tmp_path}/text.tar holds no database that is whole."
        ),
        tar_of(tmp_path / "files.tar", files__a=b"a"): f"{tmp_path}/files.tar holds no database that is whole.",
        tar_of(tmp_path / "up.tar", **{"files__..__..__up.txt": b"up"}): (
            f"{tmp_path}/up.tar is no backup of this application: it holds “files/../../up.txt”."
        ),
        tar_of(tmp_path / "link.tar", files__link="/etc/passwd"): (
            f"{tmp_path}/link.tar is no backup of this application: it holds “files/link”."
        ),
        tar_of(tmp_path / "else.tar", notes=b"a"): (
            f"{tmp_path}/else.tar is no backup of this application: it holds “notes”."
        ),
    }
    there = sorted(tmp_path.rglob("*"))
    for backup, sentence in refused.items():
        with pytest.raises(BackupError) as refusal:
            restore(backup, database, files, replace=True)
        assert str(refusal.value) == sentence
    assert sorted(tmp_path.rglob("*")) == there
    assert names_in(database) == ["Roots"]


def grants(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it, on a site of its own."""
    surroundings = {"PATH": os.environ["PATH"], "SECRET_KEY": "kW3v-90adf_ZpQ8xY7mL2nB5cR4tU6eH1jG", **variables}
    return subprocess.run(
        [sys.executable, "-m", "grants.cli", *arguments],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_operator_backs_up_and_restores(house: tuple[Path, Path], tmp_path: Path) -> None:
    database, files = house
    write(database, "Roots").close()
    site = {"DATABASE_URL": f"sqlite:///{database}", "FILES_URL": f"file://{files}"}
    backup = tmp_path / "first.tar"
    done = grants("backup", str(backup), **site)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Backed up to {backup}.\n", "")
    refused = grants("restore", str(backup), **site)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"Error: There is a database at {database} already. Say --replace to replace it.\n"
    database.unlink()
    done = grants("restore", str(backup), **site)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Restored from {backup}.\n", "")
    assert names_in(database) == ["Roots"]


def test_for_postgresql_it_names_the_command_and_shows_no_password(tmp_path: Path) -> None:
    server = {"DATABASE_URL": "postgresql://grants:s3cret@db.example.org:5433/grants", "FILES_URL": "file:///srv/files"}
    files = "Uploads and letters lie in /srv/files: they have to be kept with it.\n"
    refused = grants("backup", "my backup", **server)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "Error: The database is PostgreSQL, which has a tool of its own for this: "
        "pg_dump --format=custom --file='my backup' postgresql://grants@db.example.org:5433/grants\n"
        f"{files}"
    )
    (tmp_path / "dump").touch()
    assert grants("restore", str(tmp_path / "dump"), **server).stderr == (
        "Error: The database is PostgreSQL, which has a tool of its own for this: "
        f"pg_restore --clean --if-exists --dbname=postgresql://grants@db.example.org:5433/grants {tmp_path}/dump\n"
        f"{files}"
    )
