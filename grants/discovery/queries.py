"""Reading events and who came, always as someone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, distinct, false, func, literal_column, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, joinedload

from grants.casework.models import Case
from grants.discovery.models import Event, Registration
from grants.discovery.todos import todos
from grants.kernel.clock import now
from grants.kernel.errors import Invalid, Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle
from grants.programs.schema import DiscoveryStage

__all__ = [
    "EventFilters",
    "Reach",
    "can_join",
    "completed_organizations",
    "cycles",
    "cycles_with_events",
    "event_for",
    "events",
    "has_completed",
    "hosts",
    "place_for",
    "places",
    "places_seen_by",
    "reach",
    "reach_by_host",
    "reach_by_topic",
    "someone_at_the_door",
    "todos",
    "topics",
]

When = Literal["upcoming", "past", ""]
_held = Registration.cancelled_at.is_(None)


@dataclass(frozen=True)
class EventFilters:
    """What a list of events is narrowed to; empty text narrows nothing."""

    when: When = "upcoming"
    kind: str = ""
    topic: str = ""
    cycle: str = ""
    search: str = ""


def _visible(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.may("event.read") or actor.may("event.manage") else false()


def events(actor: Actor, filters: EventFilters, page: int = 1) -> Page[Any]:
    """Rows of (Event, people with a place, people who came, whether the actor has a place); the nearest first.

    Upcoming events run forward from now, past ones backward.
    """

    def count(*conditions: ColumnElement[bool]) -> Any:
        mine = Registration.event_id == Event.id, _held
        return select(func.count()).where(*mine, *conditions).select_from(Registration).scalar_subquery()

    statement = (
        select(
            Event,
            count().label("taken"),
            count(Registration.attended_at.is_not(None)).label("came"),
            count(Registration.person_id == actor.person_id).label("mine"),
        )
        .join(Event.cycle)
        .options(contains_eager(Event.cycle), joinedload(Event.host))
        .where(_visible(actor), *_narrowed(filters))
    )
    past = filters.when == "past"
    order = (Event.starts_at.desc(), Event.id.desc()) if past else (Event.starts_at, Event.id)
    return paginate_rows(statement.order_by(*order), page)


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

    raises   Missing when there is none, or the actor may not see events
    """
    event = db.session.scalar(
        select(Event)
        .where(Event.public_id == public_id, _visible(actor))
        .options(joinedload(Event.cycle), joinedload(Event.host))
    )
    if event is None:
        raise Missing("There is no such event.")
    return event


def places(event: Event) -> Sequence[Registration]:
    """Everyone who has a place, by name, with person and organization. For services: not scoped to an actor."""
    return db.session.scalars(_places(event)).unique().all()


def places_seen_by(actor: Actor, event: Event) -> Sequence[Registration]:
    """Those whose names the actor may read: all for staff, their own organizations' for members."""
    return db.session.scalars(_places(event).where(_sees(actor))).unique().all()


def place_for(actor: Actor, public_id: str) -> Registration:
    """One person's place, with its event.

    raises   Missing when there is none, or it is another organization's
    """
    place = db.session.scalar(
        select(Registration)
        .where(Registration.public_id == public_id, _sees(actor))
        .options(joinedload(Registration.event).joinedload(Event.cycle), joinedload(Registration.person))
    )
    if place is None:
        raise Missing("There is no such registration, or it is not yours to see.")
    return place


def _places(event: Event) -> Select[Registration]:
    return (
        select(Registration)
        .join(Registration.person)
        .where(Registration.event_id == event.id, _held)
        .options(contains_eager(Registration.person), joinedload(Registration.organization))
        .order_by(Person.name, Registration.id)
    )


def _sees(actor: Actor) -> ColumnElement[bool]:
    if actor.is_staff or actor.may("event.manage"):
        return true()
    return or_(Registration.organization_id.in_(actor.organization_ids), Registration.person_id == actor.person_id)


def can_join(actor: Actor, event: Event) -> Sequence[OrganizationMembership]:
    """The actor's own organizations' members who have no place yet, themselves first, with person and organization."""
    placed = select(Registration.person_id).where(Registration.event_id == event.id, _held)
    return db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .join(OrganizationMembership.organization)
        .where(
            OrganizationMembership.organization_id.in_(actor.organization_ids),
            OrganizationMembership.person_id.not_in(placed),
            Person.is_active,
        )
        .options(contains_eager(OrganizationMembership.person), contains_eager(OrganizationMembership.organization))
        .order_by(
            OrganizationMembership.person_id != actor.person_id,
            Person.name,
            Organization.name,
            OrganizationMembership.id,
        )
    ).all()


