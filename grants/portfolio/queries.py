"""Reading across capabilities: cycles, the pipeline, cases, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.applications.scope import coached_drafts
from grants.casework.models import Case, TimelineEvent
from grants.casework.visibility import in_use, not_conflicted, visible_cases
from grants.decisions.models import Decision
from grants.discovery import queries as discovery
from grants.discovery.models import Event, Registration
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db
from grants.portfolio.pipeline import StageFacts
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage
from grants.review.models import PanelMember


def cycles(actor: Actor) -> Sequence[Cycle]:
    """The cycles the actor has to do with, the latest first: all for the foundation, their own for others."""
    statement = select(Cycle).order_by(Cycle.opened_at.desc(), Cycle.id.desc()).limit(20)
    if not actor.may("portfolio.read") and not actor.may("account.manage"):
        coached = coached_drafts(actor)
        own = or_(
            exists().where(Case.cycle_id == Cycle.id, visible_cases(actor)),
            Cycle.id.in_(select(Case.cycle_id).join(Application, Application.case_id == Case.id).where(coached)),
            exists().where(
                CycleStage.cycle_id == Cycle.id,
                PanelMember.stage_id == CycleStage.id,
                PanelMember.person_id == actor.person_id,
            ),
        )
        statement = statement.where(own)
    return db.session.scalars(statement).all()


def stage_facts(actor: Actor, cycle: Cycle) -> list[StageFacts]:
    """Every stage of a cycle as it stands, in four statements, counted over the cases the actor has no conflict with.

    For the foundation: who belongs to a school is not told how many others there are.
    """
    definition = definition_of(cycle)
    applied = _counts_by_stage(actor, cycle)
    won = _awards_by_stage(actor, cycle)
    reach = discovery.reach(actor, cycle)
    facts = []
    for stage in _stages(cycle):
        rules = definition.stages[stage.key]
        is_discovery = stage.kind == "discovery"
        writing, submitted = applied.get(stage.id, (0, 0))
        awarded, amount = won.get(stage.id, (0, 0))
        facts.append(
            StageFacts(
                key=stage.key,
                title=stage.title,
                kind=stage.kind,
                opens_at=stage.opens_at,
                closes_at=stage.closes_at,
                released_at=stage.released_at,
                zone=cycle.time_zone,
                writing=writing,
                submitted=submitted,
                awarded=awarded,
                amount=amount,
                schools=reach.schools if is_discovery else 0,
                educators=reach.educators if is_discovery else 0,
                events=reach.events if is_discovery else 0,
                at_most=rules.decision.awards.at_most if isinstance(rules, ApplicationStage) else None,
            )
        )
    return facts


def stage_dates(cycle: Cycle) -> list[StageFacts]:
    """The stages with their dates and no counts: what everyone in the cycle may know."""
    return [
        StageFacts(one.key, one.title, one.kind, one.opens_at, one.closes_at, one.released_at, cycle.time_zone)
        for one in _stages(cycle)
    ]


def _stages(cycle: Cycle) -> Sequence[CycleStage]:
    return db.session.scalars(
        select(CycleStage).where(CycleStage.cycle_id == cycle.id).order_by(CycleStage.position)
    ).all()


def _counts_by_stage(actor: Actor, cycle: Cycle) -> dict[int, tuple[int, int]]:
    writing = func.count().filter(Application.state.in_(("draft", "returned")))
    submitted = func.count().filter(Application.state == "submitted")
    rows = db.session.execute(
        select(Application.stage_id, writing, submitted)
        .join(Application.stage)
        .where(CycleStage.cycle_id == cycle.id, in_use(Application.case_id), not_conflicted(actor, Application.case_id))
        .group_by(Application.stage_id)
    )
    return {stage: (drafts, sent) for stage, drafts, sent in rows}


def _awards_by_stage(actor: Actor, cycle: Cycle) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(Application.stage_id, func.count(), func.sum(Decision.amount))
        .join(Decision.application)
        .join(Application.stage)
        .where(CycleStage.cycle_id == cycle.id, Decision.outcome == "award", not_conflicted(actor, Decision.case_id))
        .group_by(Application.stage_id)
    )
    return {stage: (count, int(amount)) for stage, count, amount in rows}


# A workflow and a state of it, as status pills show them.
Standing = tuple[str, str]


@dataclass(frozen=True)
class CaseFilters:
    """What a list of cases is narrowed to; an empty value narrows nothing."""

    q: str = ""
    cycle: str = ""
    sector: str = ""
    stage: str = ""
    sort: str = "name"


@dataclass(frozen=True)
class CaseRow:
    """One case of a list: stage key -> where it stands in it, and what it was awarded in cents."""

    case: Case
    standing: dict[str, Standing]
    awarded: int = 0


def cases(actor: Actor, filters: CaseFilters, page: int = 1, size: int = PAGE_SIZE) -> Page[CaseRow]:
    """Cases the actor may see, narrowed and sorted, in a constant number of statements."""
    statement = _narrowed(
        select(Case)
        .join(Case.organization)
        .where(visible_cases(actor))
        .options(joinedload(Case.organization), joinedload(Case.officer)),
        filters,
    )
    found = paginate(statement.order_by(*_order(filters.sort)), page, size)
    return Page(_with_progress(found.items), found.number, found.size, found.total)


def _narrowed(statement: Select[Case], filters: CaseFilters) -> Select[Case]:
    if filters.cycle:
        statement = statement.join(Cycle, Cycle.id == Case.cycle_id).where(Cycle.public_id == filters.cycle)
    if filters.sector:
        statement = statement.where(Organization.sector == filters.sector)
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


def _with_progress(found: Sequence[Case]) -> list[CaseRow]:
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


def events_ahead(cycle: Cycle, days: int = 21) -> Sequence[Event]:
    """The cycle's next events."""
    return db.session.scalars(
        select(Event)
        .where(Event.cycle_id == cycle.id, Event.ends_at >= now(), Event.cancelled_at.is_(None))
        .order_by(Event.starts_at, Event.id)
        .limit(5)
    ).all()


def stages_of(cycle_ids: set[int]) -> dict[int, list[StageFacts]]:
    """Cycle id -> its stages with their dates, in one statement."""
    found: dict[int, list[StageFacts]] = {number: [] for number in cycle_ids}
    for one in db.session.scalars(
        select(CycleStage)
        .where(CycleStage.cycle_id.in_(cycle_ids))
        .options(joinedload(CycleStage.cycle))
        .order_by(CycleStage.position)
    ):
        found[one.cycle_id].append(
            StageFacts(one.key, one.title, one.kind, one.opens_at, one.closes_at, one.released_at, one.cycle.time_zone)
        )
    return found


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
    for case_id, key, state, outcome in db.session.execute(
        select(Application.case_id, CycleStage.key, Application.state, Decision.outcome)
        .join(Application.stage)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.case_id.in_(ids))
    ):
        found[case_id][key] = ("decision", outcome) if outcome else ("application", state)
    return found


def stage_choices(found: Sequence[Cycle]) -> list[tuple[str, str]]:
    """What a list of cases can be narrowed to in these cycles, as (filter, words); in one statement."""
    rows = db.session.execute(
        select(CycleStage.key, func.min(CycleStage.title))
        .where(CycleStage.cycle_id.in_([one.id for one in found]), CycleStage.kind == "application")
        .group_by(CycleStage.key)
        .order_by(func.min(CycleStage.position), CycleStage.key)
    )
    return [
        choice
        for key, title in rows
        for choice in ((key, f"{title}: applied"), (f"{key}:awarded", f"{title}: awarded"))
    ]


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
