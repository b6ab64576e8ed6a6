"""Rubrics: what is judged, on which scale, with which weight, and what each mark means in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from grants.programs.schema.base import Keyed, Named, Part
from grants.programs.schema.conditions import any_given
from grants.programs.schema.values import Count, Flag, Positive, text_schema


@dataclass(frozen=True)
class CommentRule:
    """When a reviewer must say why: always, never, or below a mark."""

    always: bool = False
    below: int | None = None

    @classmethod
    def parse(cls, value: Any) -> "CommentRule":
        """`always`, `never`, `below 2`.

        raises   ValueError with a sentence
        """
        if isinstance(value, CommentRule):
            return value
        if value in ("always", "never"):
            return cls(always=value == "always")
        if found := re.fullmatch(r"below (\d{1,4})", str(value)):
            return cls(below=int(found[1]))
        raise ValueError(f"“{value}” is not a comment rule; write always, never, or below and a mark, such as below 2")

    def __str__(self) -> str:
        return f"below {self.below}" if self.below is not None else "always" if self.always else "never"

    def needs_comment(self, mark: int | None) -> bool:
        """Whether this mark asks for a comment; `mark` is None for an abstention or a yes, and 0 for a no."""
        return self.always or (self.below is not None and mark is not None and mark < self.below)


Comment = Annotated[
    CommentRule,
    BeforeValidator(CommentRule.parse),
    PlainSerializer(str, return_type=str),
    text_schema(r"^(always|never|below [0-9]+)$", "below 2"),
]


class Scale(Part):
    """The marks a reviewer may give: whole numbers, each with a word when `words` has them all."""

    from_: Count = Field(1, alias="from")
    to: Positive = 4
    words: tuple[str, ...] = Field((), description="One word for each mark, lowest first.")

    @property
    def marks(self) -> range:
        return range(self.from_, self.to + 1)

    @property
    def labels(self) -> Mapping[int, str]:
        """Mark -> its word, empty when the scale has no words."""
        return dict(zip(self.marks, self.words, strict=False))

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        if not self.from_ < self.to <= self.from_ + 100:
            raise ValueError("a scale goes up, by at most 100 marks, such as from: 1, to: 4")
        if self.words and len(self.words) != len(self.marks):
            raise ValueError(f"the scale has {len(self.marks)} marks but {len(self.words)} words")
        return self


class Criterion(Named):
    """One thing that is judged.

    weight           its share in the total, relative to the other weights (rubrics with weights)
    points           the most points it can earn, from 0 (rubrics with points)
    essential        must be met: a yes or no with a reason, never mixed with points
    essential_at_least   scored like the others, and not met below this mark
    """

    description: str = ""
    number: str = Field("", description="As published, such as (A)(1).")
    group: str = Field("", description="A heading it stands under, such as Will or Skill.")
    weight: Annotated[Decimal, Field(ge=0, le=1000)] | None = Field(None, description="Left out, it is 1.")
    points: Positive | None = None
    essential: Flag = False
    essential_at_least: Positive | None = None
    levels: dict[int, str] = Field(default_factory=dict, description="What a mark looks like, in words, by mark.")
    comment: Comment = CommentRule()

    @model_validator(mode="before")
    @classmethod
    def _essentials_say_why(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("essential") in (True, "yes", "true"):
            return {"comment": "always", **data}
        return data

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if self.essential and any_given((self.weight, self.points, self.essential_at_least)):
            raise ValueError(
                "an essential criterion is yes or no: it has no weight, points or essential_at_least "
                "(for a scored criterion with a floor, write essential_at_least without essential)"
            )
        if self.weight is not None and self.points is not None:
            raise ValueError("a criterion has a weight or points, not both")
        return self

    @property
    def can_fail(self) -> bool:
        """Whether it can bar an award: yes or no, or scored with a floor."""
        return self.essential or self.essential_at_least is not None


class Rubric(Named):
    """How submissions of a stage are judged. A total is out of 100.

    With weights: 100 × Σ weight·mark / (scale.to × Σ weight). With points: 100 × Σ points / Σ most points.
    An abstention leaves both sums; essential yes-or-no criteria stand outside them.
    """

    help: str = Field("", description="What reviewers are told before they begin.")
    scale: Scale = Field(default_factory=Scale)
    # More than anybody can judge by; and a file of scorecards asks for all of a card's marks at once.
    criteria: Keyed[Criterion] = Field(min_length=1, max_length=40)
    essential_fails_when: Literal["any", "majority", "all"] = Field(
        "majority", description="How many reviewers must say no before an essential criterion is failed."
    )

    @model_validator(mode="after")
    def _counts_one_way(self) -> Self:
        scored = self.scored
        if self.by_points and any(criterion.points is None for criterion in scored):
            raise ValueError("either every scored criterion has points or none has")
        for key, criterion in self.criteria.items():
            if criterion in scored and criterion.points is None and criterion.weight is None:
                weighted = criterion.model_copy(update={"weight": Decimal(1)})
                self.criteria[key] = weighted.under(key)
        return self

    @property
    def scored(self) -> tuple[Criterion, ...]:
        """Criteria that earn marks or points."""
        return tuple(criterion for criterion in self.criteria.values() if not criterion.essential)

    @property
    def essentials(self) -> tuple[Criterion, ...]:
        """Criteria that can bar an award."""
        return tuple(criterion for criterion in self.criteria.values() if criterion.can_fail)

    @property
    def by_points(self) -> bool:
        """Whether it counts points rather than weighted marks."""
        return any(criterion.points is not None for criterion in self.criteria.values())

    def marks_of(self, criterion: Criterion) -> range:
        """The marks a reviewer may give a scored criterion."""
        return range(criterion.points + 1) if criterion.points is not None else self.scale.marks

    def share_of(self, criterion: Criterion) -> Decimal:
        """How much of the total a scored criterion makes up: a fraction from 0 to 1."""
        parts = [Decimal(part.points or 0) if self.by_points else part.weight or Decimal(0) for part in self.scored]
        whole = sum(parts, Decimal(0))
        own = Decimal(criterion.points or 0) if self.by_points else criterion.weight or Decimal(0)
        return own / whole if whole and not criterion.essential else Decimal(0)

    def criterion(self, key: str) -> Criterion:
        """The criterion of that key.

        raises   KeyError with a sentence
        """
        if key not in self.criteria:
            raise KeyError(f"The rubric “{self.title}” has no criterion {key!r}.")
        return self.criteria[key]
