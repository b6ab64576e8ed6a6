"""The scorecard beside the document."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from grants.kernel.errors import Clash, Problem
from grants.persistence.session import unit_of_work
from grants.review import queries, services
from grants.review.conflict_forms import TieForm
from grants.review.forms import ScorecardForm, changed_elsewhere, scorecard_form
from grants.review.marking import SavedLine
from grants.review.models import Assignment
from grants.review.states import ScorecardState
from grants.review.views.blueprint import bp
from grants.review.views.desk import desk_page, is_blind, line_of
from grants.web.access import current_actor, requires


@bp.route("/assignments/<public_id:assignment_id>", methods=["GET", "POST"])
@requires("review.score")
def scorecard(assignment_id: str) -> ResponseReturnValue:
    """Read, mark, comment; save, skip, or submit and open the next."""
    assignment = queries.assignment_for(current_actor(), assignment_id)
    form = scorecard_form(queries.rubric_of(assignment.stage), assignment.scorecard)
    if not form.is_submitted():
        return desk_page(assignment, form)
    if not form.validate():
        return desk_page(assignment, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _keep(assignment_id, form)
        if request.form.get("action") == "submit":
            _hand_in(assignment_id)
    except Problem as problem:
        return _refused(assignment_id, form, problem)
    return _onwards(assignment_id, request.form.get("action", ""))


@bp.post("/assignments/<public_id:assignment_id>/save")
@requires("review.score")
def autosave(assignment_id: str) -> ResponseReturnValue:
    """Keep what stands on the page; answers with the line that says so.

    It comes more often than anything else: the assignment is looked up once, where it is written on.
    """
    actor = current_actor()
    try:
        with unit_of_work():
            assignment = queries.assignment_to_mark(actor, assignment_id)
            form = scorecard_form(queries.rubric_of(assignment.stage), None)
            if refusal := form.refusal():
                raise refusal
            _write(assignment, form)
            kept = line_of(assignment)
    except Problem as problem:
        kept = line_of(queries.assignment_for(actor, assignment_id))
        clashes = isinstance(problem, Clash) and kept.state != ScorecardState.SUBMITTED
        return _said(kept, problem.sentence, clashes=clashes), problem.status
    return _said(kept), HTTPStatus.OK


def _said(kept: SavedLine, sentence: str | None = None, *, clashes: bool = False) -> str:
    """The line that says what is kept; `sentence` why what was typed is not."""
    return render_template(
        "review/_row_saved.html" if "row" in request.args else "review/_saved.html",
        kept=kept,
        clashes=clashes,
        sentence=sentence,
        swap=sentence is None,
    )


def _keep(assignment_id: str, form: ScorecardForm) -> None:
    with unit_of_work():
        _write(queries.assignment_to_mark(current_actor(), assignment_id), form)


def _write(assignment: Assignment, form: ScorecardForm) -> None:
    card = form.card()
    services.save_scorecard(current_actor(), assignment, card.marks, card.comments, form.comment.data, form.based_on)


def _hand_in(assignment_id: str) -> None:
    """Submitting is a transaction of its own: when something is missing, what was typed is kept all the same."""
    actor = current_actor()
    with unit_of_work():
        services.submit_scorecard(actor, queries.assignment_for(actor, assignment_id))


def _refused(assignment_id: str, form: ScorecardForm, problem: Problem) -> ResponseReturnValue:
    """The page again with everything typed, and what stands saved beside it where they differ."""
    assignment = queries.assignment_for(current_actor(), assignment_id)
    saved = assignment.scorecard
    if queries.is_submitted(assignment):
        raise problem
    form.show(problem)
    differs = changed_elsewhere(queries.rubric_of(assignment.stage), form, saved) if isinstance(problem, Clash) else []
    # Whoever has read both may press again: now it rests on the version that was shown.
    form.version.raw_data, form.version.data = None, str(saved.version if saved else 0)
    return desk_page(assignment, form, differs), problem.status


def _onwards(assignment_id: str, action: str) -> Response:
    actor = current_actor()
    assignment = queries.assignment_for(actor, assignment_id)
    from_grid = request.form.get("back") == "grid"
    if action not in {"submit", "skip"}:
        flash("Saved.", "good")
        if from_grid:
            return redirect(url_for(".grid", stage_id=assignment.stage.public_id))
        return redirect(url_for(".scorecard", assignment_id=assignment_id))
    pile = queries.place_of(actor, assignment)
    if action == "submit":
        left = pile.open
        flash(f"Submitted. {f'{left} to go.' if left else 'That was the last one: thank you.'}", "good")
    if from_grid and pile.open:
        return redirect(url_for(".grid", stage_id=assignment.stage.public_id))
    if pile.next is None:
        return redirect(url_for(".assignments"))
    return redirect(url_for(".scorecard", assignment_id=pile.next))


@bp.route("/assignments/<public_id:assignment_id>/conflict", methods=["GET", "POST"])
@requires("review.score")
def recuse(assignment_id: str) -> ResponseReturnValue:
    """“I have a conflict”: say of which kind, and what it is; the application closes at once."""
    actor = current_actor()
    assignment = queries.assignment_for(actor, assignment_id)
    form = TieForm(queries.conflict_kinds(assignment.stage))
    if form.validate_on_submit():
        with unit_of_work():
            case = queries.assignment_for(actor, assignment_id).submission.application.case
            services.declare_conflict(actor, case, form.reason.data or "", form.kind.data)
        flash("Your conflict is on record, and the application has left your pile.", "good")
        return redirect(url_for(".assignments"))
    page = render_template("review/recuse.html", assignment=assignment, form=form, blind=is_blind(assignment))
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
