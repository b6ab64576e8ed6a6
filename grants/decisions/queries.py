"""Reading slates and decisions, always as someone: a conflicted person never learns of a line."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted, sees_as_staff
from grants.decisions.approval import Approval, in_words, may_approve, missing_approvals
from grants.decisions.candidates import Applicant, candidates, rules_of
from grants.decisions.models import Decision, Slate, SlateLine
from grants.decisions.slate import broken_limits
from grants.decisions.states import SlateFacts, SlateState
from grants.documents.models import Document
from grants.kernel.errors import Missing
from grants.kernel.policy import SYSTEM, Actor, Verdict
from grants.kernel.roles import Role
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage
from grants.review.queries import StageResults, stage_results
from grants.review.queries.scope import reviewable_applications

PROPOSED_OR_LATER = (SlateState.PROPOSED, SlateState.APPROVED, SlateState.RELEASED)


def visible_slates(actor: Actor) -> ColumnElement[bool]:
    """Which slates an actor may read: their makers see drafts, other readers only what was proposed."""
    if not actor.may("slate.read"):
        return ~true()
    return true() if actor.may("slate.propose") else Slate.state.in_(PROPOSED_OR_LATER)


def slates(actor: Actor, page: int = 1) -> Page[Slate]:
    """Slates the actor may read, the newest first."""
    return paginate(
        select(Slate)
        .where(visible_slates(actor))
        .options(joinedload(Slate.stage).joinedload(CycleStage.cycle), joinedload(Slate.made_by))
        .order_by(Slate.made_at.desc(), Slate.id.desc()),
        page,
    )


def slate_for(actor: Actor, public_id: str) -> Slate:
    """One slate.

    raises   Missing when there is none, or the actor may not read it
    """
    slate = db.session.scalar(
        select(Slate)
        .where(Slate.public_id == public_id, visible_slates(actor))
        .options(
            joinedload(Slate.stage).joinedload(CycleStage.cycle),
            joinedload(Slate.proposed_by),
            joinedload(Slate.letters_checked_by),
            selectinload(Slate.approvals),
        )
    )
    if slate is None:
        raise Missing("There is no such slate, or it is not yours to read.")
    return slate


def lines_for(actor: Actor, slate: Slate) -> Sequence[SlateLine]:
    """The slate's lines, the awarded first, each part by rank, without those the actor has a conflict with."""
    awarded_first = case((SlateLine.outcome == "award", 0), else_=1)
    return db.session.scalars(
        _lines(slate)
        .order_by(None)
        .order_by(awarded_first, SlateLine.rank, SlateLine.id)
        .where(not_conflicted(actor, Application.case_id))
        .options(joinedload(SlateLine.letter), contains_eager(SlateLine.application).joinedload(Application.case))
    ).all()


def line_for(actor: Actor, slate: Slate, public_id: str) -> SlateLine:
    """One line of a slate.

    raises   Missing when there is none, or the actor has a conflict with it
    """
    line = db.session.scalar(
        _lines(slate).where(SlateLine.public_id == public_id, not_conflicted(actor, Application.case_id))
    )
    if line is None:
        raise Missing("There is no such line on this slate.")
    return line


def _lines(slate: Slate) -> Select[SlateLine]:
    return (
        select(SlateLine)
        .join(SlateLine.application)
        .where(SlateLine.slate_id == slate.id)
        .order_by(SlateLine.rank, SlateLine.id)
    )


def conflicted_lines(actor: Actor, slate: Slate) -> list[str]:
    """Public ids of the lines that a person may not vouch for."""
    return list(
        db.session.scalars(
            select(SlateLine.public_id)
            .join(SlateLine.application)
            .where(SlateLine.slate_id == slate.id, ~not_conflicted(actor, Application.case_id))
            .order_by(SlateLine.rank)
        )
    )


def stage_rules(slate: Slate) -> ApplicationStage:
    """The program's rules for the slate's stage, in the version its cycle keeps."""
    return definition_of(slate.stage.cycle).application_stage(slate.stage.key)


def missing_approvals_of(slate: Slate) -> str | None:
    """Whose approval of the present content is missing, in words; nothing when all are there."""
    given = [
        Approval(one.person_id, Role(one.role), frozenset(one.abstained_lines))
        for one in slate.approvals
        if one.content_sha256 == slate.content_sha256
    ]
    lines = db.session.scalars(select(SlateLine.public_id).where(SlateLine.slate_id == slate.id)).all()
    return in_words(missing_approvals(stage_rules(slate).decision.approvals, given, lines))


def facts_of(slate: Slate) -> SlateFacts:
    """What the slate's guards ask, as things stand."""
    counts = db.session.execute(
        select(func.count(), func.count(Document.id).filter(Document.state == "rendered"))
        .select_from(SlateLine)
        .outerjoin(Document, SlateLine.letter_id == Document.id)
        .where(SlateLine.slate_id == slate.id)
    ).one()
    rival = db.session.scalar(
        select(
            exists().where(Slate.stage_id == slate.stage_id, Slate.id != slate.id, Slate.state.in_(PROPOSED_OR_LATER))
        )
    )
    return SlateFacts(
        lines=counts[0],
        letters=counts[1],
        rival=bool(rival),
        changed=_changed(slate),
        over=_broken_limit(slate),
        missing_approvals=missing_approvals_of(slate),
        letters_checked=slate.letters_checked_at is not None,
    )


