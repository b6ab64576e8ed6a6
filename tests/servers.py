"""The application as it is served: processes of its own, asked over the network."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from grants.config import ROOT
from tests.checkout import free_port
from tests.engines import Engine


@dataclass
class Server:
    """`grants serve`: two processes that answer requests, and one that does the background work."""

    port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, environment: dict[str, str], log: Path) -> "Server":
        port = free_port()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "grants.cli", "serve"],
                cwd=ROOT,
                env={**environment, "PORT": str(port)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return cls(port, process)

    def wait_until_served(self) -> None:
        for _ in range(300):
            with suppress(OSError):
                if ask(self.port, "GET", "/sign-in").status == http.client.OK:
                    return
            time.sleep(0.1)
        raise AssertionError(f"Nobody answers on port {self.port}.")

    def kill(self) -> None:
        """Every process of it, at once, as a machine that loses its power does."""
        for one in reversed(list(_family(self.process.pid))):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait()


def _family(process: int) -> Iterator[int]:
    """A process and all that it started, and these."""
    yield process
    with suppress(FileNotFoundError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            yield from _family(int(child))


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str
    cookie: str


def ask(port: int, method: str, path: str, cookie: str = "", form: dict[str, str] | None = None) -> Answer:
    """One request on a connection of its own.

    raises   OSError or HTTPException when no whole answer came
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Cookie": f"session={cookie}"} if cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        sent = re.search(r"session=([^;]+)", answer.headers.get("Set-Cookie", ""))
        location = answer.headers.get("Location", "")
        return Answer(answer.status, location, answer.read().decode(), sent[1] if sent else cookie)
    finally:
        connection.close()


def environment_of(app: Flask, engine: Engine) -> dict[str, str]:
    """What a server needs to work on a test's own database and files."""
    settings = app.config["SETTINGS"]
    return {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "test",
        "DATABASE_URL": engine.url,
        "FILES_URL": settings.files_url,
        "SECRET_KEY": settings.secret_key,
        "LOG_LEVEL": "WARNING",
    }
