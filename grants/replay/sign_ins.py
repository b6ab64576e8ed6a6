"""Whom one can be in the demonstration: one sign-in for each role, and what waits for them there."""

from typing import Final

PASSWORD: Final = "harbor lights 2016"  # noqa: S105 - of invented people, and said by the demonstration

SIGN_INS: Final = (
    ("Applicant", "principal@fruitvale-prep.example", "an idea to finish, and soon an answer"),
    (
        "Applicant, grantee",
        "principal@urban-promise.example",
        "an installment to ask for, and a second school to look at",
    ),
    ("Applicant, pitching", "principal@tidewater.example", "a pitch to confirm, slides to upload"),
    ("Coach", "coach@mdc.example", "a draft to read and comment on"),
    ("Reviewer", "reviewer@panel.example", "ideas to score, conflicts to declare"),
    ("Reviewer, asked", "invited@panel.example", "a panel to join: terms, profile, conflicts, a sample"),
    ("Partner funder", "partner@funders.example", "a slate to approve"),
    (
        "Program officer",
        "officer@foundation.example",
        "reviewers to assign, a late check-in, later letters and release",
    ),
    ("Finance officer", "finance@foundation.example", "a payment to approve, one to pay"),
    ("Director", "director@foundation.example", "a slate to approve, later agreements to countersign"),
    ("Auditor", "auditor@foundation.example", "the record to verify"),
    ("Administrator", "administrator@foundation.example", "an invitation nobody has answered"),
)
