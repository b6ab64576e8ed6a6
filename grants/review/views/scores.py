"""What the scores say: the ranking with its doubts beside it, one application in detail, the same as a file."""

from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.review import queries, services
from grants.review.forms import ReasonForm, ScoreFilterForm, mark_words, part_words
from grants.review.queries import StageResults
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.tables import page_asked, sort_asked

ONE_PLACE: Final = Decimal("0.1")

COLUMNS: Final[tuple[str, ...]] = (
    *("Place", "Applicant", "Sector", "Grades", "Scorecards", "Reviewers", "Mean", "Spread", "Adjusted mean"),
    *("Rank from", "Rank to", "Essential criteria", "Totals by reviewer"),
)


@bp.get("/stages/<public_id:stage_id>/scores")
@requires("review.read")
def scores(stage_id: str) -> ResponseReturnValue:
    """The applications by raw mean, with everything that qualifies it."""
    actor, form, asked = current_actor(), ScoreFilterForm(), sort_asked(queries.SORTS, "-mean")
    stage = queries.stage_for(actor, stage_id)
    filters = queries.ScoreFilters(form.q.data or "", f"{'-' if asked.descending else ''}{asked.key}")
    numbers, page = queries.score_page(actor, stage, filters, page_asked())
    return render_template("review/scores.html", stage=stage, numbers=numbers, page=page, form=form)


@bp.get("/stages/<public_id:stage_id>/scores.<form>")
@requires("review.read")
def download(stage_id: str, form: str) -> ResponseReturnValue:
    """The same as CSV or XLSX."""
    actor = current_actor()
    results = queries.stage_scores(actor, queries.stage_for(actor, stage_id))
    numbers = results.numbers
    columns = COLUMNS + tuple(f"Mean of {one.title}" for one in numbers.rubric.scored)
    return export(form, f"{numbers.stage.cycle.key}-{numbers.stage.key}-scores", columns, _cells(results))


def _cells(results: StageResults) -> Iterator[tuple[Any, ...]]:
    for row in results.rows:
        spread = row.score.spread if row.score else None
        yield (
            results.numbers.places.get(row.application_id),
            row.name,
            row.organization.sector,
            row.organization.grades,
            len(row.given),
            row.assigned,
            row.mean,
            spread,
            None if row.adjusted is None else Decimal(row.adjusted).quantize(ONE_PLACE),
            row.rank_low,
            row.rank_high,
            "; ".join(f"{one.title}: failed by {one.failed_by} of {one.n}" for one in row.essentials if one.failed_by),
            "; ".join(f"{one.reviewer}: {one.total if one.total is not None else 'abstained'}" for one in row.given),
            *(row.criteria.get(one.key) for one in results.numbers.rubric.scored),
        )


@bp.get("/stages/<public_id:stage_id>/scores/<public_id:application_id>")
@requires("review.read")
def application(stage_id: str, application_id: str) -> ResponseReturnValue:
    """One application, criterion by criterion, with what each reviewer wrote."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    numbers, row = queries.scores_of(actor, stage, application_id)
    return render_template(
        "review/application.html",
        stage=stage,
        numbers=numbers,
        row=row,
        card_of=queries.card_of,
        mark_words=mark_words,
        part_words=part_words,
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
    return render_template("review/reopen.html", stage=stage, assignment=assignment, form=form), status
