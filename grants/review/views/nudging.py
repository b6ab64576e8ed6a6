"""Staff remind reviewers whose scorecards are waited for."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.forms import NudgeForm
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.filters import listing, plural
from grants.web.tables import page_asked


@bp.route("/stages/<public_id:stage_id>/remind", methods=["GET", "POST"])
@requires("review.organize")
def nudge(stage_id: str) -> ResponseReturnValue:
    """Who has scorecards open; those ticked are reminded, in words that are shown first."""
    actor, form = current_actor(), NudgeForm()
    stage = queries.stage_for(actor, stage_id)
    chosen = request.form.getlist("members")
    if request.method == "GET" or request.form.get("do") != "send":
        return _page(stage, form, chosen)
    if not form.validate():
        return _page(stage, form, chosen), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            told, spared = services.nudge(actor, queries.stage_for(actor, stage_id), chosen, form.note.data or "")
    except Problem as problem:
        form.show(problem)
        return _page(stage, form, chosen), problem.status
    if told:
        flash(f"{plural(len(told), 'reviewer')} reminded: {listing(told)}.", "good")
    if spared:
        has = "was" if len(spared) == 1 else "were"
        flash(f"{listing(spared)} {has} reminded within the last day already, and not again.", "warn")
    return redirect(url_for(".panel", stage_id=stage_id))


def _page(stage: CycleStage, form: NudgeForm, chosen: list[str]) -> str:
    page, note = queries.waiting_members(current_actor(), stage, page_asked()), form.note.data or ""
    sample = services.nudge_sample(page.items[0], note) if page.items else None
    return render_template("review/nudge.html", stage=stage, form=form, chosen=chosen, page=page, sample=sample)
