"""Reading where schools say they stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.applications.models import ReadinessCheck
from grants.casework.models import Case
from grants.casework.visibility import sees_as_staff
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import can_open_a_door, definition_of
from grants.programs.schema import Definition, DiscoveryStage, FileField, Form


@dataclass(frozen=True)
class Assessment:
    """A discovery stage that asks a school where it stands, and what it has said so far."""

    stage: CycleStage
    organization: Organization
    form: Form
    check: ReadinessCheck | None

    @property
    def answers(self) -> Mapping[str, Any]:
        """What was said so far, by question."""
        return self.check.answers if self.check else {}

    @property
    def is_open(self) -> bool:
        """Whether it can be written: from the opening of the stage until the last application it is for is closed."""
        return self.is_asked and self.stage.opens_at <= now() and can_open_a_door(self.stage.cycle, self.stage.key)

    @property
    def is_asked(self) -> bool:
        """Whether the organization is of a kind that applies in the program: of others nothing is asked."""
        return self.organization.kind in definition_of(self.stage.cycle).participation.applicants


@dataclass(frozen=True)
class ReadinessFilters:
    """What a list of schools is narrowed to; empty text narrows nothing.

    answer    (key of a question, the answer that was chosen), or nothing
    written   the schools that have said something; or those of the cycle that could, and have not
    """

    sector: str = ""
    search: str = ""
    answer: tuple[str, str | bool] | None = None
    written: bool = True


def readiness_form(stage: CycleStage, definition: Definition | None = None) -> Form | None:
    """The form by which a stage asks where a school stands; nothing when it asks for none. Files are not asked for."""
    definition = definition or definition_of(stage.cycle)
    asked = definition.stages.get(stage.key)
    if not isinstance(asked, DiscoveryStage) or asked.readiness is None:
        return None
    form = definition.form(asked.readiness)
    sections = {
        key: section.model_copy(
            update={"fields": {name: one for name, one in section.fields.items() if not isinstance(one, FileField)}}
        )
        for key, section in form.sections.items()
    }
    return form.model_copy(update={"sections": sections})


def assessment_for(actor: Actor, stage_id: str, organization_id: str) -> Assessment:
    """What one organization says, or could say, for a stage: its own people, and staff once it has said something.

    raises   Missing when the stage asks for nothing, or the actor may not know of it
    """
    stage = db.session.scalar(
        select(CycleStage)
        .where(CycleStage.public_id == stage_id)
        .options(joinedload(CycleStage.cycle).joinedload(Cycle.program_version))
    )
    organization = db.session.scalar(select(Organization).where(Organization.public_id == organization_id))
    form = readiness_form(stage) if stage else None
    if stage is None or organization is None or form is None:
        raise Missing("There is nothing of this kind to fill in.")
    check = db.session.scalar(
        _checks(actor).where(Case.organization_id == organization.id, ReadinessCheck.stage_id == stage.id)
    )
    asked = Assessment(stage, organization, form, check)
    if check is None and not (asked.is_asked and organization.id in actor.organization_ids):
        raise Missing("There is nothing of this kind that is yours to see.")
    return asked


def own_assessments(actor: Actor) -> list[Assessment]:
    """What the actor's organizations can say now, of what can still open a door to them."""
    own = db.session.scalars(
        select(Organization)
        .where(Organization.id.in_(actor.organization_ids))
        .order_by(Organization.name, Organization.id)
    ).all()
    stages = db.session.scalars(
        select(CycleStage)
        .join(CycleStage.cycle)
        .where(CycleStage.kind == "discovery", CycleStage.opens_at <= now(), Cycle.closed_at.is_(None))
        .options(
            contains_eager(CycleStage.cycle).options(joinedload(Cycle.program_version), selectinload(Cycle.stages))
        )
        .order_by(CycleStage.opens_at.desc(), CycleStage.id)
    ).all()
    checks = {(one.stage_id, one.case.organization_id): one for one in db.session.scalars(_checks(actor, own=True))}
    found = [
        Assessment(stage, one, form, checks.get((stage.id, one.id)))
        for stage in stages
        if (form := readiness_form(stage)) is not None
        for one in own
    ]
    return [one for one in found if one.is_open]


