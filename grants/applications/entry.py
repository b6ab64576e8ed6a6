"""Who may enter a stage: what is known of an organization's case, held against the program's rule."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import column, select, table
from sqlalchemy.orm import joinedload

from grants.applications.members import Members, faults_of_members
from grants.applications.models import Application
from grants.applications.queries.consortia import members_of
from grants.applications.queries.readiness import readiness_answers
from grants.casework.models import Case
from grants.discovery.queries import completed_organizations
from grants.kernel.clock import now
from grants.kernel.policy import YES, Actor, Verdict, no
from grants.people.details import KINDS
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import Definition, DiscoveryStage, EntryFacts, EntryRule, Readiness

# The table belongs to a later step (decisions), which this one may not import. A decision exists only once released.
_decision = table("decision", column("application_id"), column("version"), column("outcome"))


@dataclass(frozen=True)
class Opening:
    """A stage and an organization that could apply in it.

    lacking   what a consortium is short of before it can submit, in sentences; it may start all the same
    """

    stage: CycleStage
    organization: Organization
    application: Application | None
    verdict: Verdict
    lacking: tuple[str, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether the stage's deadline has passed."""
        return now() > self.stage.closes_at

    @property
    def may_start(self) -> bool:
        """Whether the stage admits the organization, and nobody of it has begun."""
        return self.application is None and bool(self.verdict)


def may_enter(stage: CycleStage, organization: Organization, facts: EntryFacts | None = None) -> Verdict:
    """Whether an organization may start an application in a stage now.

    facts   what is known of it, where that was read before
    """
    if stage.kind != "application":
        return no("This stage takes no applications.")
    if now() < stage.opens_at:
        return no(f"{stage.title} is not open yet.")
    if now() > stage.closes_at:
        return no(f"The deadline of {stage.title} has passed.")
    definition = definition_of(stage.cycle)
    if organization.kind not in definition.participation.applicants:
        return no(_wrong_kind(definition))
    rule = definition.application_stage(stage.key).enter
    facts = facts or entry_facts(stage, [organization.id], definition)[organization.id]
    return YES if rule.admits(facts) else no(_in_words(rule, definition))


def entry_facts(stage: CycleStage, organization_ids: Collection[int], definition: Definition) -> dict[int, EntryFacts]:
    """What the stage's entry rule may ask of each of these organizations: discovery, awards, invitations, readiness; in
    as many statements for one as for thirty.
    """
    cases = db.session.scalars(
        select(Case).where(Case.cycle_id == stage.cycle_id, Case.organization_id.in_(organization_ids))
    )
    known = {case.organization_id: case for case in cases}
    ids = [case.id for case in known.values()]
    awarded, readiness = _awarded(ids), readiness_answers(ids)
    completed = {
        one.key: _completed(stage.cycle_id, one, organization_ids)
        for one in definition.stages.values()
        if isinstance(one, DiscoveryStage)
    }
    return {
        organization_id: EntryFacts(
            completed=frozenset(key for key, who in completed.items() if organization_id in who),
            awarded=awarded.get(case.id, frozenset()) if (case := known.get(organization_id)) else frozenset(),
            invited=case is not None and stage.key in case.invited_to,
            readiness=readiness.get(case.id, {}) if case else {},
        )
        for organization_id in organization_ids
    }


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
    members = members_of(organizations)
    return [
        opening
        for stage in _open_stages([stage_id for _, stage_id in started])
        for opening in _in_stage(stage, organizations, started, members)
    ]


def _in_stage(
    stage: CycleStage,
    organizations: Sequence[Organization],
    started: Mapping[tuple[int, int], Application],
    members: Mapping[int, Members],
) -> Iterator[Opening]:
    new = [one.id for one in organizations if (one.id, stage.id) not in started] if now() <= stage.closes_at else []
    definition = definition_of(stage.cycle)
    facts = entry_facts(stage, new, definition) if new else {}
    # Why one cannot apply is of no use to who can, for another of their organizations.
    fitting = {one.id for one in organizations if one.kind in definition.participation.applicants}
    for organization in organizations:
        application = started.get((organization.id, stage.id))
        if application is not None:
            yield Opening(stage, organization, application, YES)
        elif organization.id in facts and (organization.id in fitting or not fitting):
            verdict = may_enter(stage, organization, facts[organization.id])
            yield Opening(stage, organization, None, verdict, _lacking(stage, members.get(organization.id)))


def _lacking(stage: CycleStage, members: Members | None) -> tuple[str, ...]:
    if members is None:
        return ()
    return tuple(faults_of_members(definition_of(stage.cycle).participation.consortium, members))


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


def _completed(cycle_id: int, stage: DiscoveryStage, organization_ids: Collection[int]) -> set[int]:
    """Ids of those that have met the discovery stage's rule."""
    found = completed_organizations(cycle_id, stage).subquery()
    return set(db.session.scalars(select(found.c.organization_id).where(found.c.organization_id.in_(organization_ids))))


def _awarded(case_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Case id -> keys of the stages whose latest decision on it is an award."""
    rows = db.session.execute(
        select(Application.case_id, CycleStage.key, _decision.c.outcome)
        .select_from(Application)
        .join(CycleStage, CycleStage.id == Application.stage_id)
        .join(_decision, _decision.c.application_id == Application.id)
        .where(Application.case_id.in_(case_ids))
        .order_by(Application.case_id, CycleStage.key, _decision.c.version)
    )
    latest: dict[int, dict[str, str]] = {}
    for case_id, key, outcome in rows:
        latest.setdefault(case_id, {})[key] = outcome
    return {
        case_id: frozenset(key for key, outcome in stages.items() if outcome == "award")
        for case_id, stages in latest.items()
    }


def _wrong_kind(definition: Definition) -> str:
    kinds = definition.participation.applicants
    said = " or a ".join(KINDS[kind].lower() for kind in kinds)
    join = " You can form one, or join one, on your organization’s page." if "consortium" in kinds else ""
    return f"In this program the applicant is a {said}.{join}"


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
