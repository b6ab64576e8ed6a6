"""Writing to those who come to an event: asked for in a request, written by a job, some at a time."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from grants.background import enqueue
from grants.discovery import queries
from grants.discovery.letter_models import AUDIENCES, EventLetters
from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.services.certificates import certify_some, check_certifiable
from grants.discovery.services.noting import cases_of, said_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.messages import services as messages
from grants.people.queries import actor_of
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

AT_ONCE: Final = 25


def write_to_all(actor: Actor, event: Event, audience: str, subject: str, text: str) -> int:
    """Have those of an event whose names the actor may read written the same message. The same words reach the same
    person once, however often sent.

    audience  one of AUDIENCES: those who have a place, those on the waitlist, those who came
    returns   how many people are written to
    raises    Refused; Invalid by field; Clash when nobody is left to write to
    """
    require_permission(actor, "event.manage")
    given = {"subject": (subject, "Write a subject."), "text": (text, "Write the message.")}
    if wrong := {field: sentence for field, (typed, sentence) in given.items() if not typed.strip()}:
        raise Invalid("The message is not complete.", wrong)
    words = sha256(f"{subject.strip()}\n{text.strip()}".encode()).hexdigest()[:20]
    letters = _letters(actor, event, "message", audience)
    letters.subject, letters.text, letters.words = subject.strip(), text.strip(), words
    total, new = queries.counted(letters, actor)
    if not total:
        raise Clash("There is nobody to write to.")
    if not new:
        raise Clash("Everyone has this message already.")
    if _ask_for(letters):
        audit.record(actor, "event.write", event, after={"to": audience, "people": new, "subject": letters.subject})
    return new


def certify_all(actor: Actor, event: Event) -> int:
    """Have certificates made for everyone who came, whose name the actor may read, and has none that says the same.

    returns  how many people came
    raises   Refused; Clash while the event lasts, or when nobody came
    """
    require_permission(actor, "event.manage")
    letters = _letters(actor, event, "certificate", "came")
    total, _ = queries.counted(letters, actor)
    if not total:
        raise Clash("Nobody came, as far as was written down.")
    check_certifiable(event)
    _ask_for(letters)
    return total


def make_some(letters: EventLetters) -> bool:
    """Make the next letters, as whoever asked for them; each once, however often the work is begun.

    returns  whether more may be left
    """
    lock(letters)
    if letters.finished_at is not None:
        return False
    actor = actor_of(letters.made_by)
    if reason := _stopped_because(actor, letters):
        letters.stopped, letters.finished_at = reason, now()
        return False
    some = queries.next_in(letters, actor, AT_ONCE)
    if letters.kind == "certificate":
        certify_some(actor, letters.event, [one for one in some if isinstance(one, Registration)])
    else:
        _write(letters, some)
    letters.upto = some[-1].id if some else letters.upto
    if len(some) == AT_ONCE:
        return True
    letters.finished_at = now()
    return False


def _letters(actor: Actor, event: Event, kind: str, audience: str) -> EventLetters:
    """Letters as they would be; of two presses the second waits here for the first."""
    if audience not in AUDIENCES:
        raise Invalid("Choose whom to write to.", {"audience": "Choose whom to write to."})
    lock(event)
    asked = {"made_by_id": actor.person_id, "made_at": now(), "words": "", "upto": 0}
    return EventLetters(event_id=event.id, event=event, kind=kind, audience=audience, **asked)


def _ask_for(letters: EventLetters) -> bool:
    """Have letters made, unless they are being made already; whether it was needed."""
    if queries.under_way(letters) is not None:
        return False
    db.session.add(letters)
    db.session.flush()
    enqueue(db.session(), queries.MAKE, key=queries.job_key(letters), letters_id=letters.public_id)
    return True


def _stopped_because(actor: Actor, letters: EventLetters) -> str | None:
    if not letters.made_by.is_active or not actor.may("event.manage"):
        return "Whoever asked for it may not write for this event any more."
    try:
        if letters.kind == "certificate":
            check_certifiable(letters.event)
    except Clash as clash:
        return clash.sentence
    return None


def _write(letters: EventLetters, some: Sequence[Registration | Waiting]) -> None:
    facts = {"subject": letters.subject, "text": letters.text, "written_by": letters.made_by.name}
    said, cases = said_of(letters.event) | facts, cases_of(letters.event, some)
    for one in some:
        key = queries.key_of_word(one, letters.words)
        messages.post(key, "event.word", one.person, said, cases.get(one.organization_id))
