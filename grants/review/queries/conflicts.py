"""Who applied, as a reviewer may be asked about them, and the conflicts that stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.paging import PAGE_SIZE, Page, paginate, paginate_rows
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Conflict, PanelMember
from grants.review.queries.scope import REVIEWABLE
from grants.review.states import ConflictState
from grants.review.steps import text_hash


@dataclass(frozen=True)
class Applicant:
    """An applicant by name only; `label` tells two of one name apart.

    is_new   applied after the person's declaration
    """

    case_id: int
    name: str
    label: str
    is_new: bool


def applicants(
    actor: Actor, stage: CycleStage, like: str = "", page: int = 1, size: int = PAGE_SIZE
) -> Page[Applicant]:
    """Those who applied in the stage, by name, without those the actor has a conflict with.

    like   part of the label; case does not matter. Who is called just that comes first
    """
    named = _named_applicants(actor, stage)
    found = select(named.c.case_id, named.c.name, named.c.label, named.c.is_new)
    exact = func.lower(named.c.label) == func.lower(like)
    if like:
        found = found.where(named.c.label.icontains(like, autoescape=True))
    shown = paginate_rows(found.order_by(~exact, func.lower(named.c.name), named.c.case_id), page, size)
    return Page([Applicant(*row) for row in shown.items], shown.number, shown.size, shown.total)


def applied_since(actor: Actor, stage: CycleStage) -> int:
    """How many of the stage's applicants came after the actor's declaration, and have to be asked about."""
    named = _named_applicants(actor, stage)
    return db.session.scalar(select(func.count()).select_from(named).where(named.c.is_new)) or 0


def is_applicant(actor: Actor, stage: CycleStage, case_ids: Collection[int]) -> bool:
    """Whether all of these cases are applicants that the actor may name: seen, or named by them before."""
    named = _named_applicants(actor, stage)
    seen = set(db.session.scalars(select(named.c.case_id).where(named.c.case_id.in_(case_ids))))
    return set(case_ids) <= seen | {one.case_id for one in own_conflicts(actor, stage)}


def _named_applicants(actor: Actor, stage: CycleStage) -> Subquery:
    first = aliased(Submission)
    namesakes = func.count().over(partition_by=func.lower(Organization.name))
    label = case(
        (and_(namesakes > 1, Organization.city.is_not(None)), Organization.name + " (" + Organization.city + ")"),
        else_=Organization.name,
    )
    is_new = func.coalesce(first.submitted_at > PanelMember.declared_at, false())
    return (
        select(Application.case_id, Organization.name, label.label("label"), is_new.label("is_new"))
        .join(Application.case)
        .join(Case.organization)
        .join(first, and_(first.application_id == Application.id, first.number == 1))
        .outerjoin(PanelMember, and_(PanelMember.stage_id == stage.id, PanelMember.person_id == actor.person_id))
        .where(
            Application.stage_id == stage.id,
            Application.state.in_(REVIEWABLE),
            not_conflicted(actor, Application.case_id),
            _may_see_names(actor, stage),
        )
        .subquery()
    )


def _may_see_names(actor: Actor, stage: CycleStage) -> ColumnElement[bool]:
    """Holds for who reads reviews anyway, and for a member of the panel once the terms and the profile are done."""
    if actor.may("review.read"):
        return true()
    terms = definition_of(stage.cycle).application_stage(stage.key).review.terms
    return and_(PanelMember.terms_sha256 == text_hash(terms), PanelMember.profile_at.is_not(None))


def own_conflicts(actor: Actor, stage: CycleStage) -> Sequence[Conflict]:
    """The conflicts the actor declared themselves among the stage's applicants: these names they gave us."""
    return db.session.scalars(
        _conflicts_of(stage)
        .where(Conflict.person_id == actor.person_id, Conflict.source == "declared")
        .options(joinedload(Conflict.case).joinedload(Case.organization))
        .order_by(Conflict.id)
    ).all()


def own_conflict(actor: Actor, stage: CycleStage, public_id: str) -> Conflict:
    """One of the conflicts the actor declared.

    raises   Missing
    """
    found = next((one for one in own_conflicts(actor, stage) if one.public_id == public_id), None)
    if found is None:
        raise Missing("There is no such conflict.")
    return found


