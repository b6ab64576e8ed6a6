"""What the scores say: the ranking with its doubts beside it, one application in detail, the same as a file."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.casework.export_views import ask_for
from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.review import queries, services
from grants.review.exports import PITCHES, SCORECARDS, SCORES
from grants.review.forms import ReasonForm, ScoreFilterForm, mark_words, part_words
from grants.review.views.blueprint import bp
from grants.review.views.desk import moment_words
from grants.review.views.replacing import places_on
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked, sort_asked

KINDS: Final = {"scores": SCORES, "scorecards": SCORECARDS, "pitches": PITCHES}


@bp.get("/stages/<public_id:stage_id>/scores")
@requires("review.read")
def scores(stage_id: str) -> ResponseReturnValue:
    """The applications by raw mean, with everything that qualifies it."""
    actor, form = current_actor(), ScoreFilterForm()
    found = queries.stage_scores(actor, queries.stage_for(actor, stage_id))
    page = queries.ranked(actor, found, _filters(form), page_asked())
    return render_template(
        "review/scores.html",
        stage=found.stage,
        scores=found,
        page=page,
        form=form,
        part_words=part_words,
        groups=queries.severity_groups(found),
        order=queries.usual_sort(found),
    )


@bp.post("/stages/<public_id:stage_id>/scores/<any(scores, scorecards, pitches):what>")
@requires("review.read")
def ask_for_scores(stage_id: str, what: str) -> ResponseReturnValue:
    """Have the list made into a file: by application, or every scorecard, or card on a pitch, with its reasons."""
    form = ScoreFilterForm()
    stage = queries.stage_for(current_actor(), stage_id)
    if what == "pitches":
        queries.pitch_rubric_of(stage)  # 404 where nobody pitches
    wanted = {"stage": stage.public_id, **asdict(_filters(form))}
    return ask_for(KINDS[what], f"{stage.cycle.key}-{stage.key}-{what}", wanted, form.said())


def _filters(form: ScoreFilterForm) -> queries.ScoreFilters:
    asked = sort_asked(queries.SORTS, "")
    return queries.ScoreFilters(form.q.data or "", f"{'-' if asked.descending else ''}{asked.key}")


@bp.get("/stages/<public_id:stage_id>/scores/<public_id:application_id>")
@requires("review.read")
def application(stage_id: str, application_id: str) -> ResponseReturnValue:
    """One application, criterion by criterion, with what each reviewer wrote."""
    actor = current_actor()
    found = queries.stage_scores(actor, queries.stage_for(actor, stage_id))
    row = queries.ranked_one(actor, found, application_id)
    written = queries.written_on(actor, row.application_id)
    return render_template(
        "review/application.html",
        stage=found.stage,
        scores=found,
        row=row,
        written=written,
        pitched=queries.pitched_on(actor, row.application_id) if row.pitch else [],
        set_aside=queries.set_aside(actor, row.application_id),
        revisions=queries.revisions_of([one.scorecard.id for one in written]),
        card_of=queries.card_of,
        mark_words=mark_words,
        part_words=part_words,
        **places_on(found.stage, application_id),
    )


@bp.route("/stages/<public_id:stage_id>/assignments/<public_id:assignment_id>/reopen", methods=["GET", "POST"])
@requires("review.organize")
def reopen(stage_id: str, assignment_id: str) -> ResponseReturnValue:
    """Open a submitted scorecard again, saying why."""
    actor, form = current_actor(), ReasonForm()
    stage = queries.stage_for(actor, stage_id)
    assignment = queries.panel_assignment(actor, stage, assignment_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with unit_of_work():
                assignment = queries.panel_assignment(actor, stage, assignment_id)
                services.reopen_scorecard(actor, assignment, form.reason.data or "")
        except Problem as problem:
            form.show(problem)
            status = HTTPStatus(problem.status)
        else:
            flash("The scorecard is open again, and its reviewer has been told.", "good")
            return redirect(url_for(".panel", stage_id=stage_id))
    page = render_template(
        "review/reopen.html",
        stage=stage,
        assignment=assignment,
        form=form,
        history=queries.history_of(actor, assignment),
        when=moment_words(assignment),
    )
    return page, status
