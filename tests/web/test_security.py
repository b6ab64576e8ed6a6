"""What every answer tells the browser."""

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from grants.config import ROOT


@pytest.mark.parametrize("path", ["/", "/error/404", "/error/500", "/static/house.css"])
def test_every_answer_carries_the_headers(visitor: FlaskClient, path: str) -> None:
    headers = visitor.get(path, buffered=True).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def test_transport_is_strict_where_it_is_encrypted(visitor: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in visitor.get("/").headers
    secure = visitor.get("/", base_url="https://grants.example.org")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_pages_of_someone_signed_in_are_not_stored(visitor: FlaskClient, seen_by: Callable[[str], FlaskClient]) -> None:
    assert visitor.get("/error/404").headers["Cache-Control"] == "no-cache"
    assert visitor.get("/parts").headers["Cache-Control"] == "no-store"  # it carries messages of a session
    assert seen_by("officer").get("/").headers["Cache-Control"] == "no-store"


def test_a_versioned_file_may_be_kept_until_it_changes(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    versioned = page.split('rel="stylesheet" href="')[2].split('"')[0]
    assert versioned.startswith("/static/house.css?v=")
    assert visitor.get(versioned, buffered=True).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert visitor.get("/static/house.css", buffered=True).headers["Cache-Control"] == "public, max-age=86400"


def test_no_page_needs_what_the_policy_forbids(visitor: FlaskClient, seen_by: Callable[[str], FlaskClient]) -> None:
    for path in ("/", "/slate", "/charts", "/parts", "/scorecard", "/draft", "/forms", "/table"):
        text = seen_by("officer").get(path).text
        assert text.count("<script") == text.count("<script src=")
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text


def test_text_files_travel_compressed_and_unharmed(visitor: FlaskClient) -> None:
    plain = visitor.get("/static/house.css", buffered=True)
    packed = visitor.get("/static/house.css", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Type"] == "text/css; charset=utf-8"
    assert gzip.decompress(packed.data) == plain.data == (ROOT / "grants/web/static/house.css").read_bytes()
    assert len(packed.data) < len(plain.data) / 3
    again = visitor.get(
        "/static/house.css", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    )
    assert again.status_code == 304


def test_fonts_travel_as_they_are(visitor: FlaskClient) -> None:
    font = "/static/vendor/source-sans-3-latin-wght-normal.woff2"
    assert "Content-Encoding" not in visitor.get(font, headers={"Accept-Encoding": "gzip"}, buffered=True).headers


@pytest.mark.parametrize("path", ["/static/lost.css", "/static/../security.py", "/static/%2e%2e/status.py"])
def test_nothing_beyond_the_folder_is_sent(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path, headers={"Accept-Encoding": "gzip"}).status_code == 404
