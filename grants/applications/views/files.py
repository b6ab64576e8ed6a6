"""Attachments: taken in after a look at their content, given out only as downloads."""

from collections.abc import Callable

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from grants.applications import queries, services
from grants.applications.models import Application
from grants.applications.overview import draft
from grants.applications.uploads import examine
from grants.applications.views.blueprint import bp, the_application
from grants.applications.views.questions import room_of
from grants.casework import downloads, files
from grants.kernel.errors import Invalid, Missing, Problem
from grants.persistence.session import unit_of_work
from grants.programs.schema import FileField, Section
from grants.web.access import current_actor, requires


def attach_all(found: Application, asked: Section) -> dict[str, str]:
    """Attach every file that the request carries for a section; what was refused, in a sentence by field key."""
    refused: dict[str, str] = {}
    for key, one in asked.fields.items():
        if not isinstance(one, FileField):
            continue
        for upload in request.files.getlist(key):
            if not upload.filename:
                continue
            try:
                _attach(found, one, upload)
            except Problem as problem:
                refused[key] = problem.sentence
    return refused


def _attach(found: Application, asked: FileField, upload: FileStorage) -> None:
    name = upload.filename or ""
    content = upload.stream.read(asked.at_most_mb * 2**20 + 1)  # of what is too large only enough to see that it is
    kind = examine(asked, name, content)
    services.require_attachable(current_actor(), found, asked.key, len(content))
    kept = files.put(content, name, kind)
    with unit_of_work():
        services.attach(current_actor(), found, asked.key, kept)


@bp.post("/applications/<public_id:application_id>/files/<field_key>")
@requires("application.write")
def attach(application_id: str, field_key: str) -> ResponseReturnValue:
    """Take in one file as soon as it was chosen (drafting.js); answers with the files as they stand now."""
    found = the_application(application_id)
    asked = _file_field(found, field_key)
    upload = request.files.get(field_key)
    if upload is None or not upload.filename:
        raise Invalid("No file was sent.", {field_key: "No file was sent."})
    _attach(found, asked, upload)
    view = draft(found)
    return render_template(
        "applications/_files.html",
        application_id=application_id,
        key=field_key,
        files=view.files.get(field_key, ()),
        has_history=field_key in queries.fields_with_earlier_files(found),
        room=room_of(view),
    )


def _file_field(found: Application, key: str) -> FileField:
    for one in queries.file_fields(queries.form_of(found)):
        if one.key == key:
            return one
    raise Missing("The form has no such question.")


def file_address(found: Application) -> Callable[[str], str]:
    """Gives the address of a draft's files by their public ids."""
    return lambda file_id: url_for(".attachment", application_id=found.public_id, file_id=file_id)


@bp.get("/applications/<public_id:application_id>/files/<public_id:file_id>")
@requires("application.comment")
def attachment(application_id: str, file_id: str) -> ResponseReturnValue:
    """A file of a draft, for the applicant's own people and their coaches."""
    return downloads.attachment(queries.draft_file(current_actor(), application_id, file_id))


@bp.get("/submissions/<public_id:submission_id>/files/<public_id:file_id>")
@requires("application.read")
def submitted_file(submission_id: str, file_id: str) -> ResponseReturnValue:
    """A file of a submission, for whoever may read that."""
    submission = queries.submission_for(current_actor(), submission_id)
    return downloads.attachment(queries.submitted_file(submission, file_id))
