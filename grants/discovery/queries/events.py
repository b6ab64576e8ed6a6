"""Reading the calendar of events, always as someone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.queries.places import counts_for, held
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle

When = Literal["upcoming", "past", ""]


@dataclass(frozen=True)
class EventFilters:
    """What a list of events is narrowed to; empty text narrows nothing."""

    when: When = "upcoming"
    kind: str = ""
    topic: str = ""
    cycle: str = ""
    search: str = ""


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Holds for the events the actor may know of: all by their role; else those at which they have a place, or wait."""
    if actor.may("event.read") or actor.may("event.manage"):
        return true()
    placed = select(Registration.event_id).where(Registration.person_id == actor.person_id, held())
    waits = select(Waiting.event_id).where(Waiting.person_id == actor.person_id)
    return or_(Event.id.in_(placed), Event.id.in_(waits))


def events(actor: Actor, filters: EventFilters, page: int = 1) -> Page[Any]:
    """Rows of (Event, people with a place, people who came, whether the actor has a place, the actor's place in line).

    The nearest first. The first in line is 1, and who does not wait is 0.
    Upcoming events run forward from now, past ones backward.
    """

    def count(*conditions: ColumnElement[bool]) -> Any:
        mine = Registration.event_id == Event.id, held()
        return select(func.count()).where(*mine, *conditions).select_from(Registration).scalar_subquery()

    statement = (
        select(
            Event,
            count(counts_for(actor)).label("taken"),
            count(counts_for(actor), Registration.attended_at.is_not(None)).label("came"),
            count(Registration.person_id == actor.person_id).label("mine"),
            _place_in_line(actor).label("in_line"),
        )
        .join(Event.cycle)
        .options(contains_eager(Event.cycle), joinedload(Event.host))
        .where(_visible(actor), *_narrowed(filters))
    )
    past = filters.when == "past"
    order = (Event.starts_at.desc(), Event.id.desc()) if past else (Event.starts_at, Event.id)
    return paginate_rows(statement.order_by(*order), page)


def _place_in_line(actor: Actor) -> Any:
    mine, before = aliased(Waiting), aliased(Waiting)
    not_after = or_(before.since < mine.since, and_(before.since == mine.since, before.id <= mine.id))
    line = select(func.count()).select_from(mine).join(before, and_(before.event_id == mine.event_id, not_after))
    return line.where(mine.event_id == Event.id, mine.person_id == actor.person_id).scalar_subquery()


def _narrowed(filters: EventFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.when:
        wanted.append(Event.ends_at > now() if filters.when == "upcoming" else Event.ends_at <= now())
    if filters.kind:
        wanted.append(Event.kind == filters.kind)
    if filters.topic:
        wanted.append(Event.topic == filters.topic)
    if filters.cycle:
        wanted.append(Cycle.public_id == filters.cycle)
    if filters.search:
        columns = Event.title, Event.topic, Event.description
        wanted.append(or_(*(column.icontains(filters.search, autoescape=True) for column in columns)))
    return wanted


def event_for(actor: Actor, public_id: str) -> Event:
    """One event, with its host and cycle.

    raises   Missing when there is none, or it is not theirs to see
    """
    event = db.session.scalar(
        select(Event)
        .where(Event.public_id == public_id, _visible(actor))
        .options(joinedload(Event.cycle), joinedload(Event.host))
    )
    if event is None:
        raise Missing("There is no such event.")
    return event


def sees_event(actor: Actor, event: Event) -> bool:
    """Whether an event that was found before is still one the actor may know of."""
    return db.session.scalar(select(Event.id).where(Event.id == event.id, _visible(actor))) is not None


def topics(actor: Actor, cycle_public_id: str = "") -> list[str]:
    """Topics that events have of which the actor may know, in order of the alphabet."""
    found = select(Event.topic).distinct().join(Event.cycle).where(Event.topic.is_not(None), _visible(actor))
    if cycle_public_id:
        found = found.where(Cycle.public_id == cycle_public_id)
    return [topic for topic in db.session.scalars(found.order_by(Event.topic)) if topic]


def cycles() -> Sequence[Cycle]:
    """Cycles that are not closed, the newest first: events can be planned in them."""
    return db.session.scalars(
        select(Cycle).where(Cycle.closed_at.is_(None)).order_by(Cycle.opened_at.desc(), Cycle.id)
    ).all()


def cycles_with_events() -> Sequence[Cycle]:
    """Cycles in which an event was planned, the newest first."""
    planned = select(Event.cycle_id)
    return db.session.scalars(
        select(Cycle).where(Cycle.id.in_(planned)).order_by(Cycle.opened_at.desc(), Cycle.id.desc())
    ).all()
