"""Chromium, and what it opens: the gallery of macros, or the whole application on an evening of the story."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from grants.kernel import clock
from grants.people.models import Person
from tests.browser.house import served_by, session_of
from tests.factories.applications import WRITING
from tests.web.conftest import gallery  # noqa: F401 - a fixture

# What the browser and htmx say of an answer that refuses, or of none; some tests are about just that.
REFUSALS = ("Failed to load resource", "Response Status Error", "htmx:sendError", "htmx:afterRequest")
OpenWindow = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Browser) -> Iterator[OpenWindow]:
    """An empty page in a window with its own cookies; what its scripts or its console complain of fails the test."""
    complaints: list[str] = []
    contexts = []

    def listen(said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith(REFUSALS):
            complaints.append(said.text)

    def opened(address: str, width: int = 1280, session: str | None = None, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 860}, java_script_enabled=script, base_url=address
        )
        contexts.append(context)
        if session:
            context.add_cookies([{"name": "session", "value": session, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", listen)
        page.set_default_timeout(10_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


# ── the gallery ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def gallery_address(gallery: Flask) -> Iterator[str]:  # noqa: F811 - the fixture
    with served_by(gallery) as address:
        yield address


@pytest.fixture
def open_page(open_window: OpenWindow, gallery_address: str) -> Callable[..., Page]:
    """Open a page of the gallery as one of its people."""

    def opened(path: str, who: str = "officer", width: int = 1280, script: bool = True) -> Page:
        page = open_window(gallery_address, width, script=script)
        page.context.request.get(f"/as/{who}")
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == (int(path.removeprefix("/error/")) if path.startswith("/error/") else 200)
        return page

    return opened


# ── the whole application ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application's address while it is served, on the evening the stories are told of."""
    clock.set_offset(WRITING - datetime.now(UTC))  # noqa: TID251 - the one place that needs the machine's own clock
    with served_by(app) as served:
        yield served
    clock.set_offset(timedelta())


@pytest.fixture
def open_as(app: Flask, open_window: OpenWindow, address: str) -> Callable[..., Page]:
    """Open a page as a person."""

    def opened(who: Person, path: str, width: int = 1280) -> Page:
        page = open_window(address, width, session_of(app, who))
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        return page

    return opened
