"""What the house asks of every page, measured in the page itself, and a server to open pages from."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from threading import Condition, Thread
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from grants.config import ROOT
from grants.people.models import Person

AXE = (ROOT / "grants/web/frontend/node_modules/axe-core/axe.min.js").read_text()
VIEWS = ((1280, "light"), (390, "dark"))

_AXE_FINDS = """async () => {
    // Style sheets and media are not fetched once more: the rules that look into them concern nothing of ours. What is
    // found is told by its HTML: no selectors are worked out for it, nor for the thousands that are as they should be.
    const found = await axe.run(document, {resultTypes: ["violations"], preload: false, selectors: false});
    if (found.passes.length <= 10) return ["axe looked at next to nothing"];
    return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
}"""
# 24 px either way, as WCAG 2.5.8 asks; links inside a sentence are its exception.
_SMALL_TARGETS = """() => [
    ...document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea")]
    .filter((one) => one.checkVisibility() && !one.closest("p, .callout, .what, .skip, .sr, .lede"))
    .map((one) => [(one.closest("label") || one).getBoundingClientRect(), one.outerHTML])
    .filter(([box]) => box.width < 24 || box.height < 24)
    .map(([box, html]) => `small: ${box.width}x${box.height} ${html}`)"""
_WIDER_THAN_A_PHONE = """() => {
    const wide = document.documentElement.scrollWidth;
    const out = [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > 320);
    return wide <= 320 ? [] : [`320 px: ${wide} px wide ${out.map((one) => one.outerHTML.slice(0, 120)).join(" ")}`];
}"""

_UNRENDERED = (
    """() => (document.body.innerText.match(/.*(\\{[{%]|[}%]\\}).*/g) || []).map((line) => `unrendered: ${line}`)"""
)


def faults(page: Page, views: Iterable[tuple[int, str]] = VIEWS) -> list[str]:
    """What a page does wrong as it stands: for axe, with small targets, and by being wider than the narrowest phone."""
    found: list[str] = []
    page.evaluate(AXE)
    found += page.evaluate(_UNRENDERED)
    for width, scheme in views:
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        seen = page.evaluate(_AXE_FINDS) + page.evaluate(_SMALL_TARGETS)
        found += [f"{width} px, {scheme}: {fault}" for fault in seen]
    page.set_viewport_size({"width": 320, "height": 860})
    found += page.evaluate(_WIDER_THAN_A_PHONE)
    return found


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """What was asked for is no news in a test."""


class _Door:
    """Lets requests in until it is shut, and is shut once the last of them is answered.

    The server leaves off without waiting for them, and what pages that are still open have asked for must not meet the
    database of the next test.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app
        self.changed = Condition()
        self.inside = 0
        self.closed = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        with self.changed:
            closed = self.closed
            self.inside += not closed
        if closed:
            yield from ServiceUnavailable()(environ, start_response)
            return
        try:
            with closing(ClosingIterator(self.app(environ, start_response))) as answer:
                yield from answer
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    def shut(self) -> None:
        with self.changed:
            self.closed = True
            assert self.changed.wait_for(lambda: self.inside == 0, timeout=20), "a request never ended"


@contextmanager
def served_by(app: Flask) -> Iterator[str]:
    """The application's address while it is served on this machine."""
    door = _Door(app)
    server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        door.shut()


def session_of(app: Flask, who: Person) -> str:
    """The session cookie of somebody who is signed in."""
    sign = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    made: str = sign.dumps({"_user_id": f"{who.public_id}.{who.session_stamp}", "_fresh": True})
    return made
