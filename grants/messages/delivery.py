"""Handing a message to the mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

from flask import current_app

from grants.messages import library
from grants.messages.addresses import address_of
from grants.messages.calendars import FILENAME, METHOD
from grants.messages.models import Message
from grants.people.tokens import Purpose, panel_token, password_token, request_token

TIMEOUT_SECONDS = 30
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Undeliverable(Exception):
    """The mail server will never take this message; trying again is no use."""


@dataclass(frozen=True)
class Server:
    """A mail server, as SMTP_URL names it."""

    host: str
    port: int
    encrypted: bool
    user: str | None
    password: str

    @classmethod
    def configured(cls) -> Self | None:
        """The server of this site, or None when it has none and mail stays in the outbox."""
        url = current_app.config["SETTINGS"].smtp_url
        return cls.from_url(url) if url else None

    @classmethod
    def from_url(cls, url: str) -> Self:
        parts = urlsplit(url)
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if encrypted else 587),
            encrypted=encrypted,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over.

        raises   Undeliverable when the server refuses it for good; OSError or SMTPException when trying again may help
        """
        try:
            with self._connected() as connection:
                connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            _give_up_on(code, reason, error)
            raise
        except smtplib.SMTPResponseException as error:
            if not isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError):
                _give_up_on(error.smtp_code, error.smtp_error, error)
            raise

    def _connected(self) -> smtplib.SMTP:
        trust = ssl.create_default_context()
        if self.encrypted:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=trust)
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            self._open(connection, trust)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self, connection: smtplib.SMTP, trust: ssl.SSLContext) -> None:
        connection.ehlo()
        if not self.encrypted and connection.has_extn("starttls"):
            connection.starttls(context=trust)
            connection.ehlo()
        elif not self.encrypted and self.user and self.host not in _LOOPBACK:
            raise smtplib.SMTPException("The mail server offers no encryption, so the password is not sent to it.")
        if self.user:
            connection.login(self.user, self.password)


def mail_of(message: Message) -> EmailMessage:
    """The mail that a message is, ready for the server; its private facts are made now."""
    mail = EmailMessage()
    name, address = parseaddr(current_app.config["SETTINGS"].mail_from)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(" ".join(message.to_name.split()), addr_spec=message.to_email)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.queued_at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    private = {name: _PRIVATE[name](message) for name in library.private_in(message.template)}
    mail.set_content(library.fill_private(message.body, private))
    if message.calendar is not None:  # as bytes: a line of it ends as the standard says, whatever mail does with text
        mail.add_attachment(
            message.calendar.encode(),
            maintype="text",
            subtype="calendar",
            filename=FILENAME,
            params={"method": METHOD, "charset": "utf-8"},
        )
    return mail


def _password_link(message: Message) -> str:
    purpose = Purpose.INVITATION if message.template == "people.invitation" else Purpose.RESET
    if message.person is None:
        raise ValueError("A link to a new password goes to somebody who has an account.")
    return address_of("people.set_password", token=password_token(message.person, purpose))


def _confirm_link(message: Message) -> str:
    # The key that the message was written under ends in the request's public id.
    return address_of("people.confirm_request", request_token=request_token(message.key.rpartition(":")[2]))


def _panel_link(message: Message) -> str:
    # The key ends in the invitation's public id, and before it when it was sent.
    _, asked, invitation_id = message.key.rsplit(":", 2)
    return address_of("review.asked", panel_token=panel_token(invitation_id, asked))


_PRIVATE = {"password_link": _password_link, "confirm_link": _confirm_link, "panel_link": _panel_link}


def _give_up_on(code: int, reason: bytes | str, error: Exception) -> None:
    if 500 <= code < 600:
        words = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise Undeliverable(f"The mail server refused it: {code} {words}") from error
