"""Keeping a slate that was solved, and changing its lines by hand, with a reason."""

from grants.decisions import queries
from grants.decisions.models import Slate, SlateLine
from grants.decisions.services.solving import Solution, fit_to_decide
from grants.decisions.states import SLATE, SlateState
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage


def make_slate(actor: Actor, stage: CycleStage, title: str, solution: Solution) -> Slate:
    """Keep a solved slate as a draft.

    raises   Refused; Clash when the stage was released, or anything the solution rests on has changed since
    """
    if fit_to_decide(actor, stage).digest != solution.digest:
        raise Clash(
            "The scores, the applications or the money have changed while this slate was solved. Make it again."
        )
    slate = Slate(
        stage=stage,
        title=title.strip() or f"Slate of {stage.title}",
        made_at=now(),
        made_by_id=actor.person_id,
        state=SlateState.DRAFT,
        findings=dict(solution.findings),
        lines=list(solution.lines),
    )
    db.session.add(slate)
    db.session.flush()
    audit.record(actor, "slate.make", slate, after={"title": slate.title})
    return slate


def override(actor: Actor, line: SlateLine, outcome: str, amount: int, waitlist_place: int | None, reason: str) -> None:
    """Change one line of a draft by hand.

    amount   whole cents; for an award or a waitlist place
    raises   Refused; Clash when the slate is no draft; Invalid without a reason, or an award without an amount
    """
    _may_change(actor, line.slate)
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
    _may_change(actor, line.slate)
    before, line.reasons = line.reasons, text.strip()
    after = {"reasons": line.reasons}
    audit.record(
        actor, "slate.feedback", line, before={"reasons": before}, after=after, case_id=line.application.case_id
    )


def discard(actor: Actor, slate: Slate) -> None:
    """Put a draft away; it stays on record."""
    require(queries.may_handle(actor, slate.stage))
    move(actor, slate, "discard", SLATE, lambda: queries.facts_of(slate))


def _may_change(actor: Actor, slate: Slate) -> None:
    require_permission(actor, "slate.propose")
    require(queries.may_handle(actor, slate.stage))
    lock(slate)  # nobody may propose it between this look and the change
    if slate.state != SlateState.DRAFT:
        raise Clash("This slate has been proposed. Take it back before you change it: its approvals will be void.")