def topics(cycle_public_id: str = "") -> list[str]:
    """Topics that events have, in order of the alphabet."""
    found = select(Event.topic).distinct().join(Event.cycle).where(Event.topic.is_not(None))
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


def someone_at_the_door(email: str) -> tuple[Person, Organization]:
    """A person with an account, by email address, and the organization they come for.

    raises   Invalid when nobody has that address, or the person belongs to no organization
    """
    found = db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .where(Person.email == email.strip().lower(), Person.is_active)
        .options(contains_eager(OrganizationMembership.person), joinedload(OrganizationMembership.organization))
        .order_by(OrganizationMembership.since, OrganizationMembership.id)
    ).first()
    if found is None:
        sentence = "Nobody of a school has an account with this address."
        raise Invalid(sentence, {"email": sentence})
    return found.person, found.organization


def hosts() -> Sequence[Organization]:
    """Organizations that can hold an event: partners, and schools that open their doors."""
    return db.session.scalars(
        select(Organization).order_by(Organization.kind != "partner", Organization.name, Organization.id)
    ).all()


# ── the discovery rule ───────────────────────────────────────────────────────────────────────────────────────────────


def completed_organizations(cycle_id: int, stage: DiscoveryStage) -> Select[int]:
    """Ids of the organizations that have completed a discovery stage: the SQL form of `DiscoveryStage.completed_by`."""
    return (
        select(Registration.organization_id)
        .join(Registration.event)
        .where(Event.cycle_id == cycle_id, Event.kind.in_(stage.counts), *_counts())
        .group_by(Registration.organization_id)
        .having(func.count(distinct(Event.id)) >= stage.complete_when.at_least)
    )


def has_completed(case: Case, stage: DiscoveryStage) -> bool:
    """Whether the case's organization has completed a discovery stage: enough different events of the kinds counted."""
    attended = db.session.execute(
        select(Event.kind, func.count(distinct(Event.id)))
        .join(Registration, Registration.event_id == Event.id)
        .where(Event.cycle_id == case.cycle_id, Registration.organization_id == case.organization_id, *_counts())
        .group_by(Event.kind)
    )
    return stage.completed_by(dict(attended.all()))


def _counts() -> tuple[ColumnElement[bool], ...]:
    return Event.cancelled_at.is_(None), _held, Registration.attended_at.is_not(None)


# ── reach ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reach:
    """How far discovery has come: different people who came, the schools they came for, events held."""

    educators: int
    schools: int
    events: int


_figures = (
    func.count(distinct(Registration.person_id)),
    func.count(distinct(Registration.organization_id)).filter(Organization.kind == "school"),
    func.count(distinct(Event.id)),
)


def reach(cycle: Cycle) -> Reach:
    """What discovery has reached in a cycle: events that somebody came to, and who."""
    return Reach(*db.session.execute(_attended(cycle, *_figures)).one())


def reach_by_topic(cycle: Cycle) -> list[tuple[str, Reach]]:
    """The same for each topic, the one with most educators first; "" gathers events without one."""
    return _reach_by(_attended(cycle, func.coalesce(Event.topic, "").label("kept_by"), *_figures))


def reach_by_host(cycle: Cycle) -> list[tuple[str, Reach]]:
    """The same for each organization that held events; "" gathers the foundation's own."""
    host = aliased(Organization)
    statement = _attended(cycle, func.coalesce(host.name, "").label("kept_by"), *_figures)
    return _reach_by(statement.outerjoin(host, host.id == Event.host_id))


def _reach_by(statement: Select[Any]) -> list[tuple[str, Reach]]:
    name: ColumnElement[str] = literal_column("kept_by")
    rows = db.session.execute(statement.group_by(name).order_by(_figures[0].desc(), name))
    return [(kept_by, Reach(*figures)) for kept_by, *figures in rows]


def _attended(cycle: Cycle, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Registration)
        .join(Registration.event)
        .join(Registration.organization)
        .where(Event.cycle_id == cycle.id, *_counts())
    )
