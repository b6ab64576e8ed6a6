"""What a reviewer calls an application."""

from grants.review.models import Assignment
from grants.review.queries.panel import form_title, review_rules


def name_for(assignment: Assignment, place: int) -> str:
    """The applicant's name, or on a blind panel the application's place in the reviewer's pile, counted from 1."""
    if review_rules(assignment.stage).identity == "blind":
        return f"{form_title(assignment.stage)} {place}"
    return assignment.submission.application.case.organization.name
