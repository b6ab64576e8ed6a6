"""The blueprint, what leads to it, and what its views share."""

from flask import Blueprint, flash, request, url_for

from grants.applications import queries
from grants.applications.models import Application
from grants.kernel.errors import Missing
from grants.kernel.roles import Role
from grants.web.access import current_actor
from grants.web.errors import forward_by
from grants.web.navigation import register_nav

bp = Blueprint("applications", __name__)

for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.FINANCE_OFFICER, Role.AUDITOR, Role.PARTNER_FUNDER):
    register_nav(_role, "Applications", "applications.applications", 30, ("/applications", "/submissions"))
for _role, _label in ((Role.APPLICANT, "Applications"), (Role.COACH, "Drafts")):
    register_nav(
        _role, _label, "applications.ours", 20, ("/our/applications", "/applications", "/submissions", "/readiness")
    )


def _draft_that_goes_on() -> str | None:
    """Where the pages of a draft went that was set aside when two organizations were made one."""
    arguments = request.view_args or {}
    if request.blueprint != bp.name or "application_id" not in arguments:
        return None
    try:
        goes_on = queries.draft_that_goes_on(current_actor(), arguments["application_id"])
    except Missing:
        return None
    flash("This draft was set aside when two organizations were made one. This is the one that goes on.", "warn")
    return url_for(".application", application_id=goes_on.public_id)


forward_by(_draft_that_goes_on)


def the_application(public_id: str) -> Application:
    """The application of a URL.

    raises   Missing when there is none that the actor may know of
    """
    return queries.application_for(current_actor(), public_id)
