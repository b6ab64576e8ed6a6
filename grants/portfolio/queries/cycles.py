"""Reading cycles and their stages: the pipeline, its dates, what comes next."""

from collections.abc import Sequence

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.applications.scope import coached_drafts
from grants.casework.models import Case
from grants.casework.visibility import in_use, not_conflicted, visible_cases
from grants.decisions.models import Decision
from grants.discovery import queries as discovery
from grants.discovery.models import Event
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.portfolio.pipeline import StageFacts
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage
from grants.review.models import PanelMember, Tally
from grants.review.people_models import PanelInvitation
from grants.review.queries.scope import REVIEWABLE


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
                PanelMember.left_at.is_(None),
            ),
            exists().where(
                CycleStage.cycle_id == Cycle.id,
                PanelInvitation.stage_id == CycleStage.id,
                PanelInvitation.person_id == actor.person_id,
                PanelInvitation.state == "invited",
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
        writing, submitted, unscored = applied.get(stage.id, (0, 0, 0))
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
                reviews_due_at=stage.reviews_due_at,
                writing=writing,
                submitted=submitted,
                unscored=unscored,
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
        StageFacts(
            *(one.key, one.title, one.kind, one.opens_at, one.closes_at, one.released_at, cycle.time_zone),
            reviews_due_at=one.reviews_due_at,
            decision_on=one.decision_on,
        )
        for one in _stages(cycle)
    ]


def _stages(cycle: Cycle) -> Sequence[CycleStage]:
    return db.session.scalars(
        select(CycleStage).where(CycleStage.cycle_id == cycle.id).order_by(CycleStage.position)
    ).all()


def _counts_by_stage(actor: Actor, cycle: Cycle) -> dict[int, tuple[int, int, int]]:
    """Stage id -> applications that are written and submitted, and scorecards that reviewers still owe."""
    writing = func.count().filter(Application.state.in_(("draft", "returned")))
    submitted = func.count().filter(Application.state == "submitted")
    unscored = func.sum(Tally.assigned - Tally.scorecards).filter(Application.state.in_(REVIEWABLE))
    rows = db.session.execute(
        select(Application.stage_id, writing, submitted, func.coalesce(unscored, 0))
        .join(Application.stage)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .where(CycleStage.cycle_id == cycle.id, in_use(Application.case_id), not_conflicted(actor, Application.case_id))
        .group_by(Application.stage_id)
    )
    return {stage: (drafts, sent, int(cards)) for stage, drafts, sent, cards in rows}


def _awards_by_stage(actor: Actor, cycle: Cycle) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(Application.stage_id, func.count(), func.sum(Decision.amount))
        .join(Decision.application)
        .join(Application.stage)
        .where(CycleStage.cycle_id == cycle.id, Decision.outcome == "award", not_conflicted(actor, Decision.case_id))
        .group_by(Application.stage_id)
    )
    return {stage: (count, int(amount)) for stage, count, amount in rows}


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
