"""Reading whom the letters of an event go to, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, union_all
from sqlalchemy.orm import joinedload

from grants.background.models import Job
from grants.discovery.letter_models import EventLetters
from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.queries.places import held, reads_name, sees
from grants.documents.models import Document
from grants.documents.states import State
from grants.kernel.policy import Actor
from grants.messages.models import Message
from grants.persistence.session import db

MAKE: Final = "discovery.make_letters"
_SHOWN: Final = 3


@dataclass(frozen=True)
class Letters:
    """Letters as an actor may see them, and how far they are.

    total, made   of those whom the actor may know of
    state         making, made, stopped or failed
    """

    letters: EventLetters
    total: int
    made: int
    state: str


def job_key(letters: EventLetters) -> str:
    """Names the work on some letters."""
    return f"{MAKE}:{letters.public_id}"


def key_of_word(place: Any, words: str) -> Any:
    """The message that these words become for one place, or for each of a statement's places."""
    return "event-word:" + place.public_id + f":{words}"


def next_in(letters: EventLetters, actor: Actor, count: int) -> Sequence[Registration | Waiting]:
    """The next whose turn it is, as many as are asked for, of those whom the actor may write to."""
    what = _what(letters)
    wanted = select(what).where(*_those(actor, letters), what.id > letters.upto)
    return db.session.scalars(
        wanted.options(joinedload(what.person), joinedload(what.organization)).order_by(what.id).limit(count)
    ).all()


def counted(letters: EventLetters, actor: Actor) -> tuple[int, int]:
    """How many these letters go to, and how many of these do not have the same words yet."""
    what = _what(letters)
    has_it = exists().where(Message.key == key_of_word(what, letters.words))
    total, new = db.session.execute(
        select(func.count(), func.count().filter(~has_it)).select_from(what).where(*_those(actor, letters))
    ).one()
    return total, new


def how_far(letters: EventLetters, actor: Actor) -> tuple[int, int]:
    """Of how many people it was the turn, and of all how many."""
    what = _what(letters)
    counts = select(func.count().filter(what.id <= letters.upto), func.count()).select_from(what)
    done, total = db.session.execute(counts.where(*_those(actor, letters))).one()
    return done, total


def under_way(letters: EventLetters) -> EventLetters | None:
    """The same letters, asked for by the same person and not finished yet."""
    same = ("event_id", "kind", "audience", "words", "made_by_id")
    alike = [getattr(EventLetters, name) == getattr(letters, name) for name in same]
    return db.session.scalar(select(EventLetters).where(*alike, EventLetters.finished_at.is_(None)))


def letters_of(actor: Actor, event: Event) -> list[Letters]:
    """The last letters of an event that went to anyone of whom the actor may know, the latest first."""
    if not actor.may("event.manage"):
        return []
    last = select(EventLetters).where(EventLetters.event_id == event.id).options(joinedload(EventLetters.made_by))
    found = db.session.scalars(last.order_by(EventLetters.id.desc()).limit(_SHOWN)).all()
    if not found:
        return []
    far = {row.id: row for row in db.session.execute(union_all(*(_how_far(actor, one) for one in found)))}
    jobs = select(Job.key, Job.state).where(Job.key.in_([job_key(one) for one in found]))
    states = dict(db.session.execute(jobs).all())
    return [
        Letters(one, far[one.id].total, far[one.id].made, _state(one, far[one.id], states[job_key(one)]))
        for one in found
        if far[one.id].total
    ]


def _state(letters: EventLetters, far: Any, job: str) -> str:
    if letters.stopped:
        return "stopped"
    is_written = letters.kind != "certificate" and letters.finished_at is not None
    if is_written or far.made >= far.total:
        return "made"
    return "failed" if job == "failed" else "making"


def _how_far(actor: Actor, letters: EventLetters) -> Select[int, int, int]:
    what, those = _what(letters), _those(actor, letters)
    made: ColumnElement[bool] = what.id <= letters.upto
    if letters.kind == "certificate":
        mine = Document.kind == "certificate", Document.subject_id == what.public_id, Document.state != State.VOID
        made = exists().where(*mine, Document.file_id.is_not(None))
        if letters.finished_at is not None and not letters.stopped:
            # Whoever asked for them may not know of everybody, and one can be made void: neither is waited for.
            those.append(exists().where(*mine))
    counts = literal(letters.id).label("id"), func.count().label("total"), func.count().filter(made).label("made")
    return select(*counts).select_from(what).where(*those)


def _what(letters: EventLetters) -> Any:
    return Waiting if letters.audience == "waiting" else Registration


def _those(actor: Actor, letters: EventLetters) -> list[ColumnElement[bool]]:
    """Holds for those who had the place when the letters were asked for, and have it now."""
    event, asked = letters.event, letters.made_at
    if letters.audience == "waiting":
        return [Waiting.event_id == event.id, Waiting.since <= asked, sees(actor, Waiting)]
    since = Registration.attended_at if letters.audience == "came" else Registration.registered_at
    return [Registration.event_id == event.id, held(), since <= asked, reads_name(actor, event)]
