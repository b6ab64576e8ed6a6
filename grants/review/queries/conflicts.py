"""Who applied, as a reviewer may be asked about them, and the conflicts that stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from grants.applications.models import Application, CoachedSection, Submission
from grants.casework.models import Case
from grants.casework.visibility import counts_for, not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import CoachInvitation, ConsortiumMember, Organization, OrganizationMembership, Person
from grants.persistence.paging import PAGE_SIZE, Page, paginate, paginate_rows
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Conflict, PanelMember
from grants.review.queries.scope import REVIEWABLE
from grants.review.steps import text_hash
from grants.review.ties import Judge, Judged, Tie, domain_of, ties


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


def panel_conflicts(actor: Actor, stage: CycleStage, page: int = 1) -> Page[Conflict]:
    """Every conflict of the panel's members with the stage's applicants, lifted ones too, for its organizer."""
    return paginate(
        _conflicts_of(stage, standing=False)
        .where(
            not_conflicted(actor, Conflict.case_id),
            exists().where(PanelMember.stage_id == stage.id, PanelMember.person_id == Conflict.person_id),
        )
        .join(Person, Conflict.person_id == Person.id)
        .options(
            joinedload(Conflict.case).joinedload(Case.organization),
            joinedload(Conflict.person),
            joinedload(Conflict.lifted_by),
        )
        .order_by(Conflict.lifted_at.is_not(None), Person.name, Conflict.id),
        page,
    )


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


def unnoted_ties(stage: CycleStage, person_ids: Collection[int]) -> list[tuple[int, int, Tie]]:
    """What the stage's rules find between people and its applicants, and no conflict says yet: (case, person, tie).

    One that was noted before, standing or lifted, is left out: staff may have looked at it.
    """
    rules = definition_of(stage.cycle).application_stage(stage.key).review.conflicts
    noted = set(
        db.session.execute(
            select(Conflict.case_id, Conflict.person_id, Conflict.source).where(Conflict.person_id.in_(person_ids))
        )
    )
    cases = _judged(stage)
    return [
        (case_id, person_id, tie)
        for person_id, judge in sorted(_judges(person_ids).items())
        for case_id, judged in sorted(cases.items())
        for tie in ties(judge, judged, rules)
        if (case_id, person_id, tie.source) not in noted
    ]


def _judges(person_ids: Collection[int]) -> dict[int, Judge]:
    """Person id -> what the conflict rules ask about them; three statements."""
    belongs = _grouped(OrganizationMembership.person_id, OrganizationMembership.organization_id, person_ids)
    coached = _grouped(CoachInvitation.person_id, CoachInvitation.organization_id, person_ids, _coached_ever())
    emails = db.session.execute(select(Person.id, Person.email).where(Person.id.in_(person_ids)))
    return {
        number: Judge(email, frozenset(belongs.get(number, ())), frozenset(coached.get(number, ())))
        for number, email in emails
    }


def _judged(stage: CycleStage) -> dict[int, Judged]:
    """Case id -> what the conflict rules ask about the applicant, for every applicant of the stage; four statements.

    Of a consortium, its members stand before itself: who belongs to a member belongs to it too.
    """
    in_stage = exists().where(
        Application.stage_id == stage.id,
        Application.case_id == Case.id,
        exists().where(Submission.application_id == Application.id),
    )
    own = select(Case.id, Organization.id, Organization.name, Organization.email_domain).where(in_stage)
    members = (
        own.select_from(Case)
        .join(ConsortiumMember, ConsortiumMember.consortium_id == Case.organization_id)
        .join(ConsortiumMember.organization)
    )
    rows = [
        *db.session.execute(members.where(counts_for(ConsortiumMember, Case.id)).order_by(ConsortiumMember.id)),
        *db.session.execute(own.join(Case.organization)),
    ]
    emails = _emails({organization_id for _, organization_id, _, _ in rows})
    found: dict[int, Judged] = {}
    for case_id, organization_id, name, domain in rows:
        judged = found.setdefault(case_id, Judged({}, {}))
        names, domains = dict(judged.names), dict(judged.domains)
        names.setdefault(organization_id, name)
        for one in ([domain.lower()] if domain else []) + emails.get(organization_id, []):
            domains.setdefault(one, name)
        found[case_id] = Judged(names, domains)
    return found


def _emails(organization_ids: Collection[int]) -> dict[int, list[str]]:
    """Organization id -> the email domains of its people."""
    found: dict[int, list[str]] = {}
    for organization_id, email in db.session.execute(
        select(OrganizationMembership.organization_id, Person.email)
        .join(OrganizationMembership.person)
        .where(OrganizationMembership.organization_id.in_(organization_ids))
        .order_by(OrganizationMembership.id)
    ):
        found.setdefault(organization_id, []).append(domain_of(email))
    # Whoever writes from where an organization wrote from that is part of this one now is tied to it all the same.
    for merged in db.session.execute(
        select(Organization.merged_into_id, Organization.email_domain)
        .where(Organization.merged_into_id.in_(organization_ids), Organization.email_domain.is_not(None))
        .order_by(Organization.id)
    ):
        found.setdefault(merged.merged_into_id, []).append(merged.email_domain.lower())
    return found


def _coached_ever() -> ColumnElement[bool]:
    """Holds for invitations of those who coach the organization or did, whatever became of a later asking."""
    opened = exists().where(CoachedSection.invitation_id == CoachInvitation.id, CoachedSection.opened_at.is_not(None))
    return or_(CoachInvitation.accepted_at.is_not(None), opened)


def _grouped(
    person: InstrumentedAttribute[int],
    organization: InstrumentedAttribute[int],
    person_ids: Collection[int],
    condition: ColumnElement[bool] | None = None,
) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    rows = db.session.execute(
        select(person, organization).where(person.in_(person_ids), true() if condition is None else condition)
    )
    for person_id, organization_id in rows:
        found.setdefault(person_id, set()).add(organization_id)
    return found


def _conflicts_of(stage: CycleStage, *, standing: bool = True) -> Select[Conflict]:
    in_stage = exists().where(
        Application.stage_id == stage.id,
        Application.case_id == Conflict.case_id,
        exists().where(Submission.application_id == Application.id),
    )
    statement = select(Conflict).where(in_stage)
    return statement.where(Conflict.lifted_at.is_(None)) if standing else statement
