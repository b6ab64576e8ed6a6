"""The blueprint, what leads to it, and what its views share."""

from flask import Blueprint

from grants.applications import queries
from grants.applications.models import Application
from grants.kernel.roles import Role
from grants.web.access import current_actor
from grants.web.navigation import register_nav

bp = Blueprint("applications", __name__)

for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.FINANCE_OFFICER, Role.AUDITOR, Role.PARTNER_FUNDER):
    register_nav(_role, "Applications", "applications.applications", 30, ("/applications", "/submissions"))
for _role, _label in ((Role.APPLICANT, "Applications"), (Role.COACH, "Drafts")):
    register_nav(
        _role, _label, "applications.ours", 20, ("/our/applications", "/applications", "/submissions", "/readiness")
    )


def the_application(public_id: str) -> Application:
    """The application of a URL.

    raises   Missing when there is none that the actor may know of
    """
    return queries.application_for(current_actor(), public_id)
