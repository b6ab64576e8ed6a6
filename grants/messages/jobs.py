"""Delivering what is in the outbox, and writing what earlier capabilities ask for by name."""

import smtplib
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.background import enqueue, job, periodic
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.messages import services
from grants.messages.delivery import Server, Undeliverable, mail_of
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work

# As mail servers do: what could not be handed over for this long is given up.
GIVE_UP_AFTER = timedelta(days=5)
LATE_AFTER = timedelta(minutes=70)  # longer than the job runner's own attempts take


@job("messages.post", "Write a message")
def post(
    message_key: str,
    template: str,
    facts: dict[str, Any],
    person_id: str | None = None,
    to_name: str = "",
    to_email: str = "",
    case_id: str | None = None,
) -> None:
    """Write a message for a capability that stands before this one; safe to repeat, since its key is taken once.

    person_id   to whom; to_name and to_email instead for somebody without an account
    case_id     the public id of the case that it is about
    """
    with unit_of_work() as session:
        to: Person | services.Visitor = services.Visitor(to_name, to_email)
        if person_id is not None:
            to = session.scalars(select(Person).where(Person.public_id == person_id)).one()
        case = session.scalars(select(Case).where(Case.public_id == case_id)).one() if case_id else None
        services.post(message_key, template, to, facts, case)


@job(services.DELIVER, "Deliver a message")
def deliver(message_id: str) -> None:
    """Send one message, unless it was sent; without a mail server it stays in the outbox."""
    message = db.session.scalars(
        select(Message).where(Message.public_id == message_id).options(joinedload(Message.person))
    ).one()
    server = Server.configured()
    if message.state != "queued" or server is None:
        return
    mail = mail_of(message)
    db.session.rollback()  # no transaction stays open while the mail server is talked to
    try:
        server.send(mail)
    except Undeliverable as error:
        _note(message_id, state="failed", error=str(error))
    except (OSError, smtplib.SMTPException) as error:
        _note(message_id, state="queued", error=f"{type(error).__name__}: {error}")
        raise
    else:
        _note(message_id, state="sent", error=None)


@periodic("messages.sweep", "*/10 * * * *", "Take up what is still in the outbox")
def sweep() -> None:
    """Take up what is still in the outbox, after the mail server was away or set up late, and give up on the oldest."""
    if Server.configured() is None:
        return
    waiting = select(Message).where(Message.state == "queued", Message.queued_at < now() - LATE_AFTER)
    with unit_of_work() as session:
        for message in session.scalars(waiting.order_by(Message.id).limit(500)):
            if message.queued_at < now() - GIVE_UP_AFTER:
                message.state = "failed"
                message.error = message.error or "It stayed in the outbox too long to be sent still."
            else:
                hour = now().strftime("%Y-%m-%dT%H")
                enqueue(
                    session,
                    services.DELIVER,
                    key=f"{services.DELIVER}:{message.public_id}@{hour}",
                    message_id=message.public_id,
                )


def _note(message_id: str, state: str, error: str | None) -> None:
    with unit_of_work() as session:
        message = session.scalars(select(Message).where(Message.public_id == message_id).with_for_update()).one()
        message.state, message.error = state, error
        message.sent_at = now() if state == "sent" else None
