"""Reading cases across capabilities: where each stands, what it was awarded, what last happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application
from grants.casework.models import Case, TimelineEvent
from grants.casework.officers import without_officer
from grants.casework.visibility import visible_cases
from grants.decisions.models import Decision
from grants.discovery.models import Event, Registration
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

# A workflow and a state of it, as status pills show them.
Standing = tuple[str, str]


@dataclass(frozen=True)
class CaseFilters:
    """What a list of cases is narrowed to; an empty value narrows nothing.

    officer   the public id of a program officer; none for cases that nobody looks after
    """

    q: str = ""
    cycle: str = ""
    sector: str = ""
    stage: str = ""
    officer: str = ""
    sort: str = "name"


@dataclass(frozen=True)
class CaseRow:
    """One case of a list: stage key -> where it stands in it, and what it was awarded in cents."""

    case: Case
    standing: dict[str, Standing]
    awarded: int = 0


def cases(actor: Actor, filters: CaseFilters, page: int = 1) -> Page[CaseRow]:
    """A page of cases, as `every_case` reads them, in a constant number of statements."""
    found = paginate(every_case(actor, filters), page)
    return Page(with_progress(found.items), found.number, found.size, found.total)


def every_case(actor: Actor, filters: CaseFilters) -> Select[Case]:
    """Cases the actor may see, narrowed and sorted."""
    statement = _narrowed(
        select(Case)
        .join(Case.organization)
        .where(visible_cases(actor))
        .options(joinedload(Case.organization), joinedload(Case.officer)),
        filters,
    )
    return statement.order_by(*_order(filters.sort))


def _narrowed(statement: Select[Case], filters: CaseFilters) -> Select[Case]:
    if filters.cycle:
        statement = statement.join(Cycle, Cycle.id == Case.cycle_id).where(Cycle.public_id == filters.cycle)
    if filters.sector:
        statement = statement.where(Organization.sector == filters.sector)
    if filters.officer:
        of_one = Case.officer_id == select(Person.id).where(Person.public_id == filters.officer).scalar_subquery()
        statement = statement.where(without_officer() if filters.officer == "none" else of_one)
    if filters.q:
        statement = statement.where(
            or_(
                Organization.name.icontains(filters.q.strip(), autoescape=True),
                Organization.nces_id == filters.q,
                Organization.cds_id == filters.q,
            )
        )
    if filters.stage:
        stage_key, _, outcome = filters.stage.partition(":")
        reached = (
            select(Application.id)
            .join(Application.stage)
            .where(Application.case_id == Case.id, CycleStage.key == stage_key)
        )
        if outcome == "awarded":
            reached = reached.join(Decision, Decision.application_id == Application.id).where(
                Decision.outcome == "award"
            )
        else:
            reached = reached.where(Application.state == "submitted")
        statement = statement.where(reached.exists())
    return statement


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    name = func.lower(Organization.name)
    columns: dict[str, Any] = {"name": name, "opened": Case.opened_at, "sector": Organization.sector}
    column = columns.get(sort.lstrip("-"), name)
    return (column.desc() if sort.startswith("-") else column.asc(), Case.id.expression)


def with_progress(found: Sequence[Case]) -> list[CaseRow]:
    """Cases with where they stand and what they were awarded, in a constant number of statements."""
    sums: dict[int, int] = dict(
        db.session.execute(
            select(Decision.case_id, func.sum(Decision.amount))
            .where(Decision.case_id.in_([one.id for one in found]))
            .group_by(Decision.case_id)
        ).all()
    )
    standing = standings(found)
    return [CaseRow(one, standing[one.id], int(sums.get(one.id, 0))) for one in found]


def own_cases(actor: Actor) -> Sequence[Case]:
    """The cases of the organizations the actor belongs to, the latest first. A coach reads drafts, not cases."""
    own = actor.organization_ids
    return db.session.scalars(
        select(Case)
        .where(Case.organization_id.in_(own), visible_cases(actor))
        .options(joinedload(Case.organization), joinedload(Case.officer))
        .order_by(Case.opened_at.desc(), Case.id)
        .limit(20)
    ).all()


def standings(cases: Sequence[Case]) -> dict[int, dict[str, Standing]]:
    """Case id -> stage key -> where the case stands in it, as (workflow, state) of a status pill; in two statements.

    A decision counts from its release: before it no row of it exists.
    """
    ids = [one.id for one in cases]
    found: dict[int, dict[str, Standing]] = {number: {} for number in ids}
    for case_id, key in db.session.execute(
        select(Case.id, CycleStage.key)
        .join(CycleStage, and_(CycleStage.cycle_id == Case.cycle_id, CycleStage.kind == "discovery"))
        .where(
            Case.id.in_(ids),
            exists().where(
                Registration.organization_id == Case.organization_id,
                Registration.attended_at.is_not(None),
                Registration.event_id == Event.id,
                Event.cycle_id == Case.cycle_id,
            ),
        )
    ):
        found[case_id][key] = ("participation", "attended")
    for application, outcome in db.session.execute(
        select(Application, Decision.outcome)
        .join(Application.stage)
        .options(contains_eager(Application.stage))
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.case_id.in_(ids))
    ):
        place = ("decision", outcome) if outcome else ("application", application.standing)
        found[application.case_id][application.stage.key] = place
    return found


def latest_events(cases: Sequence[Case], each: int = 4) -> dict[int, list[TimelineEvent]]:
    """Case id -> the last things that happened to it, as its school reads them; in one statement."""
    place = func.row_number().over(
        partition_by=TimelineEvent.case_id, order_by=(TimelineEvent.at.desc(), TimelineEvent.id.desc())
    )
    ranked = (
        select(TimelineEvent.id, place.label("place"))
        .where(TimelineEvent.case_id.in_([one.id for one in cases]), TimelineEvent.audience == "applicant")
        .subquery()
    )
    found: dict[int, list[TimelineEvent]] = {one.id: [] for one in cases}
    for event in db.session.scalars(
        select(TimelineEvent)
        .join(ranked, ranked.c.id == TimelineEvent.id)
        .where(ranked.c.place <= each)
        .order_by(TimelineEvent.at.desc(), TimelineEvent.id.desc())
    ):
        found[event.case_id].append(event)
    return found
