"""`make run` in a fresh clone: it asks for the first administrator, or takes them from the surroundings, and serves."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout, Visitor, copy_of_checkout, wait_until_served

PASSWORD = "four harbors and one crane"
# Gives `make run` a terminal of its own, as a person has; what is written here is typed there.
IN_A_TERMINAL = "import pty, sys; sys.exit(pty.spawn(['make', 'run']) >> 8)"
pytestmark = pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="a fresh clone keeps its data in SQLite")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return copy_of_checkout(tmp_path)


class Terminal:
    """Somebody at a terminal in which `make run` runs."""

    def __init__(self, checkout: Checkout) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", IN_A_TERMINAL],
            cwd=checkout.folder,
            env=checkout.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.seen = ""

    def answer(self, question: str, text: str) -> None:
        """Wait until a question is asked, and type the answer."""
        assert self.process.stdin
        self.read_until(question)
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    def read_until(self, text: str) -> None:
        assert self.process.stdout
        deadline = time.monotonic() + 120
        before, self.seen = len(self.seen), self.seen
        while text not in self.seen[before:]:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            assert part, f"It never said “{text}”, but: {self.seen}"
            self.seen += part.decode()

    def press_ctrl_c(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"\x03")
        self.process.stdin.flush()
        self.process.communicate(timeout=60)


@pytest.fixture
def terminal(checkout: Checkout) -> Iterator[Terminal]:
    one = Terminal(checkout)
    yield one
    if one.process.poll() is None:
        os.killpg(one.process.pid, signal.SIGTERM)
        one.process.communicate(timeout=60)


def signs_in(checkout: Checkout, email: str) -> None:
    home = Visitor(checkout.address).post("/sign-in", email=email, password=PASSWORD)
    assert (home.status, email in home.text) == (200, True)


def test_it_asks_for_the_first_administrator_and_serves(checkout: Checkout, terminal: Terminal) -> None:
    terminal.answer("Your name:", "Rosa Delgado")
    terminal.answer("Your email address:", "rosa@example.org")
    terminal.answer("A password:", PASSWORD)
    terminal.answer("Repeat for confirmation:", PASSWORD)
    terminal.read_until("rosa@example.org is the administrator.")
    wait_until_served(checkout)
    signs_in(checkout, "rosa@example.org")
    settings = checkout.folder / "instance/.env"
    assert (settings.stat().st_mode & 0o777, settings.read_text().partition("=")[0]) == (0o600, "SECRET_KEY")
    assert PASSWORD not in terminal.seen
    terminal.press_ctrl_c()
    with pytest.raises(OSError, match="refused"):
        Visitor(checkout.address).get("/sign-in")


def test_it_takes_the_first_administrator_from_the_surroundings(checkout: Checkout) -> None:
    given = {"ADMIN_NAME": "Rosa Delgado", "ADMIN_EMAIL": "rosa@example.org", "ADMIN_PASSWORD": PASSWORD}
    running = subprocess.Popen(
        ["make", "run"],
        cwd=checkout.folder,
        env=checkout.environment(**given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        wait_until_served(checkout)
        signs_in(checkout, "rosa@example.org")
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        said, _ = running.communicate(timeout=60)
    assert b"rosa@example.org is the administrator." in said
    assert PASSWORD.encode() not in said
