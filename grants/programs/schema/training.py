"""What reviewers accept and try before the real pile opens: terms, and samples with the scores of those who know."""

from typing import Final, Self

from pydantic import Field, model_validator

from grants.programs.schema.base import Key, Keyed, Named, Part
from grants.programs.schema.values import Count, Flag

STANDARD_TERMS: Final = (
    "## What you read stays with you\n\n"
    "Applications hold what schools and people have told us in confidence. You use them to review, and for nothing "
    "else. You do not pass them on, quote them, or speak of them outside the panel, neither now nor after the "
    "decisions, and you give no part of them to a service that keeps or learns from what it is given.\n\n"
    "## You judge by the rubric alone\n\n"
    "You read every application yourself, mark it by the descriptions, and say why where a reason is asked for. You do "
    "not write to applicants about their applications, and they do not learn what you gave.\n\n"
    "## You keep away from what you are tied to\n\n"
    "Before anything of an application shows you name every applicant you are tied to by work, family, money, "
    "friendship or rivalry. A tie that comes to light later you name at once.\n\n"
    "## What we keep\n\n"
    "- Your scores and reasons are part of the record of the decision. The foundation's staff and its auditor read "
    "them with your name.\n"
    "- That you accepted these terms is on record, with the time and the text.\n"
    "- When your part is done, you keep no copies."
)


class Anchor(Part):
    """How those who know the rubric marked one criterion of a sample, and why: a mark, or yes or no for an essential
    one."""

    mark: Count | None = None
    passed: Flag | None = Field(None, description="For an essential criterion: yes or no.")
    because: str = Field(min_length=1, description="What in the sample decides; reviewers read it after scoring.")

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.mark is None) == (self.passed is None):
            raise ValueError("an anchor has a mark, or passed with yes or no for an essential criterion")
        return self

    @property
    def value(self) -> int | bool:
        """The mark as a reviewer gives it."""
        return self.passed if self.mark is None else self.mark  # type: ignore[return-value]  # one of them is there


class Sample(Named):
    """An invented application, or a part of one, that every reviewer scores before the real ones."""

    text: dict[str, str] = Field(min_length=1, description="Headings with what stands under each, as one reads it.")
    anchors: dict[Key, Anchor] = Field(min_length=1, description="Anchor scores by criterion of the stage's rubric.")


class Calibration(Part):
    """The training of a stage: everyone scores the samples and sees how theirs differ before the real pile opens."""

    within: Count = Field(1, description="A mark that is off by no more than this is as good as the anchor.")
    samples: Keyed[Sample] = Field(min_length=1, max_length=4, description="One or two do.")
