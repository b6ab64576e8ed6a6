"""A backup of the embedded database and its files: one tar file, taken while the application runs."""

import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path, PurePosixPath

DATABASE = "database.sqlite3"
FILES = "files"


class BackupError(Exception):
    """The backup cannot be taken or restored; the message is one sentence, and nothing has been changed."""


def back_up(database: Path, files: Path | None, target: Path) -> None:
    """Write a new tar file with a consistent copy of `database` and, where there is one, the folder `files`.

    The database goes first: stored files are never overwritten, so whatever the copy mentions is there when the
    folder is read.
    raises   BackupError when there is no database, or `target` is there already
    """
    if not database.exists():
        raise BackupError(f"There is no database at {database}.")
    if target.exists():
        raise BackupError(f"{target} is there already, and a backup never overwrites another.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy, archive = Path(folder, DATABASE), Path(folder, "backup.tar")
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as sink:
            source.backup(sink)
        with tarfile.open(archive, "w") as tar:
            tar.add(copy, DATABASE)
            if files is not None and files.is_dir():
                tar.add(files, FILES)
        # Letters and scores are in it: for its owner's eyes only. The name appears when the file is whole.
        archive.chmod(0o600)
        archive.rename(target)


def restore(source: Path, database: Path, files: Path | None, replace: bool = False) -> None:
    """Put the database and the files of a backup back. The application must not run meanwhile.

    raises   BackupError when the backup is damaged, or a database is there and `replace` is not said
    """
    if database.exists() and not replace:
        raise BackupError(f"There is a database at {database} already.")
    database.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=database.parent) as name:
        folder = Path(name)
        _unpack(source, folder)
        _check(folder / DATABASE, source)
        # Left over from the database that goes, these would be read into the one that comes.
        for leftover in ("-wal", "-shm"):
            database.with_name(database.name + leftover).unlink(missing_ok=True)
        (folder / DATABASE).replace(database)
        if files is not None and (folder / FILES).is_dir():
            shutil.copytree(folder / FILES, files, dirs_exist_ok=True)


def _unpack(source: Path, folder: Path) -> None:
    """Write the plain files of the backup into `folder`, and nothing outside it."""
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                parts = PurePosixPath(member.name).parts
                ours = parts == (DATABASE,) or (parts[:1] == (FILES,) and ".." not in parts)
                if not ours or not (member.isfile() or member.isdir()):
                    raise BackupError(f"{source} is no backup of this application: it holds “{member.name}”.")
                if (content := tar.extractfile(member)) is not None:
                    path = folder.joinpath(*parts)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("wb") as file:
                        shutil.copyfileobj(content, file)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{source} is damaged, or no backup of this application.") from error


def _check(database: Path, source: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except sqlite3.Error:
        whole = False
    if not whole:
        raise BackupError(f"{source} holds no database that is whole.")
