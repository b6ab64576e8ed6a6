"""Who applied, as a reviewer may be asked about them, and what they said of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, false, func, select, true
from sqlalchemy.orm import aliased, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.paging import PAGE_SIZE, Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Assignment, Conflict, PanelMember, Scorecard
from grants.review.queries.conflicts import conflicts_of
from grants.review.queries.scope import REVIEWABLE, sits
from grants.review.steps import text_hash


@dataclass(frozen=True)
class Applicant:
    """An applicant by name only; `label` tells two of one name apart.

    case_id, public_id   of its case
    is_new   applied after the person's declaration
    """

    case_id: int
    public_id: str
    name: str
    label: str
    is_new: bool

    @property
    def letter(self) -> str:
        """Under which letter a list has it; "#" for a name that begins with none."""
        first = self.name.strip()[:1].upper()
        return first if first.isalpha() else "#"


def applicants(
    actor: Actor, stage: CycleStage, like: str = "", page: int = 1, size: int = PAGE_SIZE
) -> Page[Applicant]:
    """Those who applied in the stage, by name, without those the actor has a conflict with.

    like   part of the label; case does not matter. Who is called just that comes first
    """
    named = _named_applicants(actor, stage)
    found = select(named.c.case_id, named.c.public_id, named.c.name, named.c.label, named.c.is_new)
    exact = func.lower(named.c.label) == func.lower(like)
    if like:
        found = found.where(named.c.label.icontains(like, autoescape=True))
    shown = paginate_rows(found.order_by(~exact, func.lower(named.c.name), named.c.case_id), page, size)
    return Page([Applicant(*row) for row in shown.items], shown.number, shown.size, shown.total)


def applicant(actor: Actor, stage: CycleStage, public_id: str) -> Applicant:
    """One of them, by its case.

    raises   Missing
    """
    named = _named_applicants(actor, stage)
    row = db.session.execute(
        select(named.c.case_id, named.c.public_id, named.c.name, named.c.label, named.c.is_new).where(
            named.c.public_id == public_id
        )
    ).one_or_none()
    if row is None:
        raise Missing("There is no such applicant to name, or you have named it already.")
    return Applicant(*row)


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
        select(Application.case_id, Case.public_id, Organization.name, label.label("label"), is_new.label("is_new"))
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
    return and_(sits(), PanelMember.terms_sha256 == text_hash(terms), PanelMember.profile_at.is_not(None))


def own_conflicts(actor: Actor, stage: CycleStage) -> Sequence[Conflict]:
    """The conflicts the actor declared themselves among the stage's applicants: these names they gave us."""
    return db.session.scalars(
        conflicts_of(stage)
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


def has_begun(member: PanelMember) -> bool:
    """Whether a member has ever saved anything on a scorecard of the stage, also on one that was taken from them."""
    begun = exists().where(
        Scorecard.assignment_id == Assignment.id,
        Assignment.reviewer_id == member.person_id,
        Assignment.stage_id == member.stage_id,
    )
    return bool(db.session.scalar(select(begun)))
