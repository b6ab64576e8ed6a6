"""What discovery has reached, without the schools whose case a conflict of interest hides from the reader."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grants.discovery.models import Event, Registration
from grants.discovery.queries.hiding import not_hidden
from grants.discovery.queries.rule import attended
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle


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


def reach(actor: Actor, cycle: Cycle) -> Reach:
    """What discovery has reached in a cycle: events that somebody came to, and who."""
    return Reach(*db.session.execute(_attended(actor, cycle, *_figures)).one())


def reach_by_topic(actor: Actor, cycle: Cycle) -> list[tuple[str, Reach]]:
    """The same for each topic, the one with most educators first; "" gathers events without one."""
    return _reach_by(_attended(actor, cycle, func.coalesce(Event.topic, "").label("kept_by"), *_figures))


def reach_by_host(actor: Actor, cycle: Cycle) -> list[tuple[str, Reach]]:
    """The same for each organization that held events; "" gathers the foundation's own."""
    host = aliased(Organization)
    statement = _attended(actor, cycle, func.coalesce(host.name, "").label("kept_by"), *_figures)
    return _reach_by(statement.outerjoin(host, host.id == Event.host_id))


def _reach_by(statement: Select[Any]) -> list[tuple[str, Reach]]:
    name: ColumnElement[str] = literal_column("kept_by")
    rows = db.session.execute(statement.group_by(name).order_by(_figures[0].desc(), name))
    return [(kept_by, Reach(*figures)) for kept_by, *figures in rows]


def _attended(actor: Actor, cycle: Cycle, *columns: ColumnElement[Any] | InstrumentedAttribute[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Registration)
        .join(Registration.event)
        .join(Registration.organization)
        .where(Event.cycle_id == cycle.id, *attended(), not_hidden(actor))
    )
