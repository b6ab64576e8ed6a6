"""Pages of applications: the applicant's draft, submitting, and the staff's list and screening."""

from grants.applications.views import drafting, files, presence, staff, submitting
from grants.applications.views.blueprint import bp

__all__ = ["bp", "drafting", "files", "presence", "staff", "submitting"]
