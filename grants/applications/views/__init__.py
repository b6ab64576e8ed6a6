"""Pages of applications: the applicant's draft, submitting, and the staff's list, screening and messages."""

from grants.applications.views import (
    coaching,
    commenting,
    comparing,
    drafting,
    files,
    history,
    mailing,
    presence,
    previewing,
    readiness,
    screening,
    staff,
    submitting,
)
from grants.applications.views.blueprint import bp

__all__ = [
    "bp",
    "coaching",
    "commenting",
    "comparing",
    "drafting",
    "files",
    "history",
    "mailing",
    "presence",
    "previewing",
    "readiness",
    "screening",
    "staff",
    "submitting",
]
