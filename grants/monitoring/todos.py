"""What waits for someone around reports, check-ins and readings."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import contains_eager

from grants.awards.models import Award
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import today
from grants.kernel.policy import Actor, OrganizationRole, Role
from grants.monitoring.calendar import SOON, VALUES_AHEAD
from grants.monitoring.models import IndicatorReading, Requirement
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import cycle_day
from grants.web.filters import plural
from grants.web.todo import Todo, Urgency

SHOWN = 10


def todos(actor: Actor) -> list[Todo]:
    """What the school owes, soon or late, and its readings; for officers, what was handed in and meetings."""
    own = actor.organizations_as(*OrganizationRole.writers())
    found: list[Todo] = []
    if own:
        mine = Case.organization_id.in_(own)
        found += [_owed(one) for one in _due(mine, Requirement.kind != "check_in")] + _readings(actor, mine)
    if Role.PROGRAM_OFFICER in actor.roles:
        seen = not_conflicted(actor, Case.id)
        found += [_handed_in(one) for one in _requirements(seen, Requirement.state == "submitted")]
        found += [_meeting(one) for one in _due(seen, Requirement.kind == "check_in")]
    return found


def _due(*wanted: ColumnElement[bool]) -> Sequence[Requirement]:
    soon = Requirement.due_on <= cycle_day(SOON)
    return _requirements(*wanted, Requirement.state.in_(("scheduled", "returned")), soon)


def _requirements(*wanted: ColumnElement[bool]) -> Sequence[Requirement]:
    return db.session.scalars(
        select(Requirement)
        .join(Requirement.award)
        .join(Award.case)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .where(*wanted)
        .options(
            contains_eager(Requirement.award).options(
                contains_eager(Award.case).joinedload(Case.organization),
                contains_eager(Award.stage).contains_eager(CycleStage.cycle),
            )
        )
        .order_by(Requirement.due_on, Requirement.id)
        .limit(SHOWN)
    ).all()


def _is_late(requirement: Requirement) -> bool:
    return requirement.late_after_on < today(requirement.award.stage.cycle.time_zone)


def _url(requirement: Requirement) -> str:
    return url_for("monitoring.requirement", requirement_id=requirement.public_id)


def _owed(one: Requirement) -> Todo:
    urgency: Urgency = "late" if _is_late(one) else "due"
    detail = one.award.case.organization.name
    if one.state == "returned":
        detail, title = f"{detail}: {one.answer}", f"Add to {one.title}"
    else:
        title = f"Hand in {one.title}"
    return Todo(urgency, title, _url(one), detail, one.due_on, cycle_id=one.award.case.cycle_id)


def _handed_in(one: Requirement) -> Todo:
    detail = "Installments may wait for it."
    title, cycle_id = f"Read {one.title} of {one.award.case.organization.name}", one.award.case.cycle_id
    return Todo("ask", title, _url(one), detail, one.due_on, cycle_id=cycle_id)


def _meeting(one: Requirement) -> Todo:
    url = url_for("monitoring.check_in", requirement_id=one.public_id)
    title = f"{one.title} with {one.award.case.organization.name}"
    urgency: Urgency = "late" if _is_late(one) else "plan"
    detail = "Hold it, and note what was said."
    return Todo(urgency, title, url, detail, one.due_on, cycle_id=one.award.case.cycle_id)


def _readings(actor: Actor, mine: ColumnElement[bool]) -> list[Todo]:
    """One line for each award that has readings to enter."""
    rows = db.session.execute(
        select(Award.public_id, Cycle.id, Cycle.time_zone, func.count(), func.min(IndicatorReading.due_on))
        .join(IndicatorReading.award)
        .join(Award.case)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .where(mine, IndicatorReading.value.is_(None), IndicatorReading.due_on <= cycle_day(VALUES_AHEAD))
        .group_by(Award.public_id, Cycle.id, Cycle.time_zone)
        .order_by(func.min(IndicatorReading.due_on), Award.public_id)
    )
    return [
        Todo(
            "late" if first < today(zone) else "due" if first <= today(zone) + SOON else "plan",
            f"Enter {plural(count, 'indicator')}",
            url_for("monitoring.indicators", award_id=award_id),
            "They show how your students do against the targets.",
            first,
            count,
            cycle_id,
        )
        for award_id, cycle_id, zone, count, first in rows
    ]
