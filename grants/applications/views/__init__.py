"""Pages of applications: the applicant's draft, submitting, and the staff's list and screening."""

from grants.applications.views import coaching, comparing, drafting, files, history, presence, staff, submitting
from grants.applications.views.blueprint import bp

__all__ = ["bp", "coaching", "comparing", "drafting", "files", "history", "presence", "staff", "submitting"]
