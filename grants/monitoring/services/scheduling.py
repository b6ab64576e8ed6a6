"""What an award's program asks for, copied to the award with dates."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from grants.awards.models import Award
from grants.kernel.policy import Actor, require_permission
from grants.monitoring.calendar import occurrences, reading_dates
from grants.monitoring.models import IndicatorReading, Requirement
from grants.monitoring.states import RequirementState
from grants.payments.services.planning import events_of
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.queries import definition_of
from grants.programs.schema import Indicator
from grants.programs.schema import Requirement as Owed
from grants.programs.schema.base import words


def schedule_requirements(actor: Actor, award: Award) -> int:
    """Give an award what its stage owes and measures, as far as the dates are known. What is there already stays.

    Dates count from the award's announcement and from its agreement; so this runs when it is accepted, and again when
    the agreement is in force, a day that begins the grant's first year.

    returns  how many requirements and readings were added
    raises   Refused
    """
    require_permission(actor, "requirement.schedule")
    definition = definition_of(award.stage.cycle)
    stage = definition.application_stage(award.stage.key)
    happened = events_of(award)
    added: list[Requirement | IndicatorReading] = []
    for key in stage.owes:
        added += _owed(award, definition.requirement(key), happened)
    if "agreement_signed" in happened:
        for key in stage.indicators:
            added += _readings(award, definition.indicator(key), happened["agreement_signed"])
    db.session.add_all(added)
    db.session.flush()
    if added:
        audit.record(actor, "requirement.schedule", award, after={"added": len(added)}, case_id=award.case_id)
    return len(added)


def _owed(award: Award, owed: Owed, happened: Mapping[str, date]) -> list[Requirement]:
    rule = owed.due or owed.from_
    first = rule.date_for(happened) if rule else None
    there = db.session.scalar(
        select(Requirement.id).where(Requirement.award_id == award.id, Requirement.key == owed.key).limit(1)
    )
    if first is None or there is not None:
        return []
    return [
        Requirement(
            award_id=award.id,
            case_id=award.case_id,
            key=owed.key,
            number=number,
            kind=owed.kind,
            title=f"{owed.title} {number}" if owed.times > 1 else owed.title,
            description=owed.description,
            due_on=due_on,
            late_after_on=due_on + timedelta(days=owed.grace_days),
            agenda=list(owed.agenda),
            state=RequirementState.SCHEDULED,
        )
        for number, due_on in enumerate(occurrences(first, owed.every, owed.times), start=1)
    ]


def _readings(award: Award, indicator: Indicator, first_day: date) -> list[IndicatorReading]:
    there = db.session.scalar(
        select(IndicatorReading.id)
        .where(IndicatorReading.award_id == award.id, IndicatorReading.indicator == indicator.key)
        .limit(1)
    )
    if there is not None:
        return []
    definition: dict[str, Any] = {
        "title": indicator.title,
        "description": indicator.description,
        "unit": indicator.unit,
        "better": indicator.better,
        "level": indicator.level,
        "decimals": indicator.decimals,
        "subgroups": [
            {"key": key, "title": words(key), "groups": list(groups)} for key, groups in indicator.subgroups.items()
        ],
    }
    return [
        IndicatorReading(
            award_id=award.id,
            case_id=award.case_id,
            indicator=indicator.key,
            year=year,
            definition=definition,
            due_on=due_on,
            target=indicator.targets.get(year),
        )
        for year, due_on in reading_dates(first_day, indicator.read_in, indicator.baseline_due).items()
    ]
