"""Use cases of applying: start, write, attach, submit, take back, screen."""

from grants.applications.services.asking import ask_to_certify
from grants.applications.services.attaching import attach, remove_attachment, require_attachable
from grants.applications.services.coaching import (
    accept_coaching,
    decline_coaching,
    end_coaching,
    invite_coach,
    name_sections,
)
from grants.applications.services.commenting import (
    answer,
    comment,
    mark_read,
    reopen_comment,
    resolve_comment,
    tell_addressed,
)
from grants.applications.services.consortia import bound_by_submission
from grants.applications.services.mailing import (
    PLACEHOLDERS,
    check_words,
    message_for,
    remind,
    why_not_reminded,
    write_to,
)
from grants.applications.services.presence import is_news, note_presence
from grants.applications.services.readiness import Said, assess
from grants.applications.services.receipts import RECEIPT
from grants.applications.services.reminding import next_reminder
from grants.applications.services.screening import (
    extend_deadline,
    find_eligible,
    find_ineligible,
    override_eligibility,
    return_sections,
    take_as_submitted,
    take_back_override,
    take_back_screening,
)
from grants.applications.services.starting import start
from grants.applications.services.submitting import facts_of, reopen, submit, withdraw
from grants.applications.services.writing import (
    Outcome,
    StaleAnswer,
    Write,
    mark_section,
    save_answers,
)

__all__ = [
    "PLACEHOLDERS",
    "RECEIPT",
    "Outcome",
    "Said",
    "StaleAnswer",
    "Write",
    "accept_coaching",
    "answer",
    "ask_to_certify",
    "assess",
    "attach",
    "bound_by_submission",
    "check_words",
    "comment",
    "decline_coaching",
    "end_coaching",
    "extend_deadline",
    "facts_of",
    "find_eligible",
    "find_ineligible",
    "invite_coach",
    "is_news",
    "mark_read",
    "mark_section",
    "message_for",
    "name_sections",
    "next_reminder",
    "note_presence",
    "override_eligibility",
    "remind",
    "remove_attachment",
    "reopen",
    "reopen_comment",
    "require_attachable",
    "resolve_comment",
    "return_sections",
    "save_answers",
    "start",
    "submit",
    "take_as_submitted",
    "take_back_override",
    "take_back_screening",
    "tell_addressed",
    "why_not_reminded",
    "withdraw",
    "write_to",
]
