"""Bytes are written once, outside transactions, and read back as they were."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from grants.casework import files
from grants.casework.downloads import attachment
from grants.casework.models import StoredFile
from grants.persistence.session import db, unit_of_work
from tests.factories.casework import case
from tests.factories.people import person

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].files_url.removeprefix("file://"))


def test_a_file_is_put_and_then_registered(app: Flask) -> None:
    kept = files.put(b"hello", "budget.xlsx", "application/vnd.ms-excel")
    assert (folder(app) / kept.storage_key).read_bytes() == b"hello"
    assert db.session.scalars(select(StoredFile)).all() == []
    with unit_of_work():
        one, someone = case(), person()
        stored = files.register(kept, case=one, by=someone)
    assert (stored.size, stored.sha256, stored.case_id, stored.stored_by_id) == (5, HELLO, one.id, someone.id)
    assert files.read(stored) == b"hello"


def test_the_same_bytes_twice_are_two_files(app: Flask) -> None:
    keys = {files.put(b"hello", "a.txt", "text/plain").storage_key for _ in range(2)}
    assert len(keys) == 2


def test_nothing_is_overwritten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "new_public_id", lambda: "always-the-same-key")
    kept = files.put(b"first", "a.txt", "text/plain")
    with pytest.raises(Exception, match="already exists"):
        files.put(b"second", "a.txt", "text/plain")
    assert (folder(app) / kept.storage_key).read_bytes() == b"first"
    (folder(app) / kept.storage_key).unlink()


def test_a_file_that_was_changed_or_is_gone_is_not_handed_out(app: Flask) -> None:
    kept = files.put(b"hello", "a.txt", "text/plain")
    with unit_of_work():
        stored = files.register(kept)
    path = folder(app) / kept.storage_key
    path.write_bytes(b"hullo")
    with pytest.raises(files.Damaged, match="was changed"):
        files.read(stored)
    path.unlink()
    with pytest.raises(files.Damaged, match="not in the store"):
        files.read(stored)


def test_bytes_are_not_moved_while_a_transaction_is_open(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="before the unit of work"), unit_of_work():
        files.put(b"hello", "a.txt", "text/plain")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("budget.xlsx", "budget.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Dana\\Our plan.pdf", "Our plan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("...", "file"),
        ("", "file"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
        ("Año – presupuesto.pdf", "Año – presupuesto.pdf"),
    ],
)
def test_a_name_is_only_a_name(app: Flask, given: str, kept: str) -> None:
    assert files.put(b"", given, "application/pdf").name == kept


def test_a_download_is_an_attachment_that_nothing_interprets(app: Flask) -> None:
    kept = files.put(b"<script>alert(1)</script>", "Año.html", "text/html")
    with unit_of_work():
        stored = files.register(kept)
    with app.test_request_context(headers={"Range": "bytes=0-3"}):
        answer = attachment(stored)
        answer.direct_passthrough = False
    assert (answer.status_code, answer.content_length) == (200, 25), "whole, whatever part is asked for"
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == "attachment; filename=Ano.html; filename*=UTF-8''A%C3%B1o.html"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"
