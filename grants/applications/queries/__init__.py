"""Reading applications, always as someone: drafts with their answers, submissions, and the staff's list."""

from grants.applications.queries.drafts import (
    Carried,
    answers_in,
    answers_of,
    application_for,
    attachment_for,
    attachments_of,
    carried_forward,
    coached,
    comments_of,
    deadline_of,
    drafted_answers,
    file_fields,
    file_of,
    form_of,
    members,
    rules_of,
    section_statuses,
    stage_to_start,
    unreadable_in,
)
from grants.applications.queries.history import Written, history_of, written_at_place
from grants.applications.queries.listing import SORTS, ApplicationFilters, applications, every_application, stages
from grants.applications.queries.presence import others_in
from grants.applications.queries.submissions import (
    latest_submissions,
    read_submission,
    submission_for,
    submissions_of,
    submitted_file,
)
from grants.applications.scope import visible_applications
from grants.applications.todos import todos

__all__ = [
    "SORTS",
    "ApplicationFilters",
    "Carried",
    "Written",
    "answers_in",
    "answers_of",
    "application_for",
    "applications",
    "attachment_for",
    "attachments_of",
    "carried_forward",
    "coached",
    "comments_of",
    "deadline_of",
    "drafted_answers",
    "every_application",
    "file_fields",
    "file_of",
    "form_of",
    "history_of",
    "latest_submissions",
    "members",
    "others_in",
    "read_submission",
    "rules_of",
    "section_statuses",
    "stage_to_start",
    "stages",
    "submission_for",
    "submissions_of",
    "submitted_file",
    "todos",
    "unreadable_in",
    "visible_applications",
    "written_at_place",
]
