"""A copy of this checkout to run commands in, as if it were just cloned, and a visitor to what it serves."""

import os
import re
import shutil
import socket
import time
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPCookieProcessor, Request, build_opener

from werkzeug.test import encode_multipart

from grants.config import ROOT

NOT_COPIED = ("instance", ".git", ".venv", "node_modules", "tests", ".*_cache", "__pycache__", ".hypothesis")
INSTALLED = (".venv", "grants/web/frontend/node_modules")


@dataclass(frozen=True)
class Checkout:
    """The copy, and the surroundings its commands run in: nothing of the test's own but where programs are found."""

    folder: Path
    port: int

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        # The installed packages are those of this checkout; the application is the copy's.
        return {**kept, "PYTHONPATH": str(self.folder), "PORT": str(self.port), "WEB_WORKERS": "1", **more}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def copy_of_checkout(folder: Path) -> Checkout:
    """Everything but what is somebody's own: no database, no files, no settings. What is installed is used as it is."""
    copy = folder / "harbormaster"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for name in INSTALLED:
        (copy / name).symlink_to(ROOT / name)
    return Checkout(copy, free_port())


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def wait_until_served(checkout: Checkout) -> None:
    """Until somebody answers at its address; a busy machine takes its time."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            assert Visitor(checkout.address).get("/sign-in").status == HTTPStatus.OK
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Nobody answers at {checkout.address}.")


class Visitor:
    """A browser without a window, over HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._browser = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        return self._ask(Request(self._address + path))

    def post(self, path: str, **fields: Any) -> Answer:
        """Send a form to the page it stands on; a file is a FileStorage."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path).text)
        assert token, f"There is no form on {path}."
        boundary, body = encode_multipart({"csrf_token": token[1], **fields})
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._ask(Request(self._address + path, body, kind))

    def _ask(self, request: Request) -> Answer:
        try:
            with self._browser.open(request, timeout=30) as answer:
                return Answer(answer.status, answer.read())
        except HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read())
