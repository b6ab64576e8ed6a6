"""The gallery: every macro on a page, without a database, for the client and for the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from grants.config import ROOT
from grants.web import access, navigation
from tests.web.gallery import PEOPLE, create_gallery, offer_pages

AXE = ROOT / "grants/web/frontend/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="module")
def gallery() -> Iterator[Flask]:
    """The gallery; its people and its navigation stand in for those of the whole application while it is open."""
    loaders = access._loaders[:]
    registries = (navigation._bar, navigation._menu, navigation._foot, navigation._single)
    before = [dict(registry) for registry in registries]  # type: ignore[call-overload]
    access.load_actor_with(PEOPLE.get)
    for registry in registries:
        registry.clear()  # type: ignore[attr-defined]
    offer_pages()
    yield create_gallery()
    access._loaders[:] = loaders
    for registry, entries in zip(registries, before, strict=True):
        registry.clear()  # type: ignore[attr-defined]
        registry.update(entries)  # type: ignore[attr-defined]


@pytest.fixture
def visitor(gallery: Flask) -> FlaskClient:
    """A browser in the gallery, not signed in."""
    return gallery.test_client()


@pytest.fixture
def seen_by(gallery: Flask) -> Callable[[str], FlaskClient]:
    """A browser in the gallery, signed in as one of its people."""

    def enter(who: str) -> FlaskClient:
        browser = gallery.test_client()
        browser.get(f"/as/{who}")
        return browser

    return enter


@pytest.fixture(scope="module")
def served(gallery: Flask) -> Iterator[str]:
    """The gallery's address while it is served."""
    server = make_server("127.0.0.1", 0, gallery, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, served: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the gallery as one of its people; a fault in its scripts fails the test."""
    faults: list[str] = []
    contexts = []

    def opened(path: str, who: str = "officer", width: int = 1280, scheme: str = "light", script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 860},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=script,
            base_url=served,
        )
        contexts.append(context)
        context.request.get(f"/as/{who}")
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.set_default_timeout(5_000)
        answer = page.goto(path)
        expected = int(path.removeprefix("/error/")) if path.startswith("/error/") else 200
        assert answer is not None
        assert answer.status == expected
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def axe_source() -> str:
    return Path(AXE).read_text()
