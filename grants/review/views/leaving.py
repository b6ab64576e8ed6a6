"""A member leaves a panel after their yes."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.review import queries, services
from grants.review.forms import ReasonForm
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires


@bp.route("/stages/<public_id:stage_id>/leave", methods=["GET", "POST"])
@requires("review.score")
def leave_panel(stage_id: str) -> ResponseReturnValue:
    """What becomes of the pile, and why one leaves."""
    actor, form = current_actor(), ReasonForm()
    stage = queries.stage_for(actor, stage_id)
    [work] = queries.own_waiting(stage, [queries.own_member(actor, stage).id])
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                services.leave_panel(actor, queries.stage_for(actor, stage_id), form.reason.data or "")
        except Problem as problem:
            form.show(problem)
            status = problem.status
        else:
            flash(f"You have left the panel for {stage.title}. Thank you for saying so.", "good")
            return redirect(url_for(".assignments"))
    return render_template("review/leave.html", stage=stage, form=form, work=work), status
