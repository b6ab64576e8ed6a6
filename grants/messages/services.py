"""Writing messages into the outbox, in the transaction of their cause."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from grants.background import enqueue
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.messages import library
from grants.messages.addresses import mail_domain, site_address
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db

DELIVER = "messages.deliver"
_suppressed: ContextVar[bool] = ContextVar("messages_suppressed", default=False)


@dataclass(frozen=True)
class Visitor:
    """Somebody without an account, who left a name and an address to be answered at."""

    name: str
    email: str


@contextmanager
def suppressed() -> Iterator[None]:
    """Within the block messages are written and logged but never sent: replays and restored sites."""
    token = _suppressed.set(True)
    try:
        yield
    finally:
        _suppressed.reset(token)


def post(
    key: str,
    template: str,
    to: Person | Visitor,
    facts: Mapping[str, object],
    case: Case | None = None,
    *,
    cycle_id: int | None = None,
    calendar: str | None = None,
) -> Message | None:
    """Write one message to one person or visitor; it is delivered once the caller's transaction commits.

    key        names the cause, such as `award-offered:<public id>`; a key that was used gives None and nothing new
    template   a key of library.TEMPLATES
    facts      text or whole numbers by placeholder; `name`, `email` and `site` are there already
    case       the case it is about
    cycle_id   instead, where it counts several cases of a cycle, such as those that wait for a reviewer
    calendar   a file for the reader's own calendar that goes with it, from calendars.attached
    raises     KeyError for an unknown template, IncompleteMessage for a placeholder without its fact
    """
    if db.session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return None
    person = to if isinstance(to, Person) else None
    common = {"name": to.name, "email": to.email, "site": site_address()}
    subject, body = library.compose(template, {**common, **facts})
    silent = _suppressed.get() or not (person is None or person.is_active)
    message = Message(
        key=key,
        template=template,
        person=person,
        case_id=case and case.id,
        cycle_id=cycle_id,
        to_name=to.name,
        to_email=to.email,
        subject=subject,
        body=body,
        calendar=calendar,
        message_id=f"<{sha256(key.encode()).hexdigest()[:32]}@{mail_domain()}>",
        state="suppressed" if silent else "queued",
        queued_at=now(),
    )
    db.session.add(message)
    db.session.flush()
    if not silent:
        enqueue(db.session(), DELIVER, key=f"{DELIVER}:{message.public_id}", message_id=message.public_id)
    return message
