"""Making a slate from the scores, and changing its lines by hand, with a reason."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from grants.decisions.candidates import Applicant, amount_of, candidates, rules_of
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries import applicants_of, facts_of, pool_left
from grants.decisions.slate import Line, NoSlate, ProposedSlate
from grants.decisions.slate import propose as solve
from grants.decisions.states import SLATE, SlateState
from grants.decisions.why_not import because
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, Definition
from grants.review.queries import StageResults, stage_results


def make_slate(actor: Actor, stage: CycleStage, title: str) -> Slate:
    """Solve a new draft slate for a stage from the scores as they are now.

    raises   Refused; Clash when the stage was released, takes submissions still, or no set of awards keeps the rules
    """
    require_permission(actor, "slate.propose")
    results = _fit_to_decide(stage)
    definition = definition_of(stage.cycle)
    rules = definition.application_stage(stage.key)
    applicants = {one.id: one for one in applicants_of(results)}
    solved = _solve(definition, list(applicants.values()), stage)
    slate = Slate(
        stage=stage,
        title=title.strip() or f"Slate of {stage.title}",
        made_at=now(),
        made_by_id=actor.person_id,
        state=SlateState.DRAFT,
        findings=_findings(solved, results),
    )
    slate.lines = [_line(line, results, applicants, rules, solved) for line in solved.lines]
    db.session.add(slate)
    db.session.flush()
    audit.record(actor, "slate.make", slate, after={"title": slate.title, "awards": len(solved.awarded)})
    return slate


def _fit_to_decide(stage: CycleStage) -> StageResults:
    if stage.released_at is not None:
        raise Clash("The decisions of this stage have been released.")
    if now() <= stage.closes_at + timedelta(minutes=stage.grace_minutes):
        raise Clash("The stage still takes applications; a slate can be made once it has closed.")
    results = stage_results(stage)
    if not results.rows:
        raise Clash("Nobody has applied in this stage, so there is nothing to decide.")
    return results


def _solve(definition: Definition, applicants: list[Applicant], stage: CycleStage) -> ProposedSlate:
    rules = definition.application_stage(stage.key)
    limits = rules_of(definition, rules, applicants, pool_left(stage), lot=f"{stage.cycle.key}/{stage.key}")
    try:
        return solve(candidates(applicants, rules), limits)
    except NoSlate as none:
        raise Clash(none.sentence) from none


def _line(
    line: Line,
    results: StageResults,
    applicants: Mapping[str, Applicant],
    rules: ApplicationStage,
    solved: ProposedSlate,
) -> SlateLine:
    row = next(row for row in results.rows if row.public_id == line.candidate.id)
    tier = amount_of(applicants[row.public_id], rules.decision).tier
    blocks = rules.decision.essentials == "block"
    barred = {one.key for one in results.rows if blocks and one.essential_failed and one.mean is not None}
    standing = results.draws.stands_in(row.key, len(solved.awarded), barred) if row.mean is not None else None
    return SlateLine(
        application_id=row.application_id,
        rank=line.rank,
        score=row.mean,
        totals=[str(total) for total in row.totals],
        rank_low=row.rank_low,
        rank_high=row.rank_high,
        stands_in=None if standing is None else round(Decimal(standing), 4),
        outcome=line.outcome.value,
        solved=line.outcome.value,
        waitlist_place=line.waitlist_place,
        amount=line.amount or 0,
        tier=dollars(tier) if tier else None,
        because=because(solved, line.candidate.id) if line.outcome != "award" else None,
        essential_failed=row.essential_failed,
    )


def _findings(solved: ProposedSlate, results: StageResults) -> dict[str, Any]:
    alpha = results.agreement.alpha
    return {
        "pool": solved.rules.pool,
        "scorecards": results.scorecards,
        "assigned": results.assigned,
        "alpha": None if alpha is None else f"{alpha:.2f}",
        "alpha_n": results.agreement.n,
    }


def override(actor: Actor, line: SlateLine, outcome: str, amount: int, waitlist_place: int | None, reason: str) -> None:
    """Change one line of a draft by hand.

    amount   whole cents; for an award or a waitlist place
    raises   Refused; Clash when the slate is no draft; Invalid without a reason, or an award without an amount
    """
    require_permission(actor, "slate.propose")
    _still_draft(line.slate)
    if errors := _wrong(outcome, amount, waitlist_place, reason):
        raise Invalid("The line was not changed.", errors)
    before = {"outcome": line.outcome, "amount": line.amount, "waitlist_place": line.waitlist_place}
    line.override_reason = reason.strip()
    line.outcome, line.amount = outcome, 0 if outcome == "decline" else amount
    line.waitlist_place = waitlist_place if outcome == "waitlist" else None
    after = {"outcome": outcome, "amount": line.amount, "waitlist_place": line.waitlist_place, "reason": reason.strip()}
    audit.record(actor, "slate.override", line, before=before, after=after, case_id=line.application.case_id)


def _wrong(outcome: str, amount: int, waitlist_place: int | None, reason: str) -> dict[str, str]:
    errors = {}
    if not reason.strip():
        errors["reason"] = "Say why: the reason stays with the slate."
    if outcome == "award" and amount <= 0:
        errors["amount"] = "An award needs an amount above $0."
    if outcome == "waitlist" and not waitlist_place:
        errors["waitlist_place"] = "Say which place on the waitlist."
    return errors


def write_feedback(actor: Actor, line: SlateLine, text: str) -> None:
    """Write what the applicant will read in the letter about the decision.

    raises   Refused; Clash when the slate is no draft
    """
    require_permission(actor, "slate.propose")
    _still_draft(line.slate)
    before, line.reasons = line.reasons, text.strip()
    after = {"reasons": line.reasons}
    audit.record(
        actor, "slate.feedback", line, before={"reasons": before}, after=after, case_id=line.application.case_id
    )


def discard(actor: Actor, slate: Slate) -> None:
    """Put a draft away; it stays on record."""
    move(actor, slate, "discard", SLATE, lambda: facts_of(slate))


def _still_draft(slate: Slate) -> None:
    lock(slate)  # nobody may propose it between this look and the change
    if slate.state != SlateState.DRAFT:
        raise Clash("This slate has been proposed. Take it back before you change it: its approvals will be void.")
