"""What is said in mail to reviewers."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
    "review.invited": Template(
        "You are asked to review: {stage}, {cycle}",
        "Dear {name},\n\n"
        "{invited_by} asks you to join the panel for {stage} ({cycle}).\n\n"
        "Before any application shows, please say which of the applicants you have a tie with, or that you have none:\n"
        "{link}",
    ),
    "review.assigned": Template(
        "For you to review: {applications}, {stage}",
        "Dear {name},\n\nYou have {applications} to review for {stage} ({cycle}). Your pile is here:\n{link}",
    ),
    "review.due": Template(
        "Still to review: {stage}, {cycle}",
        "Dear {name},\n\n{scorecards} for {stage} ({cycle}) {are} still open.{when}{note}\n\n"
        "Your pile is here:\n{link}",
    ),
    "review.reopened": Template(
        "Your scorecard was reopened: {stage}",
        "Dear {name},\n\n"
        "A scorecard of yours in the {stage} is open again, and does not count until you submit it anew. "
        "The reason: {reason}\n\n{link}",
    ),
}