def _changed(slate: Slate) -> str | None:
    """How the applications under review differ from those on the slate, in words; nothing when they are the same."""
    on_it = set(db.session.scalars(select(SlateLine.application_id).where(SlateLine.slate_id == slate.id)))
    stand = set(db.session.scalars(reviewable_applications(SYSTEM, slate.stage).with_only_columns(Application.id)))
    gone, new = len(on_it - stand), len(stand - on_it)
    said = [f"{gone} on it no longer {'stands' if gone == 1 else 'stand'}"] if gone else []
    said += [f"{new} came after it"] if new else []
    if not said:
        return None
    return f"The applications have changed since this slate was made: {' and '.join(said)}. Make a new slate."


def _broken_limit(slate: Slate) -> str | None:
    """The limits that overrides have pushed the slate over, in words."""
    if slate.state != SlateState.DRAFT:
        return None
    definition = definition_of(slate.stage.cycle)
    rules = definition.application_stage(slate.stage.key)
    applicants = applicants_of(stage_results(slate.stage))
    limits = rules_of(definition, rules, applicants, pool_left(slate.stage), lot="")
    rows = db.session.execute(
        select(Application.public_id, SlateLine.amount)
        .join(SlateLine, SlateLine.application_id == Application.id)
        .where(SlateLine.slate_id == slate.id, SlateLine.outcome == "award")
    )
    known = {one.id for one in applicants}
    awards = {name: amount for name, amount in rows if name in known}
    broken = broken_limits(candidates(applicants, rules), limits, awards)
    return f"The awards break {' and '.join(broken)}." if broken else None


def applicants_of(results: StageResults) -> list[Applicant]:
    """The stage's submissions as deciding sees them: scores, attributes, and the frozen answers."""
    found = db.session.execute(
        select(Submission.id, Submission.content).where(Submission.id.in_([row.submission_id for row in results.rows]))
    )
    answers = {number: content["answers"] for number, content in found}
    return [
        Applicant(
            id=row.public_id,
            name=row.name,
            mean=row.mean,
            failed=(row.essential_failed,) if row.essential_failed else (),
            criterion_means=row.criteria,
            attributes=row.attributes,
            answers=answers[row.submission_id],
        )
        for row in results.rows
    ]


def pool_left(stage: CycleStage) -> int | None:
    """What the stage's pool has left after earlier releases from it, in cents; nothing when it has no pool."""
    definition = definition_of(stage.cycle)
    pool = definition.pool_of(stage.key)
    if pool is None:
        return None
    sharing = [one.key for one in definition.sharing_pool(stage.key)]
    spent = db.session.scalar(
        select(func.coalesce(func.sum(Decision.amount), 0))
        .join(Decision.application)
        .join(Application.stage)
        .where(CycleStage.cycle_id == stage.cycle_id, CycleStage.key.in_(sharing), Decision.outcome == "award")
    )
    return pool - int(spent or 0)


def decisions_of(actor: Actor, of: Case) -> Sequence[Decision]:
    """Released decisions of one case, the newest first; nothing exists before release, for anyone."""
    return db.session.scalars(
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Decision.case_id == of.id,
            or_(sees_as_staff(actor, Decision.case_id), Case.organization_id.in_(actor.organization_ids)),
        )
        .options(
            joinedload(Decision.letter),
            joinedload(Decision.application).joinedload(Application.stage),
        )
        .order_by(Decision.released_at.desc())
    ).all()


def stages_to_decide(actor: Actor) -> Sequence[CycleStage]:
    """Application stages that have submissions and no release yet: a slate can be made for them."""
    if not actor.may("slate.propose"):
        return []
    submitted = exists().where(Application.stage_id == CycleStage.id, Application.state == "submitted")
    return db.session.scalars(
        select(CycleStage)
        .where(and_(CycleStage.kind == "application", CycleStage.released_at.is_(None)), submitted)
        .options(joinedload(CycleStage.cycle))
        .order_by(CycleStage.closes_at.desc())
    ).all()


def approval_of(actor: Actor, slate: Slate) -> Verdict | None:
    """Whether the actor may approve the slate as it stands; None where approving is not their part at all."""
    required = stage_rules(slate).decision.approvals
    if slate.state != SlateState.PROPOSED or not actor.may("slate.approve"):
        return None
    already = any(
        one.person_id == actor.person_id and one.content_sha256 == slate.content_sha256 for one in slate.approvals
    )
    return may_approve(actor, slate.proposed_by_id, required, already)


def scenarios(actor: Actor, slate: Slate) -> Sequence[Slate]:
    """Other slates of the same stage that the actor may read."""
    return db.session.scalars(
        select(Slate)
        .where(Slate.stage_id == slate.stage_id, Slate.id != slate.id, visible_slates(actor))
        .order_by(Slate.made_at.desc())
        .limit(20)
    ).all()
