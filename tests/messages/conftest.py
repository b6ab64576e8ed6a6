"""A real mail server for the tests, on a port of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.checkout import free_port


@dataclass
class Postbox:
    """Takes mail until told otherwise: `refusal` is what it answers instead."""

    refusal: str | None = None
    mail: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = BytesParser(policy=policy.default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.mail.append(message)
        self.recipients.extend(envelope.rcpt_tos)
        return "250 Accepted"


@contextmanager
def smtp_url(app: Flask, url: str) -> Iterator[None]:
    """Let the application send its mail there."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(settings, smtp_url=url)
    try:
        yield
    finally:
        app.config["SETTINGS"] = settings


@pytest.fixture
def postbox(app: Flask) -> Iterator[Postbox]:
    """A mail server that the application sends to."""
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with smtp_url(app, f"smtp://127.0.0.1:{server.port}"):
            yield box
    finally:
        server.stop()


@pytest.fixture
def sending_to(app: Flask) -> Callable[[str], Any]:
    """`with sending_to(url):` for a server of the test's own choice."""
    return lambda url: smtp_url(app, url)
