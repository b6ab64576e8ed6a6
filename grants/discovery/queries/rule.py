"""Who has completed a discovery stage."""

from sqlalchemy import ColumnElement, Select, distinct, func, select

from grants.casework.models import Case
from grants.discovery.models import Event, Registration
from grants.discovery.queries.places import held
from grants.persistence.session import db
from grants.programs.schema import DiscoveryStage


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
