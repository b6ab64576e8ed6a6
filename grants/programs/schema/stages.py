"""Application stages: form, eligibility, review, pitch, decision, what follows an award."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from grants.programs.schema.base import Key, Named, Part
from grants.programs.schema.deciding import DecisionRules, Pitch, ReviewRules
from grants.programs.schema.entry import DiscoveryStage, EntryRule
from grants.programs.schema.values import Day, Duration, Flag, Minutes, TimeBefore

Outcome = Literal["award", "waitlist", "decline"]
OUTCOMES: tuple[Outcome, ...] = ("award", "waitlist", "decline")


class EligibilityQuestion(Part):
    """Asked before anything else; the wrong answer says why the applicant cannot go on."""

    key: Key
    question: str
    must_be: Flag = True
    sentence: str = Field(description="Said when the answer is the other one: why, and what to do.")


DAYS_IN: Final = {"days": 1, "weeks": 7}


def days_of(length: Duration) -> int:
    """The whole days of a length in days or weeks.

    >>> days_of(Duration(2, "weeks"))
    14
    """
    return length.count * DAYS_IN[length.unit]


_REMINDERS: Final = (Duration(7, "days"), Duration(2, "days"), Duration(0, "days"))
LONGEST_BEFORE: Final = 60
"""The first reminder comes at most so many days before a deadline."""


def _reminders(steps: tuple[Duration, ...]) -> tuple[Duration, ...]:
    for step in steps:
        if step.unit not in DAYS_IN:
            raise ValueError(
                f"“{step} before” is not a day of a reminder; count in days or weeks, such as 7 days before"
            )
        if days_of(step) > LONGEST_BEFORE:
            raise ValueError(f"“{step} before” is too early; a reminder comes at most {LONGEST_BEFORE} days before")
    if len({days_of(step) for step in steps}) < len(steps):
        raise ValueError("the same day is named twice; each reminder has a day of its own")
    return steps


class ApplicationStage(Named):
    """A step that ends in awards: form → screening → review → (pitch) → decision → award."""

    kind: Literal["application"]
    enter: EntryRule = Field(EntryRule(open=True), description="Who may apply; left out, anyone.")
    eligibility: tuple[EligibilityQuestion, ...] = ()
    form: Key
    screening: dict[Key, str] = Field(
        default_factory=dict,
        description="What an officer checks before an application goes on to review: a sentence under each key.",
    )
    remind: Annotated[tuple[TimeBefore, ...], AfterValidator(_reminders)] = Field(
        _REMINDERS,
        description="When those who have not submitted are reminded: the mornings of these days before the deadline, "
        "in days or weeks; `0 days before` is that day itself. An empty list reminds nobody.",
    )
    review: ReviewRules
    pitch: Pitch | None = None
    decision: DecisionRules
    schedule: Key | None = Field(None, description="How an award is paid; left out, all at once when signed.")
    owes: tuple[Key, ...] = Field((), description="Requirements a grantee takes on.")
    indicators: tuple[Key, ...] = Field((), description="What is measured at a grantee.")
    letters: dict[Outcome, Key] = Field(default_factory=dict, description="Left out, the standard letters.")
    grace: Minutes = Field(0, description="How long after closing a submission still counts.")
    opens: Day | None = Field(None, description="Usual dates; a cycle sets its own.")
    closes: Day | None = None
    reviews_due: Day | None = None
    decision_on: Day | None = None


Stage = Annotated[DiscoveryStage | ApplicationStage, Field(discriminator="kind")]
