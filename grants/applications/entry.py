"""Who may enter a stage: what is known of an organization's case, held against the program's rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import column, select, table
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.applications.queries.readiness import readiness_answers
from grants.casework.models import Case
from grants.discovery.queries import completed_organizations
from grants.kernel.clock import now
from grants.kernel.policy import YES, Actor, Verdict, no
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import Definition, DiscoveryStage, EntryFacts, EntryRule, Readiness

# The table belongs to a later step (decisions), which this one may not import. A decision exists only once released.
_decision = table("decision", column("application_id"), column("version"), column("outcome"))


@dataclass(frozen=True)
class Opening:
    """A stage and an organization that could apply in it."""

    stage: CycleStage
    organization: Organization
    application: Application | None
    verdict: Verdict

    @property
    def is_closed(self) -> bool:
        """Whether the stage's deadline has passed."""
        return now() > self.stage.closes_at


def may_enter(stage: CycleStage, organization: Organization) -> Verdict:
    """Whether an organization may start an application in a stage now."""
    if stage.kind != "application":
        return no("This stage takes no applications.")
    if now() < stage.opens_at:
        return no(f"{stage.title} is not open yet.")
    if now() > stage.closes_at:
        return no(f"The deadline of {stage.title} has passed.")
    definition = definition_of(stage.cycle)
    if organization.kind not in definition.participation.applicants:
        kinds = " or a ".join(kind.replace("_", " ") for kind in definition.participation.applicants)
        return no(f"In this program the applicant is a {kinds}.")
    rule = definition.application_stage(stage.key).enter
    facts = entry_facts(stage, organization.id, definition)
    return YES if rule.admits(facts) else no(_in_words(rule, definition))


def entry_facts(stage: CycleStage, organization_id: int, definition: Definition) -> EntryFacts:
    """What the stage's entry rule may ask of an organization: discovery, awards, invitations, readiness."""
    case = db.session.scalar(
        select(Case).where(Case.cycle_id == stage.cycle_id, Case.organization_id == organization_id)
    )
    discovery = [one for one in definition.stages.values() if isinstance(one, DiscoveryStage)]
    return EntryFacts(
        completed=frozenset(one.key for one in discovery if _has_completed(stage.cycle_id, one, organization_id)),
        awarded=_awarded(case) if case else frozenset(),
        invited=case is not None and stage.key in case.invited_to,
        readiness=readiness_answers(case) if case else {},
    )


def is_decided(application: Application) -> bool:
    """Whether a decision on an application has been released."""
    found = select(_decision.c.application_id).where(_decision.c.application_id == application.id).limit(1)
    return db.session.scalar(found) is not None


def openings(actor: Actor) -> list[Opening]:
    """For each organization the actor belongs to, the stages that are open now or that it has entered."""
    organizations = db.session.scalars(
        select(Organization)
        .where(Organization.id.in_(actor.organization_ids))
        .order_by(Organization.name, Organization.id)
    ).all()
    started = _started(actor)
    return [
        Opening(stage, organization, application, YES if application else may_enter(stage, organization))
        for stage in _open_stages([stage_id for _, stage_id in started])
        for organization in organizations
        if (application := started.get((organization.id, stage.id))) or now() <= stage.closes_at
    ]


def _started(actor: Actor) -> dict[tuple[int, int], Application]:
    found = db.session.scalars(
        select(Application)
        .join(Application.case)
        .where(Case.organization_id.in_(actor.organization_ids))
        .options(joinedload(Application.case))
    )
    return {(application.case.organization_id, application.stage_id): application for application in found}


def _open_stages(entered: Sequence[int]) -> Sequence[CycleStage]:
    open_now = (CycleStage.opens_at <= now()) & (CycleStage.closes_at >= now())
    return db.session.scalars(
        select(CycleStage)
        .where(CycleStage.kind == "application", open_now | CycleStage.id.in_(entered))
        .options(joinedload(CycleStage.cycle).joinedload(Cycle.program_version))
        .order_by(CycleStage.closes_at.desc(), CycleStage.id)
    ).all()


def _has_completed(cycle_id: int, stage: DiscoveryStage, organization_id: int) -> bool:
    found = completed_organizations(cycle_id, stage).subquery()
    return (
        db.session.scalar(select(found.c.organization_id).where(found.c.organization_id == organization_id)) is not None
    )


def _awarded(case: Case) -> frozenset[str]:
    """Keys of the stages whose latest decision on this case is an award."""
    rows = db.session.execute(
        select(CycleStage.key, _decision.c.outcome)
        .select_from(Application)
        .join(CycleStage, CycleStage.id == Application.stage_id)
        .join(_decision, _decision.c.application_id == Application.id)
        .where(Application.case_id == case.id)
        .order_by(CycleStage.key, _decision.c.version)
    )
    latest: dict[str, str] = dict(rows.all())
    return frozenset(key for key, outcome in latest.items() if outcome == "award")


def _in_words(rule: EntryRule, definition: Definition) -> str:
    """What the rule asks for, for someone who does not meet it."""
    ways = [said for leaf in rule.leaves() if (said := _leaf_in_words(leaf, definition))]
    return f"To apply, your school needs: {' or '.join(ways)}." if ways else "The program's rule does not admit you."


def _leaf_in_words(leaf: EntryRule, definition: Definition) -> str:
    if leaf.completed is not None:
        stage = definition.stage(leaf.completed)
        least = stage.complete_when.at_least if isinstance(stage, DiscoveryStage) else 1
        return f"to have come to {least} {'event' if least == 1 else 'events'} of {stage.title.lower()}"
    if leaf.awarded is not None:
        return f"an award in {definition.stage(leaf.awarded).title}"
    if leaf.invited:
        return "an invitation by the foundation"
    return (
        f"answers that meet the program's rule on “{_asked_by(leaf.readiness, definition)}”" if leaf.readiness else ""
    )


def _asked_by(readiness: Readiness, definition: Definition) -> str:
    """The title of the form that a readiness rule asks about."""
    stage = definition.stage(readiness.stage)
    return definition.form(stage.readiness).title if isinstance(stage, DiscoveryStage) and stage.readiness else ""
