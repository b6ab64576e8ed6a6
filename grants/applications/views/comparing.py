"""Two versions of an application beside each other."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries
from grants.applications.differences import PartDifference, compare
from grants.applications.models import Submission
from grants.applications.views.blueprint import bp
from grants.applications.views.files import file_address
from grants.kernel.errors import Missing
from grants.web.access import current_actor, requires

DRAFT = "draft"


@bp.get("/submissions/<public_id:submission_id>/changes")
@requires("application.read")
def changes(submission_id: str) -> ResponseReturnValue:
    """What changed since an earlier version: `since` names it by its number, the one before unless told otherwise.

    The applicant's own people also see, with `to=draft`, what their draft changes of a version.
    """
    later = queries.submission_for(current_actor(), submission_id)
    versions = queries.submissions_of(later.application)
    to_draft = request.args.get("to") == DRAFT
    if to_draft:
        queries.own_application(current_actor(), later.application.public_id)
    number = request.args.get("since", later.number if to_draft else later.number - 1, type=int)
    earlier = next((one for one in versions if one.number == number), None)
    if earlier is None:
        raise Missing("There is no earlier version to compare with.")
    parts = _draft_changes(earlier) if to_draft else _changes(earlier, later)
    return render_template(
        "applications/changes.html",
        earlier=earlier,
        later=None if to_draft else later,
        versions=versions,
        parts=parts,
        changed=sum(part.changed for part in parts),
        everything=request.args.get("all") == "yes",
    )


def _changes(earlier: Submission, later: Submission) -> tuple[PartDifference, ...]:
    def address(file: str) -> str:
        return url_for(".submitted_file", submission_id=later.public_id, file_id=file)

    return compare(queries.read_submission(earlier), queries.read_submission(later, file_url=address))


def _draft_changes(earlier: Submission) -> tuple[PartDifference, ...]:
    application = earlier.application
    return compare(
        queries.read_submission(earlier), queries.read_draft(application, file_url=file_address(application))
    )
