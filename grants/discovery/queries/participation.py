"""How far every school of the directory is with the participation rule: the staff's list."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, distinct, exists, func, or_, select

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.discovery.models import Event, Registration
from grants.discovery.queries.rule import attended
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle
from grants.programs.queries import definition_of
from grants.programs.schema import DiscoveryStage

Standing = Literal["", "met", "begun", "came", "unreached"]


@dataclass(frozen=True)
class ParticipationFilters:
    """What the list is narrowed to; empty text narrows nothing.

    standing   the rule is met, somebody came and it is not met yet, somebody came, or nobody ever did
    """

    standing: Standing = ""
    sector: str = ""
    search: str = ""


def discovery_stages(cycle: Cycle) -> list[DiscoveryStage]:
    """The discovery stages of a cycle's program, in its order."""
    return [one for one in definition_of(cycle).stages.values() if isinstance(one, DiscoveryStage)]


def participation(
    actor: Actor, cycle: Cycle, stage: DiscoveryStage | None, filters: ParticipationFilters, page: int = 1
) -> Page[Any]:
    """Rows of (Organization, people who came, events they came to, of these that count, when the rule was met).

    All organizations of the directory that could apply, by name. Without a discovery stage no event counts.

    raises   Refused
    """
    return paginate_rows(every_participation(actor, cycle, stage, filters), page)


def unreached(actor: Actor, cycle: Cycle) -> int:
    """How many organizations that could apply nobody came from."""
    found = every_participation(actor, cycle, None, ParticipationFilters(standing="unreached")).order_by(None)
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def every_participation(
    actor: Actor, cycle: Cycle, stage: DiscoveryStage | None, filters: ParticipationFilters
) -> Select[Any]:
    """The rows of `participation`, as a statement: a file takes them all."""
    require_permission(actor, "reach.read")
    came, met = _came(cycle).subquery(), _counted(cycle, stage).subquery()
    hidden = exists().where(
        Case.cycle_id == cycle.id, Case.organization_id == Organization.id, ~not_conflicted(actor, Case.id)
    )
    standings: dict[str, ColumnElement[bool]] = {
        "met": met.c.met_at.is_not(None),
        "begun": came.c.people.is_not(None) & met.c.met_at.is_(None),
        "came": came.c.people.is_not(None),
        "unreached": came.c.people.is_(None),
    }
    wanted: list[ColumnElement[bool]] = [Organization.merged_into_id.is_(None)]
    if filters.standing:
        wanted.append(standings[filters.standing])
    if filters.sector:
        wanted.append(Organization.sector == filters.sector)
    if filters.search:
        columns = Organization.name, Organization.city
        wanted.append(or_(*(column.icontains(filters.search, autoescape=True) for column in columns)))
    return (
        select(
            Organization,
            func.coalesce(came.c.people, 0).label("people"),
            func.coalesce(came.c.events, 0).label("events"),
            func.coalesce(met.c.counted, 0).label("counted"),
            met.c.met_at,
        )
        .outerjoin(came, came.c.organization_id == Organization.id)
        .outerjoin(met, met.c.organization_id == Organization.id)
        .where(Organization.kind.in_(definition_of(cycle).participation.applicants), ~hidden, *wanted)
        .order_by(Organization.name, Organization.id)
    )


def _came(cycle: Cycle) -> Select[int, int, int]:
    return (
        select(
            Registration.organization_id,
            func.count(distinct(Registration.person_id)).label("people"),
            func.count(distinct(Event.id)).label("events"),
        )
        .join(Registration.event)
        .where(Event.cycle_id == cycle.id, *attended())
        .group_by(Registration.organization_id)
    )


def _counted(cycle: Cycle, stage: DiscoveryStage | None) -> Select[Any]:
    """How many different events count, and the start of the one with which it was enough."""
    of = Registration.organization_id
    place = func.row_number().over(partition_by=of, order_by=(Event.starts_at, Event.id)).label("place")
    each = (
        select(of, Event.starts_at, place)
        .join(Registration.event)
        .where(Event.cycle_id == cycle.id, Event.kind.in_(stage.counts if stage else ()), *attended())
        .group_by(of, Event.id, Event.starts_at)
        .subquery()
    )
    least = stage.complete_when.at_least if stage else 1
    return select(
        each.c.organization_id,
        func.count().label("counted"),
        func.max(case((each.c.place == least, each.c.starts_at))).label("met_at"),
    ).group_by(each.c.organization_id)
