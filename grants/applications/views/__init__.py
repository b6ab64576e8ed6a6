"""Pages of applications: the applicant's draft, submitting, and the staff's list and screening."""

from grants.applications.views import comparing, drafting, files, history, presence, staff, submitting
from grants.applications.views.blueprint import bp

__all__ = ["bp", "comparing", "drafting", "files", "history", "presence", "staff", "submitting"]
