"""What is said in mail to reviewers."""

from typing import Final

from grants.messages.texts.template import Template

TEMPLATES: Final[dict[str, Template]] = {
    "review.asked": Template(
        "Will you review for {stage}?",
        "Dear {name},\n\n"
        "{invited_by} asks you, for {funder}, to join the panel that reviews {stage}, {cycle}.\n\n"
        "What is asked: {work}.\n\n"
        "You say yes or no on this page, where the rest is explained. It is yours alone, and stands until {until}:\n"
        "{panel_link}\n\n"
        "Until you say yes, nothing changes for you. If this mail is not meant for you, there is nothing to do.",
    ),
    "review.answered": Template(
        "{who}: {answer} to the panel for {stage}",
        "Dear {name},\n\n{sentence}\n\nThe panel, and who has not answered yet:\n{link}",
    ),
    "review.left": Template(
        "{who} has left the panel for {stage}",
        "Dear {name},\n\n{who} has left the panel for {stage} ({cycle}): “{reason}”\n\nWhat they had not submitted is "
        "open again; what they submitted stays as it is. The panel:\n{link}",
    ),
    "review.assigned": Template(
        "For you to review: {applications}, {stage}",
        "Dear {name},\n\nYou have {applications} to review for {stage} ({cycle}). Your pile is here:\n{link}",
    ),
    "review.due": Template(
        "Still to review: {stage}, {cycle}",
        "Dear {name},\n\n{scorecards} for {stage} ({cycle}) {are} still open.{when}{first}{note}\n\n"
        "Your pile is here:\n{link}",
    ),
    "review.declare": Template(
        "Before you can review: {stage}, {cycle}",
        "Dear {name},\n\nNothing of {stage} ({cycle}) can be given to you to review before you have declared your "
        "conflicts of interest. {first}{note}\n\nIt is a few minutes’ work, here:\n{link}",
    ),
    "review.declare_later": Template(
        "Applicants to declare on: {stage}, {cycle}",
        "Dear {name},\n\n{later} come since you declared your conflicts of interest for {stage} ({cycle}). Please look "
        "through the names: nothing else of theirs shows before.{note}\n\n{link}",
    ),
    "review.reopened": Template(
        "Your scorecard was reopened: {stage}",
        "Dear {name},\n\n"
        "A scorecard of yours in the {stage} is open again, and does not count until you submit it anew. "
        "The reason: {reason}\n\n{link}",
    ),
    "review.pitch_reopened": Template(
        "Your score of a pitch was opened again: {stage}",
        "Dear {name},\n\n"
        "What you gave a pitch in the {stage} is open again, and does not count until you submit it anew. "
        "The reason: {reason}\n\n{link}",
    ),
}