def assessments_of(actor: Actor, case: Case) -> Sequence[ReadinessCheck]:
    """What a case's school has said, as far as the actor may read it."""
    return db.session.scalars(_checks(actor).where(ReadinessCheck.case_id == case.id)).all()


def assessed(actor: Actor, stage: CycleStage, filters: ReadinessFilters, page: int = 1) -> Page[Any]:
    """Rows of (Case, what its school has said for a stage, if anything), by the schools' names; no case that the actor
    has a conflict with.
    """
    return paginate_rows(every_assessed(actor, stage, filters), page)


def every_assessed(actor: Actor, stage: CycleStage, filters: ReadinessFilters) -> Any:
    """The same rows, as a statement: a file takes them all."""
    found = (
        select(Case, ReadinessCheck)
        .join(Case.organization)
        .outerjoin(ReadinessCheck, and_(ReadinessCheck.case_id == Case.id, ReadinessCheck.stage_id == stage.id))
        .where(Case.cycle_id == stage.cycle_id, sees_as_staff(actor, Case.id))
        .options(contains_eager(Case.organization), joinedload(ReadinessCheck.written_by))
    )
    if filters.written:
        found = found.where(ReadinessCheck.id.is_not(None))
    else:
        kinds = definition_of(stage.cycle).participation.applicants
        could = Case.merged_into_id.is_(None), Organization.kind.in_(kinds)
        found = found.where(ReadinessCheck.id.is_(None), *could)
    if filters.sector:
        found = found.where(Organization.sector == filters.sector)
    if filters.search:
        found = found.where(Organization.name.icontains(filters.search, autoescape=True))
    if filters.answer is not None:
        key, value = filters.answer
        kept = ReadinessCheck.answers[key]
        found = found.where(kept.as_boolean() == value if isinstance(value, bool) else kept.as_string() == value)
    return found.order_by(Organization.name, Case.id)


def asking_stage(stage_id: str) -> CycleStage:
    """A stage that asks where schools stand.

    raises   Missing when there is none
    """
    stage = db.session.scalar(
        select(CycleStage)
        .where(CycleStage.public_id == stage_id)
        .options(joinedload(CycleStage.cycle).joinedload(Cycle.program_version))
    )
    if stage is None or readiness_form(stage) is None:
        raise Missing("This stage does not ask schools where they stand.")
    return stage


def readiness_answers(case_ids: Collection[int]) -> dict[int, dict[str, Mapping[str, Any]]]:
    """Case id -> discovery stage key -> what the school answered. For services: not scoped to an actor."""
    rows = db.session.execute(
        select(ReadinessCheck.case_id, CycleStage.key, ReadinessCheck.answers)
        .join(ReadinessCheck.stage)
        .where(ReadinessCheck.case_id.in_(case_ids))
        .order_by(CycleStage.id, ReadinessCheck.id)
    )
    said: dict[int, dict[str, Mapping[str, Any]]] = {}
    for case_id, key, answers in rows:
        said.setdefault(case_id, {})[key] = answers
    return said


def _checks(actor: Actor, own: bool = False) -> Any:
    theirs: ColumnElement[bool] = Case.organization_id.in_(actor.organization_ids)
    return (
        select(ReadinessCheck)
        .join(ReadinessCheck.case)
        .join(Case.organization)
        .where(theirs if own else or_(theirs, sees_as_staff(actor, ReadinessCheck.case_id)))
        .options(
            contains_eager(ReadinessCheck.case).contains_eager(Case.organization),
            joinedload(ReadinessCheck.stage),
            joinedload(ReadinessCheck.written_by),
        )
        .order_by(ReadinessCheck.id)
    )
