"""Reading who has a place, and who could take one."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from grants.discovery.models import Event, Registration, Waiting
from grants.discovery.queries.hiding import not_hidden
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.paging import Page, paginate, paginate_rows
from grants.persistence.session import db

Rows = TypeVarTuple("Rows")


def held() -> ColumnElement[bool]:
    """Holds for places that were not given up."""
    return Registration.cancelled_at.is_(None)


def places(event: Event, ids: Collection[int] | None = None) -> Sequence[Registration]:
    """Those who have a place, by name, with person and organization. For services: not scoped to an actor.

    ids   of the places that are asked for; all when none are given
    """
    wanted = true() if ids is None else Registration.id.in_(ids)
    return db.session.scalars(_places(event).where(wanted)).unique().all()


def places_seen_by(actor: Actor, event: Event) -> Sequence[Registration]:
    """Those whose names the actor may read: all for the host's people, others their own organizations'.

    Staff read them all but those of schools whose case a conflict of interest hides from them.
    """
    return db.session.scalars(_places(event).where(reads_name(actor, event))).unique().all()


def places_page(actor: Actor, event: Event, search: str = "", page: int = 1) -> Page[Registration]:
    """A page of the same, by name; each word of the search is in the name or the school."""
    return paginate(_searched(_places(event).where(reads_name(actor, event)), search), page)


def door(actor: Actor, event: Event, search: str = "", page: int = 1) -> Page[Registration]:
    """Those who have a place, by name, for whoever stands at the door."""
    return paginate(_searched(_places(event).where(sees(actor)), search), page)


def came_of(actor: Actor, event: Event) -> tuple[int, int]:
    """How many came, and how many have a place, of those whom the actor meets at the door."""
    came, placed, _ = _counted(actor, event, sees(actor))
    return came, placed


def counts_seen_by(actor: Actor, event: Event) -> tuple[int, int, int]:
    """How many came, how many have a place, and how many of these are of the actor's own organizations; of those whose
    names the actor may read."""
    return _counted(actor, event, reads_name(actor, event))


def _counted(actor: Actor, event: Event, seen: ColumnElement[bool]) -> tuple[int, int, int]:
    own = func.count().filter(Registration.organization_id.in_(actor.organization_ids))
    counts = select(func.count(Registration.attended_at), func.count(), own).select_from(Registration)
    came, placed, of_own = db.session.execute(counts.where(Registration.event_id == event.id, held(), seen)).one()
    return came, placed, of_own


def _searched(statement: Select[*Rows], search: str) -> Select[*Rows]:
    for word in search.split():
        named = (one.icontains(word, autoescape=True) for one in (Person.name, Organization.name))
        statement = statement.where(or_(*named))
    return statement


def reads_name(actor: Actor, event: Event) -> ColumnElement[bool]:
    """Holds for places of people whose names the actor may read: see `places_seen_by`."""
    return true() if event.host_id in actor.organization_ids else sees(actor)


def place_for(actor: Actor, public_id: str) -> Registration:
    """One person's place, with its event.

    raises   Missing when there is none, or it is another organization's
    """
    place = db.session.scalar(
        select(Registration)
        .where(Registration.public_id == public_id, sees(actor))
        .options(joinedload(Registration.event).joinedload(Event.cycle), joinedload(Registration.person))
    )
    if place is None:
        raise Missing("There is no such registration, or it is not yours to see.")
    return place


def _places(event: Event) -> Select[Registration]:
    return (
        select(Registration)
        .join(Registration.person)
        .join(Registration.organization)
        .where(Registration.event_id == event.id, held())
        .options(contains_eager(Registration.person), contains_eager(Registration.organization))
        .order_by(Person.name, Registration.id)
    )


def sees(actor: Actor, what: type[Registration] | type[Waiting] = Registration) -> ColumnElement[bool]:
    """Holds for places that the actor may know of: their own organizations', and for staff those not hidden."""
    own = or_(what.organization_id.in_(actor.organization_ids), what.person_id == actor.person_id)
    return or_(own, not_hidden(actor, what)) if actor.is_staff or actor.may("event.manage") else own


def counts_for(actor: Actor, what: type[Registration] | type[Waiting] = Registration) -> ColumnElement[bool]:
    """Holds for places that count in what the actor reads of an event: for schools all, which say how full it is; for
    staff those that they may know of.
    """
    return sees(actor, what) if actor.is_staff or actor.may("event.manage") else true()


