"""Conflicts of interest, as officers look at them: what stands on a panel, confirmed or cleared with a reason."""

from dataclasses import asdict
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework.export_views import ask_for
from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.programs.schema import words
from grants.review import policy, queries, services
from grants.review.conflict_forms import ConflictFilterForm
from grants.review.exports import CONFLICTS
from grants.review.forms import ReasonForm
from grants.review.kinds import SOURCES
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.filters import plural
from grants.web.tables import page_asked


@bp.app_context_processor
def _words() -> dict[str, object]:
    return {
        "kinds_of": queries.conflict_kinds,
        "kind_words": _kind_words,
        "conflict_sources": SOURCES,
        "kind_for_want": queries.kind_for_want,
    }


def _kind_words(stage: CycleStage, key: str) -> str:
    """What the stage's program calls a kind; a key that it has no longer is said as it is."""
    kind = queries.conflict_kinds(stage).get(key)
    return kind.title if kind else words(key)


@bp.get("/stages/<public_id:stage_id>/conflicts/all")
@requires("panel.read")
def found_conflicts(stage_id: str) -> ResponseReturnValue:
    """Every conflict of the panel, those to be looked at first."""
    return _list(queries.stage_for(current_actor(), stage_id), ReasonForm(formdata=None))


@bp.post("/stages/<public_id:stage_id>/conflicts/all")
@requires("review.organize")
def confirm_conflicts(stage_id: str) -> ResponseReturnValue:
    """Confirm those that are ticked, with one reason."""
    actor, form = current_actor(), ReasonForm()
    stage, picked = queries.stage_for(actor, stage_id), request.form.getlist("conflict")
    if not form.validate():
        return _list(stage, form), HTTPStatus.UNPROCESSABLE_ENTITY
    with unit_of_work():
        named = queries.conflicts_named(actor, stage, picked)
        count = services.confirm_conflicts(actor, named, form.reason.data or "")
    if count:
        flash(f"{plural(count, 'conflict')} confirmed.", "good")
    else:
        flash("Nothing was confirmed: tick the conflicts that stand.", "warn")
    return redirect(url_for(".found_conflicts", stage_id=stage_id))


@bp.post("/stages/<public_id:stage_id>/conflicts/file")
@requires("panel.read")
def ask_for_conflicts(stage_id: str) -> ResponseReturnValue:
    """Have the list made into a file, as it is narrowed."""
    stage = queries.stage_for(current_actor(), stage_id)
    form = ConflictFilterForm(queries.conflict_kinds(stage))
    wanted = {"stage": stage.public_id, **asdict(_filters(form))}
    return ask_for(CONFLICTS, f"{stage.cycle.key}-{stage.key}-conflicts", wanted, form.said())


@bp.route("/stages/<public_id:stage_id>/conflicts/<public_id:conflict_id>/lift", methods=["GET", "POST"])
@requires("review.organize")
def lift(stage_id: str, conflict_id: str) -> ResponseReturnValue:
    """Look at one conflict: confirm it, or clear it, saying why."""
    actor, form = current_actor(), ReasonForm()
    stage = queries.stage_for(actor, stage_id)
    conflict = queries.conflict_for(actor, stage, conflict_id)
    confirms = request.form.get("action") == "confirm"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    if form.validate_on_submit():
        act = services.confirm_conflict if confirms else services.lift_conflict
        try:
            with unit_of_work():
                act(actor, queries.conflict_for(actor, stage, conflict_id), form.reason.data or "")
        except Problem as problem:
            form.show(problem)
            status = HTTPStatus(problem.status)
        else:
            flash(
                "The conflict is confirmed."
                if confirms
                else "The conflict is cleared. Assign again if the reviewer is to read the application.",
                "good",
            )
            return redirect(url_for(".found_conflicts", stage_id=stage_id))
    stays = policy.may_lift(actor, conflict.person_id, conflict.source, belongs=queries.still_belongs(conflict)).reason
    page = render_template("review/lift.html", stage=stage, conflict=conflict, form=form, stays=stays)
    return page, status


def _list(stage: CycleStage, reason: ReasonForm) -> str:
    actor, form = current_actor(), ConflictFilterForm(queries.conflict_kinds(stage))
    return render_template(
        "review/found_conflicts.html",
        stage=stage,
        form=form,
        reason=reason,
        picked=request.form.getlist("conflict"),
        page=queries.panel_conflicts(actor, stage, page_asked(), _filters(form)),
    )


def _filters(form: ConflictFilterForm) -> queries.ConflictFilters:
    state, kind, source, like = (str(form[name].data or "") for name in ("state", "kind", "source", "q"))
    return queries.ConflictFilters(state, kind, source, like)
