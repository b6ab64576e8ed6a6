"""The file store: bytes that are written once and never again, in a folder or, beyond one machine, in an S3 bucket.

Storing takes two steps, since moving bytes is slow and has no place in a transaction:

    kept = files.put(content, "budget.xlsx", "application/…")     # outside any transaction
    with unit_of_work():
        stored = files.register(kept, case=case, by=person)       # with whatever the file belongs to

Bytes that were put and then not registered are never seen; nothing refers to them.
"""

from dataclasses import dataclass
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final
from urllib.parse import urlsplit

import obstore
from flask import current_app
from obstore.store import LocalStore, ObjectStore, from_url

from grants.casework.models import Case, StoredFile
from grants.kernel.clock import now
from grants.people.models import Person
from grants.persistence.base import new_public_id
from grants.persistence.session import db, is_writing

_EXTENSION = "file_store"
LONGEST_NAME = 120
IN_MEMORY: Final = 1_000_000
"""Bytes of a file on its way out beyond which it lies on disk."""


class Damaged(Exception):
    """The bytes in the store are not those that were put there."""


@dataclass(frozen=True)
class PutFile:
    """Bytes that are in the store and wait for their record."""

    name: str
    content_type: str
    size: int
    sha256: str
    storage_key: str


def put(content: bytes | IO[bytes], name: str, content_type: str, key: str | None = None) -> PutFile:
    """Write bytes to the store under a key of their own.

    content  bytes, or a file that is read from its beginning and never held in memory whole
    key      one that `new_key` gave, for those who note it before they write
    raises   RuntimeError inside a unit of work
    """
    if is_writing():
        raise RuntimeError("Bytes are put before the unit of work that registers them: moving them is slow.")
    key = key or new_key()
    if isinstance(content, bytes):
        obstore.put(_store(), key, content, mode="create")
        return PutFile(_plain(name), content_type, len(content), sha256(content).hexdigest(), key)
    content.seek(0)
    digest, size = file_digest(content, "sha256").hexdigest(), content.tell()  # type: ignore[arg-type]
    content.seek(0)
    obstore.put(_store(), key, content)
    return PutFile(_plain(name), content_type, size, digest, key)


def new_key() -> str:
    """A key under which nothing lies in the store yet."""
    day = now()
    return f"{day:%Y}/{day:%m}/{new_public_id()}"


def register(kept: PutFile, *, case: Case | None = None, by: Person | None = None) -> StoredFile:
    """Record a put file, in the caller's unit of work."""
    stored = StoredFile(
        case_id=case and case.id,
        name=kept.name,
        content_type=kept.content_type,
        size=kept.size,
        sha256=kept.sha256,
        storage_key=kept.storage_key,
        stored_at=now(),
        stored_by_id=by and by.id,
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def read(stored: StoredFile) -> bytes:
    """The bytes of a stored file.

    raises   Damaged when they are gone or no longer match their record
    """
    with opened(stored) as file:
        return file.read()


def opened(stored: StoredFile) -> IO[bytes]:
    """The same as `read`, as a file, which lies on disk when it is large. Whoever takes it closes it.

    raises   Damaged
    """
    file: IO[bytes] = BytesIO() if stored.size <= IN_MEMORY else TemporaryFile()  # noqa: SIM115 - see above
    digest = sha256()
    try:
        for part in obstore.get(_store(), stored.storage_key).stream():
            digest.update(part)
            file.write(part)
    except FileNotFoundError as error:
        raise Damaged(f"The file {stored.name} ({stored.storage_key}) is not in the store.") from error
    if digest.hexdigest() != stored.sha256:
        raise Damaged(f"The file {stored.name} ({stored.storage_key}) was changed in the store.")
    file.seek(0)
    return file


def remove(key: str) -> None:
    """Remove the bytes under a key, if there are any. Only of files that are kept for a time: all others stay."""
    try:
        obstore.delete(_store(), key)
    except FileNotFoundError:
        return


def _plain(name: str) -> str:
    """A file's own name: no folders, no control characters, not endless; the ending is kept."""
    base = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable()).strip(" .")
    path = Path(base or "file")
    return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix if len(base) > LONGEST_NAME else path.name


def _store() -> ObjectStore:
    """The application's store, opened once."""
    if _EXTENSION not in current_app.extensions:
        current_app.extensions[_EXTENSION] = _open(current_app.config["SETTINGS"].files_url)
    store: ObjectStore = current_app.extensions[_EXTENSION]
    return store


def _open(url: str) -> ObjectStore:
    if urlsplit(url).scheme == "file":
        return LocalStore(url.removeprefix("file://"), mkdir=True)
    return from_url(url)
