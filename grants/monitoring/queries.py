"""Reading requirements and indicators, always as someone; late shows before it is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, false, func, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.awards.models import Award
from grants.awards.queries import visible_awards
from grants.casework.models import Case
from grants.kernel.clock import today
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.monitoring.calendar import SOON, Lateness, Timeliness, lateness
from grants.monitoring.models import CheckIn, IndicatorReading, Requirement
from grants.monitoring.states import RequirementState as S
from grants.monitoring.todos import todos
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import cycle_day

__all__ = [
    "RequirementFilters",
    "lateness_of",
    "reading_for",
    "readings_of",
    "requirement_for",
    "requirements",
    "requirements_of",
    "status_of",
    "todos",
]

OWED = (S.SCHEDULED, S.RETURNED)


@dataclass(frozen=True)
class RequirementFilters:
    """What a list of requirements is narrowed to; an empty value narrows nothing.

    state   a stored state, or `late`, `soon` (due within two weeks, or due and not late yet)
    sort    a key of the list, with "-" in front for descending
    """

    q: str = ""
    cycle: str = ""
    kind: str = ""
    state: str = ""
    sort: str = "due"


def visible_requirements(actor: Actor) -> ColumnElement[bool]:
    """Holds for the requirements an actor may know of; the statement joins Award.case."""
    return visible_awards(actor) if actor.may("requirement.read") else false()


def requirement_for(actor: Actor, public_id: str) -> Requirement:
    """One requirement with its award, its meeting and the people behind it.

    raises   Missing when there is none, or the actor may not know of it
    """
    found = db.session.scalar(
        _with_names()
        .where(Requirement.public_id == public_id, visible_requirements(actor))
        .options(
            joinedload(Requirement.submitted_by),
            joinedload(Requirement.answered_by),
            joinedload(Requirement.check_in).joinedload(CheckIn.recorded_by),
        )
    )
    if found is None:
        raise Missing("There is no such requirement, or it is not yours to see.")
    return found


def requirements(actor: Actor, filters: RequirementFilters, page: int = 1) -> Page[Requirement]:
    """A page of requirements, as `every_requirement` reads them."""
    return paginate(every_requirement(actor, filters), page)


def every_requirement(actor: Actor, filters: RequirementFilters) -> Select[Requirement]:
    """Requirements the actor may see, narrowed and sorted: what is owed before what is answered, by due date."""
    found = _with_names().where(visible_requirements(actor), *_narrowed(filters))
    return found.order_by(*_order(filters.sort))


def requirements_of(actor: Actor, award: Award) -> Sequence[Requirement]:
    """What is owed under one award, by due date."""
    return db.session.scalars(
        _with_names()
        .where(Requirement.award_id == award.id, visible_requirements(actor))
        .order_by(Requirement.due_on, Requirement.id)
    ).all()


def readings_of(actor: Actor, award: Award) -> Sequence[IndicatorReading]:
    """An award's readings, by indicator in the order in which they were scheduled, then year."""
    if not actor.may("indicator.read"):
        return []
    return db.session.scalars(
        select(IndicatorReading)
        .join(IndicatorReading.award)
        .join(Award.case)
        .where(IndicatorReading.award_id == award.id, visible_awards(actor))
        .options(joinedload(IndicatorReading.read_by))
        .order_by(IndicatorReading.id)
    ).all()


def reading_for(actor: Actor, public_id: str) -> IndicatorReading:
    """One reading with its award.

    raises   Missing when there is none, or the actor may not know of it
    """
    reading = db.session.scalar(
        select(IndicatorReading)
        .join(IndicatorReading.award)
        .join(Award.case)
        .where(IndicatorReading.public_id == public_id, visible_awards(actor))
        .options(contains_eager(IndicatorReading.award).contains_eager(Award.case).joinedload(Case.organization))
    )
    if reading is None or not actor.may("indicator.read"):
        raise Missing("There is no such reading, or it is not yours to see.")
    return reading


def lateness_of(requirement: Requirement) -> Lateness:
    """How a requirement stands in time, today in its cycle's zone. A waived one counts as done when it was waived."""
    zone = requirement.award.stage.cycle.time_zone
    done_at = None
    if requirement.state not in OWED:
        done_at = requirement.submitted_at or requirement.answered_at
    done_on = requirement.check_in.held_on if requirement.check_in else None
    if done_on is None and done_at is not None:
        done_on = done_at.astimezone(ZoneInfo(zone)).date()
    grace = (requirement.late_after_on - requirement.due_on).days
    return lateness(requirement.due_on, today(zone), done_on, soon=SOON.days, grace=grace)


def status_of(requirement: Requirement) -> str:
    """The state a page shows: what is owed and late or nearly so says that instead."""
    if requirement.state not in OWED:
        return requirement.state
    timeliness = lateness_of(requirement).timeliness
    if timeliness is Timeliness.LATE:
        return "late"
    return "due" if timeliness is not Timeliness.ON_TIME and requirement.state == S.SCHEDULED else requirement.state


def _is_late() -> ColumnElement[bool]:
    """Holds for what is owed and late on its cycle's day; the statement joins Cycle."""
    return and_(Requirement.state.in_(OWED), Requirement.late_after_on < cycle_day())


def _is_soon() -> ColumnElement[bool]:
    """Holds for what is owed and due within two weeks, or due already and not late yet; the statement joins Cycle."""
    return and_(
        Requirement.state.in_(OWED),
        Requirement.late_after_on >= cycle_day(),
        Requirement.due_on <= cycle_day(SOON),
    )


def _with_names() -> Select[Requirement]:
    return (
        select(Requirement)
        .join(Requirement.award)
        .join(Award.case)
        .join(Case.organization)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Requirement.award).options(
                contains_eager(Award.case).contains_eager(Case.organization),
                contains_eager(Award.stage).contains_eager(CycleStage.cycle),
            ),
            joinedload(Requirement.check_in),
        )
    )


def _narrowed(filters: RequirementFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.q.strip():
        wanted.append(Organization.name.icontains(filters.q.strip(), autoescape=True))
    if filters.cycle:
        wanted.append(Cycle.public_id == filters.cycle)
    if filters.kind:
        wanted.append(Requirement.kind == filters.kind)
    if filters.state:
        wanted.append(_in_state(filters.state))
    return wanted


def _in_state(state: str) -> ColumnElement[bool]:
    match state:
        case "late":
            return _is_late()
        case "soon":
            return _is_soon()
        case _:
            return Requirement.state == state


def _order(sort: str) -> tuple[ColumnElement[object], ...]:
    answered = case((Requirement.state.in_((*OWED, S.SUBMITTED)), 0), else_=1)
    columns: dict[str, object] = {"due": Requirement.due_on, "organization": func.lower(Organization.name)}
    chosen: ColumnElement[object] = columns.get(sort.removeprefix("-"), Requirement.due_on)  # type: ignore[assignment]
    return (answered, chosen.desc() if sort.startswith("-") else chosen.asc(), Requirement.id)  # type: ignore[return-value]
