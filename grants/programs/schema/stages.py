"""Application stages: form, eligibility, review, pitch, decision, what follows an award."""

from typing import Annotated, Literal

from pydantic import Field

from grants.programs.schema.base import Key, Named, Part
from grants.programs.schema.deciding import DecisionRules, Pitch, ReviewRules
from grants.programs.schema.entry import DiscoveryStage, EntryRule
from grants.programs.schema.values import Day, Flag, Minutes

Outcome = Literal["award", "waitlist", "decline"]
OUTCOMES: tuple[Outcome, ...] = ("award", "waitlist", "decline")


class EligibilityQuestion(Part):
    """Asked before anything else; the wrong answer says why the applicant cannot go on."""

    key: Key
    question: str
    must_be: Flag = True
    sentence: str = Field(description="Said when the answer is the other one: why, and what to do.")


class ApplicationStage(Named):
    """A step that ends in awards: form → screening → review → (pitch) → decision → award."""

    kind: Literal["application"]
    enter: EntryRule = Field(EntryRule(open=True), description="Who may apply; left out, anyone.")
    eligibility: tuple[EligibilityQuestion, ...] = ()
    form: Key
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