@dataclass(frozen=True)
class ConflictFilters:
    """What the conflicts of a panel are narrowed to; empty values narrow nothing.

    state, kind, source   keys of states.ConflictState, kinds.KINDS, kinds.SOURCES
    q                     part of the reviewer's name, or the applicant's
    """

    state: str = ""
    kind: str = ""
    source: str = ""
    q: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL, for statements with the conflict's person and organization in them."""
        exact = ((Conflict.state, self.state), (Conflict.kind, self.kind), (Conflict.source, self.source))
        found = [column == value for column, value in exact if value]
        if like := self.q.strip():
            found.append(or_(*(name.icontains(like, autoescape=True) for name in (Person.name, Organization.name))))
        return found


def panel_conflicts(
    actor: Actor, stage: CycleStage, page: int = 1, filters: ConflictFilters | None = None
) -> Page[Conflict]:
    """Every conflict of the panel's members with the stage's applicants, for its organizer: to be looked at first."""
    return paginate(
        _conflicts_of(stage, standing=False)
        .where(
            not_conflicted(actor, Conflict.case_id),
            _on_panel(stage.id),
            *(filters or ConflictFilters()).conditions(),
        )
        .join(Person, Conflict.person_id == Person.id)
        .join(Case, Conflict.case_id == Case.id)
        .join(Organization, Case.organization_id == Organization.id)
        .options(
            joinedload(Conflict.case).joinedload(Case.organization),
            joinedload(Conflict.person),
            joinedload(Conflict.lifted_by),
            joinedload(Conflict.confirmed_by),
        )
        .order_by(Conflict.state != ConflictState.FOUND, Conflict.lifted_at.is_not(None), Person.name, Conflict.id),
        page,
    )


def conflicts_named(actor: Actor, stage: CycleStage, public_ids: Collection[str]) -> Sequence[Conflict]:
    """Those of these conflicts of the panel that the actor may look at."""
    return db.session.scalars(
        _conflicts_of(stage)
        .where(Conflict.public_id.in_(public_ids), not_conflicted(actor, Conflict.case_id), _on_panel(stage.id))
        .order_by(Conflict.id)
    ).all()


def conflicts_to_look_at(actor: Actor) -> dict[int, int]:
    """Stage id -> how many conflicts a rule has found on its panel that nobody has looked at; one statement."""
    rows = db.session.execute(
        select(Application.stage_id, func.count(Conflict.id.distinct()))
        .join(Conflict, Conflict.case_id == Application.case_id)
        .where(
            Conflict.state == ConflictState.FOUND,
            Conflict.person_id != actor.person_id,
            not_conflicted(actor, Conflict.case_id),
            exists().where(Submission.application_id == Application.id),
            _on_panel(Application.stage_id),
        )
        .group_by(Application.stage_id)
    )
    return dict(rows.all())


def _on_panel(stage_id: ColumnElement[int] | InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
    """Holds for conflicts of those who sit on the panel of a stage."""
    return exists().where(PanelMember.stage_id == stage_id, PanelMember.person_id == Conflict.person_id)


def conflict_for(actor: Actor, stage: CycleStage, public_id: str) -> Conflict:
    """One conflict on the stage's panel, for staff who may lift it.

    raises   Missing when there is none, or the actor has a conflict with that case too
    """
    conflict = db.session.scalar(
        _conflicts_of(stage, standing=False)
        .where(Conflict.public_id == public_id, not_conflicted(actor, Conflict.case_id))
        .options(joinedload(Conflict.case).joinedload(Case.organization), joinedload(Conflict.person))
    )
    if conflict is None:
        raise Missing("There is no such conflict on this panel.")
    return conflict


def _conflicts_of(stage: CycleStage, *, standing: bool = True) -> Select[Conflict]:
    in_stage = exists().where(
        Application.stage_id == stage.id,
        Application.case_id == Conflict.case_id,
        exists().where(Submission.application_id == Application.id),
    )
    statement = select(Conflict).where(in_stage)
    return statement.where(Conflict.lifted_at.is_(None)) if standing else statement
