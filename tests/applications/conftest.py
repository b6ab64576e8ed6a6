"""The whole application served on this machine, and Chromium to open it with."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from grants.config import ROOT
from grants.kernel import clock
from grants.people.models import Person
from tests.factories.applications import WRITING

AXE = ROOT / "grants/web/frontend/node_modules/axe-core/axe.min.js"


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application's address while it is served, on the evening the stories are told of."""
    clock.set_offset(WRITING - datetime.now(UTC))  # noqa: TID251 - the one place that needs the machine's own clock
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    clock.set_offset(WRITING - WRITING)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_as(app: Flask, chromium: Browser, served: str) -> Iterator[Callable[..., Page]]:
    """Open a page as a person; a fault in the page's scripts fails the test."""
    faults: list[str] = []
    contexts = []

    def opened(who: Person, path: str, width: int = 1280) -> Page:
        sign = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        session = sign.dumps({"_user_id": f"{who.public_id}.{who.session_stamp}", "_fresh": True})
        context = chromium.new_context(viewport={"width": width, "height": 860}, base_url=served)
        contexts.append(context)
        context.add_cookies([{"name": "session", "value": session, "url": served}])
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.set_default_timeout(10_000)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def axe_faults() -> Callable[[Page], list[str]]:
    """What axe finds on a page, as rule and element."""
    source = AXE.read_text()

    def found(page: Page) -> list[str]:
        page.evaluate(source)
        result = page.evaluate("axe.run()")
        assert len(result["passes"]) > 10
        return [f"{rule['id']}: {node['html']}" for rule in result["violations"] for node in rule["nodes"]]

    return found
