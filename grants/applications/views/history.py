"""What an answer was before, and bringing it back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.content import Content
from grants.applications.differences import Difference, item_difference
from grants.applications.models import AnswerVersion
from grants.applications.overview import Overview
from grants.applications.reading import read_one
from grants.applications.services import Write
from grants.applications.views.blueprint import bp
from grants.applications.views.drafting import the_draft
from grants.kernel.errors import Missing
from grants.persistence.session import unit_of_work
from grants.programs.schema import AnyField, FileField
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@bp.get("/applications/<public_id:application_id>/history/<field_key>")
@requires("application.comment")
def history(application_id: str, field_key: str) -> ResponseReturnValue:
    """Every text an answer ever had, with what each changed; of a file field every file."""
    view = the_draft(application_id)
    attached = next((one for one in queries.file_fields(view.form) if one.key == field_key), None)
    return _files_page(view, attached) if attached else _history_page(view, field_key)


def _files_page(view: Overview, asked: FileField) -> str:
    page = queries.files_of(view.application, asked.key, page_asked())
    submitted: dict[str, list[int]] = {}
    for submission in reversed(queries.submissions_of(view.application)):
        for file in submission.content["files"]:
            submitted.setdefault(file["file"], []).append(submission.number)
    return render_template(
        "applications/file_history.html",
        view=view,
        asked=asked,
        section=view.form.section_of(asked.key),
        page=page,
        submitted=submitted,
    )


def _history_page(view: Overview, field_key: str) -> str:
    asked = _asked(view, field_key)
    section = view.form.section_of(field_key)
    present = view.drafted.get(field_key)
    page = queries.history_of(view.application, field_key, page_asked())
    return render_template(
        "applications/history.html",
        view=view,
        asked=asked,
        section=section,
        page=page,
        present=present,
        differences=[_change(asked, one.before, one.version) for one in page.items],
        stands=[
            present is not None
            and Content(one.version.value, one.version.typed) == Content(present.value, present.typed)
            for one in page.items
        ],
        can_restore=view.rights.write and next(one for one in view.sections if one.key == section.key).open,
    )


def _change(asked: AnyField, before: AnswerVersion | None, after: AnswerVersion) -> Difference:
    now_said = read_one(asked, after.value, after.typed)
    return item_difference(read_one(asked, before.value, before.typed) if before else now_said, now_said)


@bp.post("/applications/<public_id:application_id>/history/<field_key>")
@requires("application.write")
def restore(application_id: str, field_key: str) -> ResponseReturnValue:
    """Write a text of the history anew, as a new version: `place` names it, `version` is what stood on the page."""
    view = the_draft(application_id)
    asked = _asked(view, field_key)
    place, based_on = request.form.get("place", 0, type=int), request.form.get("version", 0, type=int)
    old = queries.written_at_place(view.application, field_key, place)
    with unit_of_work():
        typed = old.value if old.typed is None else old.typed
        outcome = services.save_answers(current_actor(), view.application, {field_key: Write(typed, based_on)})
        stale = outcome.stale.get(field_key)
        refusal = stale.sentence if stale else ""
    if refusal:
        flash(f"{refusal} Look at what stands now, and bring yours back if it should take its place.", "warn")
        return _history_page(the_draft(application_id), field_key), 409
    flash("The earlier text stands again.", "good")
    section = view.form.section_of(field_key)
    address = url_for(".section", application_id=application_id, section_key=section.key)
    return redirect(f"{address}#field-{asked.key}")


def _asked(view: Overview, field_key: str) -> AnyField:
    asked = next((one for one in view.form.all_fields() if one.key == field_key), None)
    if asked is None or isinstance(asked, FileField):
        raise Missing("The form has no such question.")
    return asked
