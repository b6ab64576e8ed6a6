"""An officer learns that a member of the panel is tied to an applicant, and notes it for them."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Missing, Problem
from grants.persistence.session import unit_of_work
from grants.review import queries, services
from grants.review.conflict_forms import NotedTieForm
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires


@bp.route("/stages/<public_id:stage_id>/applications/<public_id:application_id>/tied", methods=["GET", "POST"])
@requires("review.organize")
def note_tie(stage_id: str, application_id: str) -> ResponseReturnValue:
    """Note a conflict of interest of somebody else on the panel; the application leaves their pile at once."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    application = queries.application_under_review(actor, stage, application_id)
    people = {one.public_id: one.person.name for one in queries.open_members(actor, stage, application.case_id)}
    form = NotedTieForm(queries.conflict_kinds(stage), people)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with unit_of_work():
                stage = queries.stage_for(actor, stage_id)
                case = queries.application_under_review(actor, stage, application_id).case
                person = queries.member_of(stage, form.member.data).person
                services.note_conflict(actor, case, person, form.reason.data or "", form.kind.data)
                name = person.name
        except Missing:
            raise
        except Problem as problem:
            form.show(problem)
            status = HTTPStatus(problem.status)
        else:
            flash(f"Noted. The application is closed to {name} from now on.", "good")
            return redirect(url_for(".reviewers", stage_id=stage_id, application_id=application_id))
    stage = queries.stage_for(actor, stage_id)
    application = queries.application_under_review(actor, stage, application_id)
    return render_template("review/note_tie.html", stage=stage, application=application, form=form), status
