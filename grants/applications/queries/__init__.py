"""Reading applications, always as someone: drafts with their answers, submissions, and the staff's list."""

from grants.applications.queries.drafts import (
    Carried,
    answers_in,
    answers_of,
    application_for,
    attachment_for,
    attachments_of,
    carried_forward,
    comments_of,
    deadline_of,
    drafted_answers,
    file_fields,
    form_of,
    history_of,
    members,
    rules_of,
    section_statuses,
)
from grants.applications.queries.listing import SORTS, ApplicationFilters, applications, every_application, stages
from grants.applications.queries.submissions import (
    latest_submissions,
    read_submission,
    submission_for,
    submissions_of,
)
from grants.applications.scope import visible_applications
from grants.applications.todos import todos

__all__ = [
    "SORTS",
    "ApplicationFilters",
    "Carried",
    "answers_in",
    "answers_of",
    "application_for",
    "applications",
    "attachment_for",
    "attachments_of",
    "carried_forward",
    "comments_of",
    "deadline_of",
    "drafted_answers",
    "every_application",
    "file_fields",
    "form_of",
    "history_of",
    "latest_submissions",
    "members",
    "read_submission",
    "rules_of",
    "section_statuses",
    "stages",
    "submission_for",
    "submissions_of",
    "todos",
    "visible_applications",
]
