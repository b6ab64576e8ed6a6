"""Who has completed a discovery stage, and how far the others are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import joinedload, selectinload

from grants.casework.models import Case
from grants.discovery.models import Event, Registration
from grants.discovery.policy import when_met
from grants.discovery.queries.places import held
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle
from grants.programs.queries import can_open_a_door, definition_of
from grants.programs.schema import DiscoveryStage

_WHOLE: Final = (joinedload(Cycle.program_version), selectinload(Cycle.stages))


def completed_organizations(cycle_id: int, stage: DiscoveryStage) -> Select[int]:
    """Ids of the organizations that have completed a discovery stage: the SQL form of `DiscoveryStage.completed_by`."""
    return (
        select(Registration.organization_id)
        .join(Registration.event)
        .where(Event.cycle_id == cycle_id, Event.kind.in_(stage.counts), *attended())
        .group_by(Registration.organization_id)
        .having(func.count(distinct(Event.id)) >= stage.complete_when.at_least)
    )


def has_completed(case: Case, stage: DiscoveryStage) -> bool:
    """Whether the case's organization has completed a discovery stage: enough different events of the kinds counted."""
    came = db.session.execute(
        select(Event.kind, func.count(distinct(Event.id)))
        .join(Registration, Registration.event_id == Event.id)
        .where(Event.cycle_id == case.cycle_id, Registration.organization_id == case.organization_id, *attended())
        .group_by(Event.kind)
    )
    return stage.completed_by(dict(came.all()))


def attended() -> tuple[ColumnElement[bool], ...]:
    """Hold for people who came to an event that was held, of a statement that joins Event."""
    return Event.cancelled_at.is_(None), held(), Registration.attended_at.is_not(None)


@dataclass(frozen=True)
class Progress:
    """How far a school is with the participation rule of a discovery stage.

    events   how many it came to of those that count
    met_at   the start of the event with which it was enough
    leads_on whether a stage that asks for it can still be applied to
    """

    organization: Organization
    cycle: Cycle
    stage: DiscoveryStage
    events: int
    met_at: datetime | None
    leads_on: bool

    @property
    def least(self) -> int:
        return self.stage.complete_when.at_least


def own_progress(actor: Actor) -> list[Progress]:
    """For each organization of the actor that could apply, and each discovery stage that can still open a door."""
    own = db.session.scalars(
        select(Organization)
        .where(Organization.id.in_(actor.organization_ids))
        .order_by(Organization.name, Organization.id)
    ).all()
    open_cycles = select(Cycle).where(Cycle.closed_at.is_(None)).options(*_WHOLE)
    cycles = db.session.scalars(open_cycles.order_by(Cycle.opened_at.desc(), Cycle.id)).all() if own else []
    return [one for one in _progress(cycles, own) if one.leads_on]


def progress_of(case: Case) -> list[Progress]:
    """For one case, each discovery stage of its cycle. For pages that hold the case."""
    return _progress([db.session.get_one(Cycle, case.cycle_id, options=_WHOLE)], [case.organization])


def _progress(cycles: Sequence[Cycle], organizations: Sequence[Organization]) -> list[Progress]:
    came = _came_to([one.id for one in cycles], [one.id for one in organizations])
    found = []
    for cycle in cycles:
        definition = definition_of(cycle)
        for key, stage in definition.stages.items():
            for one in organizations:
                if isinstance(stage, DiscoveryStage) and one.kind in definition.participation.applicants:
                    events = came.get((cycle.id, one.id), [])
                    met = when_met(events, stage.counts, stage.complete_when.at_least)
                    found.append(Progress(one, cycle, stage, *met, leads_on=can_open_a_door(cycle, key)))
    return found


def _came_to(
    cycle_ids: Collection[int], organization_ids: Collection[int]
) -> dict[tuple[int, int], list[tuple[str, datetime]]]:
    """(cycle, organization) -> kind and start of each different event that its people came to."""
    rows = db.session.execute(
        select(Event.cycle_id, Registration.organization_id, Event.kind, Event.starts_at, Event.id)
        .join(Event, Event.id == Registration.event_id)
        .where(Event.cycle_id.in_(cycle_ids), Registration.organization_id.in_(organization_ids), *attended())
        .distinct()
        .order_by(Event.starts_at, Event.id)
    )
    found: dict[tuple[int, int], list[tuple[str, datetime]]] = {}
    for cycle_id, organization_id, kind, starts_at, _ in rows:
        found.setdefault((cycle_id, organization_id), []).append((kind, starts_at))
    return found
