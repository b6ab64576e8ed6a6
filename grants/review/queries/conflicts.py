"""The conflicts of interest on a panel, as officers look at them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload, with_expression

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import belongs_to_applicant, not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Conflict, PanelMember
from grants.review.queries.scope import sits
from grants.review.states import ConflictState


@dataclass(frozen=True)
class ConflictFilters:
    """What the conflicts of a panel are narrowed to; empty values narrow nothing.

    state, kind, source   keys of states.ConflictState, the program's kinds of conflict, kinds.SOURCES
    q                     part of the reviewer's name, or the applicant's
    person_id             of the one reviewer they are of
    """

    state: str = ""
    kind: str = ""
    source: str = ""
    q: str = ""
    person_id: int | None = field(default=None, kw_only=True)

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL, for statements with the conflict's person and organization in them."""
        exact = ((Conflict.state, self.state), (Conflict.kind, self.kind), (Conflict.source, self.source))
        found = [column == value for column, value in exact if value]
        if self.person_id is not None:
            found.append(Conflict.person_id == self.person_id)
        if like := self.q.strip():
            found.append(or_(*(name.icontains(like, autoescape=True) for name in (Person.name, Organization.name))))
        return found


def panel_conflicts(
    actor: Actor, stage: CycleStage, page: int = 1, filters: ConflictFilters | None = None
) -> Page[Conflict]:
    """Every conflict of the panel's members with the stage's applicants, for its organizer: to be looked at first."""
    return paginate(_looked_at(actor, stage, filters or ConflictFilters()), page)


def conflict_ids(actor: Actor, stage: CycleStage, filters: ConflictFilters) -> Sequence[int]:
    """Ids of those conflicts, in the same order."""
    return db.session.scalars(_looked_at(actor, stage, filters).with_only_columns(Conflict.id)).all()


def conflicts_among(actor: Actor, stage: CycleStage, ids: Collection[int]) -> Sequence[Conflict]:
    """Those of these conflicts that the actor may look at now, in the same order."""
    return db.session.scalars(_looked_at(actor, stage, ConflictFilters()).where(Conflict.id.in_(ids))).unique().all()


def _looked_at(actor: Actor, stage: CycleStage, filters: ConflictFilters) -> Select[Conflict]:
    return (
        conflicts_of(stage, standing=False)
        .join(PanelMember, and_(PanelMember.stage_id == stage.id, PanelMember.person_id == Conflict.person_id))
        .where(not_conflicted(actor, Conflict.case_id), *filters.conditions())
        .join(Person, Conflict.person_id == Person.id)
        .join(Case, Conflict.case_id == Case.id)
        .join(Organization, Case.organization_id == Organization.id)
        .options(
            joinedload(Conflict.case).joinedload(Case.organization),
            joinedload(Conflict.person),
            joinedload(Conflict.lifted_by),
            joinedload(Conflict.confirmed_by),
            with_expression(Conflict.place_id, case((sits(), PanelMember.public_id))),
        )
        .order_by(Conflict.state != ConflictState.FOUND, Conflict.lifted_at.is_not(None), Person.name, Conflict.id)
    )


def conflicts_named(actor: Actor, stage: CycleStage, public_ids: Collection[str]) -> Sequence[Conflict]:
    """Those of these conflicts of the panel that the actor may look at."""
    return db.session.scalars(
        conflicts_of(stage)
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
        conflicts_of(stage, standing=False)
        .where(Conflict.public_id == public_id, not_conflicted(actor, Conflict.case_id))
        .options(joinedload(Conflict.case).joinedload(Case.organization), joinedload(Conflict.person))
    )
    if conflict is None:
        raise Missing("There is no such conflict on this panel.")
    return conflict


def is_noted(case_id: int, person_id: int) -> bool:
    """Whether staff have noted a conflict of this person with this case, and it stands."""
    noted = exists().where(
        Conflict.case_id == case_id,
        Conflict.person_id == person_id,
        Conflict.source == "staff",
        Conflict.lifted_at.is_(None),
    )
    return bool(db.session.scalar(select(noted)))


def still_belongs(conflict: Conflict) -> bool:
    """Whether whoever has the conflict belongs to the applicant now."""
    return bool(db.session.scalar(select(belongs_to_applicant(conflict.person_id, conflict.case_id))))


def conflicts_of(stage: CycleStage, *, standing: bool = True) -> Select[Conflict]:
    """Conflicts with the stage's applicants, whoever has them; those that stand, or all."""
    in_stage = exists().where(
        Application.stage_id == stage.id,
        Application.case_id == Conflict.case_id,
        exists().where(Submission.application_id == Application.id),
    )
    statement = select(Conflict).where(in_stage)
    return statement.where(Conflict.lifted_at.is_(None)) if standing else statement
