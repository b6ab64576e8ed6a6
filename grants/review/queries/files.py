"""Files that a reviewer may open: those of the submission they read, and of earlier ones the program shows."""

from pathlib import PurePath

from sqlalchemy import select

from grants.applications.models import Submission
from grants.casework.models import StoredFile
from grants.kernel.errors import Missing
from grants.persistence.session import db
from grants.review.models import Assignment
from grants.review.queries.evidence import earlier_evidence
from grants.review.queries.panel import review_rules


def file_for(assignment: Assignment, public_id: str) -> tuple[StoredFile, str]:
    """A file, and the name under which this reviewer gets it; a blind stage does not give its own name away.

    raises   Missing when no submission that the reviewer may read holds it
    """
    earlier = [one.submission for one in earlier_evidence(assignment) if one.submission is not None]
    for submission in (assignment.submission, *earlier):
        place = _place(submission, public_id)
        if place is not None:
            stored = db.session.scalar(select(StoredFile).where(StoredFile.public_id == public_id))
            if stored is not None:
                blind = review_rules(assignment.stage).identity == "blind"
                return stored, f"Attachment {place}{PurePath(stored.name).suffix}" if blind else stored.name
    raise Missing("There is no such file.")


def _place(submission: Submission, public_id: str) -> int | None:
    """The file's place among those of its field, from 1, as the page numbers them."""
    files = submission.content["files"]
    for file in files:
        if file["file"] == public_id:
            same = [one["file"] for one in files if one["field"] == file["field"]]
            return same.index(public_id) + 1
    return None