def places_counted(actor: Actor, event: Event) -> int:
    """How many have a place, as far as it counts for the actor."""
    placed = select(func.count()).select_from(Registration)
    return db.session.scalar(placed.where(Registration.event_id == event.id, held(), counts_for(actor))) or 0


def waitlist(event: Event) -> Sequence[Waiting]:
    """The line for an event, the first in it first. For services: not scoped to an actor."""
    return db.session.scalars(
        select(Waiting)
        .where(Waiting.event_id == event.id)
        .options(joinedload(Waiting.person), joinedload(Waiting.organization))
        .order_by(Waiting.since, Waiting.id)
    ).all()


def line_length(actor: Actor, event: Event) -> int:
    """How many people wait for a place, as far as it counts for the actor."""
    line = select(func.count()).select_from(Waiting)
    return db.session.scalar(line.where(Waiting.event_id == event.id, counts_for(actor, Waiting))) or 0


def waiting_seen_by(actor: Actor, event: Event) -> list[tuple[Waiting, int]]:
    """Those in line whose names the actor may read, each with their place in it, from 1."""
    return [(waiting, place) for waiting, place in db.session.execute(_line(actor, event))]


def waiting_page(actor: Actor, event: Event, search: str = "", page: int = 1) -> Page[Any]:
    """A page of the same, as rows; each word of the search is in the name or the school."""
    return paginate_rows(_searched(_line(actor, event), search), page)


def waiting_counted(actor: Actor, event: Event) -> int:
    """How many of those in line the actor may know of."""
    line = select(func.count()).select_from(Waiting)
    return db.session.scalar(line.where(Waiting.event_id == event.id, sees(actor, Waiting))) or 0


def own_place_in_line(actor: Actor, event: Event) -> int | None:
    """The actor's own place in line, from 1; None for who does not wait."""
    mine = db.session.execute(_line(actor, event).where(Waiting.person_id == actor.person_id)).first()
    return mine.place if mine else None


def _line(actor: Actor, event: Event) -> Select[Any]:
    numbered = (
        select(Waiting.id, func.row_number().over(order_by=(Waiting.since, Waiting.id)).label("place"))
        .where(Waiting.event_id == event.id, counts_for(actor, Waiting))
        .subquery()
    )
    return (
        select(Waiting, numbered.c.place)
        .join(numbered, numbered.c.id == Waiting.id)
        .join(Waiting.person)
        .join(Waiting.organization)
        .where(sees(actor, Waiting))
        .options(contains_eager(Waiting.person), contains_eager(Waiting.organization))
        .order_by(Waiting.since, Waiting.id)
    )


def waiting_for(actor: Actor, public_id: str) -> Waiting:
    """One person's place in line, with its event.

    raises   Missing when there is none, or it is another organization's
    """
    waiting = db.session.scalar(
        select(Waiting)
        .where(Waiting.public_id == public_id, sees(actor, Waiting))
        .options(joinedload(Waiting.event).joinedload(Event.cycle), joinedload(Waiting.person))
    )
    if waiting is None:
        raise Missing("Nobody waits under this address any more, or it is not yours to see.")
    return waiting


def can_join(actor: Actor, event: Event) -> Sequence[OrganizationMembership]:
    """Members of the actor's own organizations who neither have a place nor wait for one: the actor first, all rows of
    a person one after the other, those of a consortium last."""
    placed = select(Registration.person_id).where(Registration.event_id == event.id, held())
    waits = select(Waiting.person_id).where(Waiting.event_id == event.id)
    return db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .join(OrganizationMembership.organization)
        .where(
            OrganizationMembership.organization_id.in_(actor.organization_ids),
            OrganizationMembership.person_id.not_in(placed),
            OrganizationMembership.person_id.not_in(waits),
            Person.is_active,
        )
        .options(contains_eager(OrganizationMembership.person), contains_eager(OrganizationMembership.organization))
        .order_by(
            OrganizationMembership.person_id != actor.person_id,
            Person.name,
            OrganizationMembership.person_id,
            Organization.kind == "consortium",
            Organization.name,
            OrganizationMembership.id,
        )
    ).all()


def memberships_of(email: str) -> Sequence[OrganizationMembership]:
    """What the person with this address belongs to, the oldest tie first. For services: not scoped to an actor."""
    return db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .where(Person.email == email.strip().lower(), Person.is_active)
        .options(contains_eager(OrganizationMembership.person), joinedload(OrganizationMembership.organization))
        .order_by(OrganizationMembership.since, OrganizationMembership.id)
    ).all()
