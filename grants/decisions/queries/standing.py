"""How a slate stands: what its guards ask, whose approval is missing, who may do what with it."""

from sqlalchemy import exists, func, select

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.queries import conflicted_cycles
from grants.casework.visibility import not_conflicted
from grants.decisions.approval import Approval, in_words, may_approve, missing_approvals
from grants.decisions.candidates import candidates
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries.basis import basis_of
from grants.decisions.queries.slates import PROPOSED_OR_LATER, stage_rules
from grants.decisions.slate import broken_limits
from grants.decisions.states import SLATE, SlateFacts, SlateState
from grants.documents.models import Document
from grants.kernel.clock import today
from grants.kernel.policy import SYSTEM, YES, Actor, Verdict, no
from grants.kernel.roles import Role
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.queries.scope import reviewable_applications


def may_handle(actor: Actor, stage: CycleStage) -> Verdict:
    """Whether someone may make, change, propose and release slates of a stage: nobody who has a conflict in its cycle.

    It asks about the cycle, not the slate, so that the answer does not say who applied.
    """
    if stage.cycle_id not in conflicted_cycles(actor):
        return YES
    return no("You have a conflict of interest with an applicant of this cycle, so a colleague takes its slates on.")


def may_change(actor: Actor, slate: Slate) -> bool:
    """Whether the actor's page offers to change the slate's lines."""
    return slate.state == SlateState.DRAFT and actor.may("slate.propose") and bool(may_handle(actor, slate.stage))


def moves_of(actor: Actor, slate: Slate, facts: SlateFacts) -> dict[str, Verdict]:
    """What the actor's page offers: move -> whether it can be made now, and if not, why."""
    if not may_handle(actor, slate.stage):
        return {}
    return SLATE.open_to(actor, slate.state, facts)


def abstentions(actor: Actor, slate: Slate) -> list[str]:
    """What a person may not vouch for: their conflicted cases of the cycle, and the lines of these on the slate."""
    cases = select(Case.public_id).where(Case.cycle_id == slate.stage.cycle_id, ~not_conflicted(actor, Case.id))
    lines = (
        select(SlateLine.public_id)
        .join(SlateLine.application)
        .where(SlateLine.slate_id == slate.id, ~not_conflicted(actor, Application.case_id))
    )
    on_it = db.session.scalars(lines.order_by(SlateLine.rank, SlateLine.id))
    return [*on_it, *db.session.scalars(cases.order_by(Case.id))]


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
        letters_on=slate.letters_on,
        today=today(slate.stage.cycle.time_zone),
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
    basis = basis_of(slate.stage)
    rows = db.session.execute(
        select(Application.public_id, SlateLine.amount)
        .join(SlateLine, SlateLine.application_id == Application.id)
        .where(SlateLine.slate_id == slate.id, SlateLine.outcome == "award")
    )
    known = {one.id for one in basis.applicants}
    awards = {name: amount for name, amount in rows if name in known}
    broken = broken_limits(candidates(basis.applicants, basis.rules), basis.limits, awards)
    return f"The awards break {' and '.join(broken)}." if broken else None


def approval_of(actor: Actor, slate: Slate) -> Verdict | None:
    """Whether the actor may approve the slate as it stands; None where approving is not their part at all."""
    required = stage_rules(slate).decision.approvals
    if slate.state != SlateState.PROPOSED or not actor.may("slate.approve"):
        return None
    already = any(
        one.person_id == actor.person_id and one.content_sha256 == slate.content_sha256 for one in slate.approvals
    )
    return may_approve(actor, slate.proposed_by_id, required, already)
