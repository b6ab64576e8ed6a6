"""What a reviewer reads beside the scorecard, on paper too, and notes for themselves."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework import downloads
from grants.kernel.errors import Clash, Invalid, Problem
from grants.persistence.session import unit_of_work
from grants.review import queries, services
from grants.review.forms import level_words, mark_words, part_words, scorecard_form
from grants.review.models import Assignment
from grants.review.reading_models import PrivateNotes
from grants.review.views.blueprint import bp
from grants.review.views.desk import Noted, desk_page, is_blind, line_of, moment_words, parts_of
from grants.web.access import current_actor, requires


@bp.get("/assignments/<public_id:assignment_id>/files/<public_id:file_id>")
@requires("review.score")
def file(assignment_id: str, file_id: str) -> ResponseReturnValue:
    """A file of the submission, or of an earlier one that the program shows."""
    assignment = queries.assignment_for(current_actor(), assignment_id)
    stored, name = queries.file_for(assignment, file_id)
    return downloads.attachment(stored, name)


@bp.get("/assignments/<public_id:assignment_id>/earlier/<key>")
@requires("review.score")
def earlier(assignment_id: str, key: str) -> ResponseReturnValue:
    """What the same applicant submitted in an earlier stage."""
    assignment = queries.assignment_for(current_actor(), assignment_id)
    submission = queries.earlier_submission(assignment, key)
    return render_template(
        "review/earlier.html",
        assignment=assignment,
        submission=submission,
        blind=is_blind(assignment),
        parts=parts_of(assignment, submission),
    )


@bp.get("/assignments/<public_id:assignment_id>/paper")
@requires("review.score")
def paper(assignment_id: str) -> ResponseReturnValue:
    """The application and its scorecard to print, as it stands or empty, to mark with a pen."""
    actor = current_actor()
    assignment = queries.assignment_for(actor, assignment_id)
    rubric, card = queries.rubric_of(assignment.stage), queries.card_of(assignment.scorecard)
    return render_template(
        "review/paper.html",
        assignment=assignment,
        name=queries.name_for(assignment),
        form_title=queries.form_title(assignment.stage),
        blind=is_blind(assignment),
        rubric=rubric,
        card=card,
        empty="empty" in request.args,
        total=line_of(assignment).total,
        parts=parts_of(assignment, assignment.submission),
        evidence=queries.earlier_evidence(assignment),
        notes=queries.notes_of(actor, assignment),
        level_words=level_words,
        mark_words=mark_words,
        part_words=part_words,
    )


@bp.post("/assignments/<public_id:assignment_id>/notes")
@requires("review.score")
def notes(assignment_id: str) -> ResponseReturnValue:
    """Keep what a reviewer notes for themselves; answers a page that saves by itself with the line that says so."""
    actor, typed = current_actor(), _typed_notes()
    problem: Problem | None = None
    try:
        with unit_of_work():
            assignment = queries.assignment_for(actor, assignment_id)
            services.save_notes(actor, assignment, typed, _based_on())
    except (Clash, Invalid) as refused:
        problem = refused
    assignment = queries.assignment_for(actor, assignment_id)
    kept = queries.notes_of(actor, assignment)
    noted = Noted(kept, typed, problem.sentence, _differs(assignment, typed, kept)) if problem else Noted(kept)
    status = problem.status if problem else HTTPStatus.OK
    if "HX-Request" in request.headers:
        when = moment_words(assignment)
        return render_template("review/_noted.html", noted=noted, when=when, swap=problem is None), status
    if problem is None:
        return redirect(url_for(".scorecard", assignment_id=assignment_id, _anchor="notes"))
    form = scorecard_form(queries.rubric_of(assignment.stage), assignment.scorecard, filled=True)
    return desk_page(assignment, form, noted=noted), status


def _typed_notes() -> dict[str, str]:
    return {name.removeprefix("note-"): text for name, text in request.form.items() if name.startswith("note-")}


def _based_on() -> int:
    version = request.form.get("notes-version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else -1


def _differs(assignment: Assignment, typed: Mapping[str, str], kept: PrivateNotes | None) -> list[tuple[str, str]]:
    """(place in words, what is kept) where that is not what was typed."""
    saved = kept.texts if kept else {}
    titles = {part.key: part.title for part in parts_of(assignment, assignment.submission)}
    return [
        (titles.get(place, "On the whole"), saved.get(place, "Nothing"))
        for place in queries.places_to_note(assignment)
        if saved.get(place, "") != typed.get(place, "").strip()
    ]
