"""How a stage is reviewed and decided: reviewers, amounts, portfolio, ties, approvals."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from grants.kernel.roles import Role
from grants.programs.schema.base import Key, OneOrMore, Part, Sayable, words
from grants.programs.schema.conditions import any_given
from grants.programs.schema.training import STANDARD_TERMS, Calibration
from grants.programs.schema.values import Count, Flag, Money, Percent, Positive, TimeBefore

ORGANIZATION_ATTRIBUTES = (
    "kind",
    "sector",
    "grade_band",
    "city",
    "region",
    "enrollment",
    "low_income_share",
)
"""What a rule may ask of an organization; `answers.<field>` asks the application instead."""

Score = Annotated[Decimal, Field(ge=0, le=100)]


def _where(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        attribute: tuple(str(item) for item in (accepted if isinstance(accepted, list | tuple) else [accepted]))
        for attribute, accepted in value.items()
    }


Where = Annotated[
    dict[str, tuple[str, ...]],
    BeforeValidator(_where),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number", "array"]}}),
]
"""Attribute -> accepted values; all attributes must fit, each by any of its values."""


def fits(where: Mapping[str, tuple[str, ...]], attributes: Mapping[str, object]) -> bool:
    """Whether an applicant's attributes fit.

    attributes   organization attribute or `answers.<field>` -> value, or a list of values
    """

    def held(attribute: str) -> set[str]:
        value = attributes.get(attribute)
        return {str(item) for item in (value if isinstance(value, list | tuple) else [value]) if item is not None}

    return all(held(attribute) & set(accepted) for attribute, accepted in where.items())


class Load(Part):
    """How many submissions one reviewer gets."""

    at_least: Count = 0
    at_most: Positive | None = None


ConflictRule = Literal[
    "same_organization", "same_network", "same_email_domain", "former_employer", "declared", "stated_ties"
]
EarlierEvidence = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.(submission|owes|scorecards|attendance)$")
]


class ReviewRules(Part):
    """How submissions are read and scored."""

    rubric: Key
    reviewers_each: Positive = Field(3, description="Reviewers for each submission.")
    load: Load = Field(default_factory=Load, description="Submissions for each reviewer.")
    conflicts: tuple[ConflictRule, ...] = Field(
        ("same_organization", "same_email_domain", "former_employer", "declared", "stated_ties"),
        description="What bars a reviewer from a submission; who belongs to its applicant, or coached it, is barred "
        "whatever is named.",
    )
    identity: Literal["open", "blind"] = Field(
        "open", description="Whether reviewers see who applies; blind hides the fields marked hidden_when_blind."
    )
    others_scores: Literal["never", "after_own", "at_meeting"] = Field(
        "after_own", description="When a reviewer sees the others' scores."
    )
    earlier_evidence: tuple[EarlierEvidence, ...] = Field(
        (), description="What reviewers also see of an earlier stage, such as planning.submission or planning.owes."
    )
    keep_reviewers_from: Key | None = Field(
        None, description="An earlier stage whose reviewers keep the schools they read then, where they can."
    )
    subjects: tuple[Key, ...] = Field(
        (), description="Choice questions whose answers say what a submission is about: who knows it reads it."
    )
    terms: str = Field(
        STANDARD_TERMS,
        min_length=1,
        description="Terms and confidentiality that every reviewer accepts before anything of an application shows: "
        "paragraphs, with `## ` before a heading and `- ` before each line of a list.",
    )
    calibration: Calibration | None = Field(
        None, description="Samples that everyone scores before the real pile opens; left out, there is no training."
    )


class Pitch(Part):
    """A meeting at which each applicant presents, with a rubric of its own."""

    rubric: Key
    minutes: Positive = Field(30, description="How long each applicant presents.")
    slides_due: TimeBefore | None = Field(
        None,
        description="How long before the day of their slot applicants hand in slides, by five in the afternoon; left "
        "out, until the slot begins.",
    )
    shortlist: Positive | None = Field(
        None, description="The most applicants who pitch, unless an officer says why more do; left out, all may."
    )
    counts: Percent = Field(Decimal("0.5"), description="The pitch's part of the final score.")


class Band(Part):
    """From this score, up to the next higher band, an award is this amount."""

    from_score: Score = Field(alias="from")
    amount: Money


class PupilBand(Part):
    """A range of amounts for applicants that serve so many pupils; the last band may have no upper end."""

    from_pupils: Count
    to_pupils: Positive | None = None
    at_least: Money
    at_most: Money


class AmountRange(Part):
    """Amounts between two limits; the limits may depend on the pupils served."""

    at_least: Money | None = None
    at_most: Money | None = None
    per_pupil: Money | None = Field(None, description="No more than this for each pupil served.")
    by_pupils: tuple[PupilBand, ...] = ()
    pupils_field: Key | None = Field(
        None, description="The question that says how many pupils; left out, the organization's enrollment."
    )

    @model_validator(mode="after")
    def _has_limits(self) -> Self:
        if not self.by_pupils and (self.at_least is None or self.at_most is None):
            raise ValueError("a range has at_least and at_most, or by_pupils with a range for each size")
        return self


class AmountRule(Part):
    """What an award amounts to: one flat amount, an amount by score, or within a range."""

    flat: Money | None = None
    by_score: tuple[Band, ...] = Field((), description="Highest band first or last; each says from which score.")
    range: AmountRange | None = None
    never_above_asked: Flag = Field(False, description="An award is never more than was asked for.")
    asked_field: Key | None = Field(None, description="The question that says how much is asked for.")

    @model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        if sum((self.flat is not None, bool(self.by_score), self.range is not None)) != 1:
            raise ValueError("an amount is exactly one of flat, by_score or range")
        if self.never_above_asked and self.asked_field is None:
            raise ValueError("never_above_asked needs asked_field: the question that says how much is asked for")
        return self

    @property
    def bands(self) -> tuple[Band, ...]:
        """Score bands, the highest first."""
        return tuple(sorted(self.by_score, key=lambda band: band.from_score, reverse=True))

    def band_at(self, score: Decimal) -> Band | None:
        """The band a score falls in; None below the lowest, where nothing can be awarded."""
        return next((band for band in self.bands if score >= band.from_score), None)

    @property
    def smallest(self) -> int:
        """The least one award can be by the rule, in cents."""
        return min(self._limits()[0])

    @property
    def largest(self) -> int:
        """The most one award can be by the rule, in cents."""
        return max(self._limits()[1])

    def _limits(self) -> tuple[list[int], list[int]]:
        if self.flat is not None:
            return [self.flat], [self.flat]
        if self.range is None:
            amounts = [band.amount for band in self.by_score]
            return amounts, amounts
        parts: tuple[AmountRange | PupilBand, ...] = (self.range, *self.range.by_pupils)
        lows, highs = [part.at_least for part in parts], [part.at_most for part in parts]
        return [low for low in lows if low is not None], [high for high in highs if high is not None]


class Bounds(Part):
    """How many."""

    at_least: Count = 0
    at_most: Count | None = None


def _titled(value: Any) -> Any:
    if isinstance(value, dict) and not value.get("title") and isinstance(value.get("where"), dict):
        said = [f"{words(str(name).removeprefix('answers.'))}: {_said(kept)}" for name, kept in value["where"].items()]
        return {**value, "title": ", ".join(said)}
    return value


def _said(accepted: Any) -> str:
    return " or ".join(str(item) for item in (accepted if isinstance(accepted, list | tuple) else [accepted]))


class PortfolioRule(Part):
    """How many awards go to applicants of one description."""

    title: str
    where: Where = Field(min_length=1, description="Organization attributes, or answers.<field>, and their values.")
    at_least: Count = 0
    at_most: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _speaks_for_itself(cls, data: Any) -> Any:
        return _titled(data)

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if not self.at_least and self.at_most is None:
            raise ValueError("a portfolio rule says at_least or at_most")
        return self


class Tie(Sayable):
    """One way to break a tie: the higher mark on a criterion, an attribute, or by lot."""

    said = ("lot",)

    criterion: Key | None = None
    attribute: str | None = None
    prefer: Literal["higher", "lower"] = "higher"
    lot: Literal[True] | None = None

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if sum(any_given((way,)) for way in (self.criterion, self.attribute, self.lot)) != 1:
            raise ValueError("a tie is broken by exactly one of criterion, attribute or lot")
        return self


Approvers = Literal["directors", "partner_funders"]
APPROVER_ROLES: Mapping[Approvers, Role] = {"directors": Role.DIRECTOR, "partner_funders": Role.PARTNER_FUNDER}


def _one_director() -> dict[Approvers, int]:
    return {"directors": 1}


class DecisionRules(Part):
    """How a slate is made and approved."""

    pool: Money | None = Field(None, description="The most that all awards of the stage may add up to.")
    pool_shared_with: Key | None = Field(None, description="Another stage whose pool this stage also draws on.")
    funds: OneOrMore[Key] = Field((), description="The funds that pay, in order; left out, every fund that may.")
    awards: Bounds = Field(default_factory=Bounds, description="The fewest and the most awards.")
    amount: AmountRule
    portfolio: tuple[PortfolioRule, ...] = ()
    ties: tuple[Tie, ...] = Field((Tie(lot=True),), description="How equal scores are ordered, first rule first.")
    waitlist: Count = Field(0, description="How many may wait for an award that is turned down.")
    essentials: Literal["block", "inform"] = Field("block", description="Whether a failed essential bars an award.")
    approve: dict[Approvers, Positive] = Field(
        default_factory=_one_director, min_length=1, description="How many of whom approve the slate."
    )

    @property
    def approvals(self) -> dict[Role, int]:
        """Role -> how many people of that role approve."""
        return {APPROVER_ROLES[group]: count for group, count in self.approve.items()}

    @model_validator(mode="after")
    def _has_one_pool(self) -> Self:
        if self.pool is not None and self.pool_shared_with is not None:
            raise ValueError("a stage has a pool of its own or shares another's, not both")
        return self
