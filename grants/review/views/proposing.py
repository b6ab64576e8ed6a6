"""The best assignment: what matters is said, it is worked out in the background, looked at, corrected, applied."""

from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Missing, Problem
from grants.kernel.policy import Actor
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.aims import Aims
from grants.review.forms import AimsForm, LeaveOutForm, RoundForm
from grants.review.proposal_models import AssignmentProposal
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked

BANDS: Final = {"elementary": "elementary", "middle": "middle", "high": "high", "span": "K-8 or like", "": "unknown"}


@bp.get("/stages/<public_id:stage_id>/assignment")
@requires("review.organize")
def proposal(stage_id: str) -> ResponseReturnValue:
    """The proposal as far as it is."""
    return _page(queries.stage_for(current_actor(), stage_id))


@bp.post("/stages/<public_id:stage_id>/assignment")
@requires("review.organize")
def ask_for_proposal(stage_id: str) -> ResponseReturnValue:
    """Have one worked out, for what is open now."""
    actor, form = current_actor(), AimsForm()
    stage = queries.stage_for(actor, stage_id)
    if not form.validate():
        return _page(stage, form), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work():
        services.ask_for_assignment(actor, stage, form.aims())
    return redirect(url_for(".proposal", stage_id=stage_id))


@bp.post("/stages/<public_id:stage_id>/assignment/without")
@requires("review.organize")
def leave_out(stage_id: str) -> ResponseReturnValue:
    """Have it worked out again without one of its pairs."""
    actor, form = current_actor(), LeaveOutForm()
    if not form.validate():
        raise Missing("The proposal has no such assignment.")
    with unit_of_work():
        mine = _own(actor, stage_id)
        pair = queries.proposed_pair(actor, mine, form.reviewer.data or "", form.application.data or "")
        services.leave_out(actor, mine, pair)
    return redirect(url_for(".proposal", stage_id=stage_id))


@bp.post("/stages/<public_id:stage_id>/assignment/apply")
@requires("review.organize")
def apply_proposal(stage_id: str) -> ResponseReturnValue:
    """Have it applied, as it was looked at."""
    actor, form = current_actor(), RoundForm()
    try:
        with unit_of_work():
            services.apply_proposal(actor, _own(actor, stage_id), form.looked_at)
    except Problem as problem:
        flash(problem.sentence, "warn")
        return _page(queries.stage_for(actor, stage_id)), problem.status
    return redirect(url_for(".proposal", stage_id=stage_id))


def _own(actor: Actor, stage_id: str) -> AssignmentProposal:
    found = queries.proposal_of(actor, queries.stage_for(actor, stage_id))
    if found is None:
        raise Missing("You have not had an assignment worked out for this stage.")
    return found


def _page(stage: CycleStage, form: AimsForm | None = None) -> str:
    actor = current_actor()
    found = queries.proposal_of(actor, stage)
    aims = Aims.read(found.aims) if found else services.usual_aims(stage)
    return render_template(
        "review/proposal.html",
        behind=queries.still_behind(actor, [stage.id]).get(stage.id, ()),
        stage=stage,
        rules=queries.review_rules(stage),
        proposal=found,
        form=form or AimsForm.showing(aims),
        round_form=RoundForm(formdata=None, data={"round": found.round if found else 0}),
        earlier=queries.earlier_readers(actor, stage),
        **_shown(actor, found),
    )


def _shown(actor: Actor, found: AssignmentProposal | None) -> dict[str, Any]:
    """What the page shows of a proposal beside itself, as far as it is."""
    if found is None:
        return {"state": "none", "job": None}
    is_applied = found.state in {"applying", "applied"}
    job = queries.job_with(services.apply_key(found) if is_applied else services.work_key(found))
    if found.state in {"working", "applying"}:
        return {"state": "failed" if job and job.state == "failed" else found.state, "job": job}
    if found.state == "applied":
        return {"state": "applied", "job": job, "outcomes": queries.outcomes(actor, found)}
    return {
        "state": "ready",
        "job": job,
        "groups": queries.proposed(actor, found, page_asked()),
        "loads": queries.planned_loads(actor, found, page_asked("loads")),
        "coverage": queries.planned_coverage(actor, found),
        "shortages": queries.short_of_readers(actor, found),
        "outcomes": queries.outcomes(actor, found),
        "bands": BANDS,
        "is_behind": queries.planning_facts(actor, found.stage).digest != found.digest,
    }
