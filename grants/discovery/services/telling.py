"""Writing to those who come to an event."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from grants.discovery import queries
from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.services.noting import case_of, said_of
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.messages import services as messages
from grants.persistence import audit

AUDIENCES: Final = ("places", "waiting", "came")


def write_to_all(actor: Actor, event: Event, audience: str, subject: str, text: str) -> int:
    """Send those of an event whose names the actor may read the same message. The same words reach the same person
    once, however often sent.

    audience  one of AUDIENCES: those who have a place, those on the waitlist, those who came
    returns   how many people are written to now
    raises    Refused; Invalid by field; Clash when nobody is left to write to
    """
    require_permission(actor, "event.manage")
    given = {"subject": (subject, "Write a subject."), "text": (text, "Write the message.")}
    if wrong := {field: sentence for field, (typed, sentence) in given.items() if not typed.strip()}:
        raise Invalid("The message is not complete.", wrong)
    if not (people := _audience(actor, event, audience)):
        raise Clash("There is nobody to write to.")
    words = sha256(f"{subject.strip()}\n{text.strip()}".encode()).hexdigest()[:20]
    facts = {**said_of(event), "subject": subject.strip(), "text": text.strip(), "written_by": actor.name}
    written = [
        messages.post(f"event-word:{one.public_id}:{words}", "event.word", one.person, facts, case_of(one))
        for one in people
    ]
    if not (count := sum(message is not None for message in written)):
        raise Clash("Everyone has this message already.")
    audit.record(actor, "event.write", event, after={"to": audience, "people": count, "subject": subject.strip()})
    return count


def _audience(actor: Actor, event: Event, audience: str) -> Sequence[Registration | Waiting]:
    if audience == "waiting":
        return [one for one, _ in queries.waiting_seen_by(actor, event)]
    placed = queries.places_seen_by(actor, event)
    return [one for one in placed if one.attended_at is not None] if audience == "came" else placed
