"""Reading what is left of an event: what people said, what visitors noted, the certificates."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.discovery.models import Event, EventFeedback, Registration, VisitNote
from grants.discovery.queries.hiding import not_hidden
from grants.discovery.queries.places import held
from grants.documents.models import Document
from grants.documents.states import State
from grants.kernel.policy import Actor, require_permission
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db


@dataclass(frozen=True)
class Said:
    """How often each mark was given.

    came               how many people came, and so were asked
    useful, will_use   mark, 1 to 5 -> how many gave it
    """

    came: int
    useful: dict[int, int]
    will_use: dict[int, int]

    @property
    def answered(self) -> int:
        return sum(self.useful.values())

    @property
    def means(self) -> tuple[float | None, float | None]:
        """The plain mean of each question; None when nobody answered."""
        return _mean(self.useful), _mean(self.will_use)


def _mean(counts: dict[int, int]) -> float | None:
    total = sum(counts.values())
    return sum(mark * count for mark, count in counts.items()) / total if total else None


def said(actor: Actor, event: Event) -> Said:
    """The marks of an event, of all together whose school no conflict of interest hides from the actor.

    raises   Refused
    """
    require_permission(actor, "reach.read")
    here = Registration.event_id == event.id, held(), Registration.attended_at.is_not(None), not_hidden(actor)
    rows = db.session.execute(
        select(EventFeedback.useful, EventFeedback.will_use, func.count())
        .join(EventFeedback.registration)
        .where(*here)
        .group_by(EventFeedback.useful, EventFeedback.will_use)
    ).all()
    useful: Counter[int] = Counter()
    will_use: Counter[int] = Counter()
    for mark, other, count in rows:
        useful[mark] += count
        will_use[other] += count
    came = select(func.count()).where(*here)
    marks = range(1, 6)
    return Said(
        db.session.scalar(came.select_from(Registration)) or 0,
        {mark: useful[mark] for mark in marks},
        {mark: will_use[mark] for mark in marks},
    )


def remarks(actor: Actor, event: Event, page: int = 1) -> Page[EventFeedback]:
    """What was said in words, the latest first; a page shows no names, for it was asked so.

    raises   Refused
    """
    require_permission(actor, "reach.read")
    return paginate(
        select(EventFeedback)
        .join(EventFeedback.registration)
        .where(
            Registration.event_id == event.id,
            held(),
            Registration.attended_at.is_not(None),
            not_hidden(actor),
            or_(EventFeedback.best.is_not(None), EventFeedback.better.is_not(None)),
        )
        .order_by(EventFeedback.given_at.desc(), EventFeedback.id.desc()),
        page,
    )


def own_place(actor: Actor, event: Event) -> Registration | None:
    """The actor's own place at an event, unless it was given up."""
    mine = Registration.event_id == event.id, Registration.person_id == actor.person_id, held()
    return db.session.scalar(select(Registration).where(*mine))


def own_feedback(actor: Actor, event: Event) -> EventFeedback | None:
    """What the actor said of an event."""
    return db.session.scalar(
        select(EventFeedback)
        .join(EventFeedback.registration)
        .where(Registration.event_id == event.id, Registration.person_id == actor.person_id)
    )


def certificates_in_force(registrations: Sequence[Registration]) -> Sequence[Document]:
    """Certificates of these places that are not void, made or being made, older versions first."""
    return db.session.scalars(
        select(Document)
        .where(
            Document.kind == "certificate",
            Document.subject_id.in_([one.public_id for one in registrations]),
            Document.state != State.VOID,
        )
        .order_by(Document.version, Document.id)
    ).all()


def certificates_of(registrations: Sequence[Registration]) -> dict[str, Document]:
    """A place's public id -> its certificate as it is now. For those who may see the places."""
    return {one.subject_id: one for one in certificates_in_force(registrations)}


# ── notes of visits ──────────────────────────────────────────────────────────────────────────────────────────────────


def _reads(actor: Actor) -> ColumnElement[bool]:
    """Holds for the notes an actor may read, of a statement that joins Event.

    The visitor's own organization reads them all. The foundation reads those that are shared, unless the reader has a
    conflict with the case of the school that was visited, or of the one that came.
    """
    own = or_(VisitNote.author_id == actor.person_id, VisitNote.organization_id.in_(actor.organization_ids))
    if not actor.may("case.list"):
        return own
    hidden = exists().where(
        Case.cycle_id == Event.cycle_id,
        or_(Case.organization_id == Event.host_id, Case.organization_id == VisitNote.organization_id),
        ~not_conflicted(actor, Case.id),
    )
    return or_(own, and_(VisitNote.shared, ~hidden))


def notes_of_event(actor: Actor, event: Event) -> Sequence[VisitNote]:
    """What visitors noted, as far as the actor may read it, the first first."""
    return _notes(actor, VisitNote.event_id == event.id)


def notes_of_school(actor: Actor, case: Case) -> Sequence[VisitNote]:
    """What was noted at the case's school and by its people in the cycle, as far as the actor may read it."""
    host = Event.host_id == case.organization_id
    by_its_people = VisitNote.organization_id == case.organization_id
    return _notes(actor, and_(Event.cycle_id == case.cycle_id, or_(host, by_its_people)))


def own_note(actor: Actor, event: Event) -> VisitNote | None:
    """The actor's own note of a visit."""
    mine = VisitNote.event_id == event.id, VisitNote.author_id == actor.person_id
    return db.session.scalar(select(VisitNote).where(*mine)) if actor.person_id else None


def _notes(actor: Actor, wanted: ColumnElement[bool]) -> Sequence[VisitNote]:
    allowed = _reads(actor) if actor.person_id is not None else false()
    return db.session.scalars(
        select(VisitNote)
        .join(VisitNote.event)
        .where(wanted, allowed)
        .options(contains_eager(VisitNote.event), joinedload(VisitNote.author), joinedload(VisitNote.organization))
        .order_by(Event.starts_at.desc(), VisitNote.written_at, VisitNote.id)
        .limit(100)
    ).all()
