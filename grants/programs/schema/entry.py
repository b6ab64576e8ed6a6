"""Who may enter a stage, and what a discovery stage asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from grants.programs.schema.base import Key, Named, OneOrMore, Part, Sayable
from grants.programs.schema.conditions import Condition, evaluate
from grants.programs.schema.values import Day, Positive

EventKind = Literal[
    "workshop",
    "webinar",
    "school_visit",
    "office_hours",
    "info_session",
    "consultation",
    "conference",
    "summer_institute",
    "apprenticeship",
]


@dataclass(frozen=True)
class EntryFacts:
    """What is known of one organization's case when it asks to enter a stage.

    completed, awarded   keys of the stages whose discovery rule it has met, and of those that awarded it a grant
    readiness            discovery stage key -> answers of its readiness form
    """

    completed: frozenset[str] = frozenset()
    awarded: frozenset[str] = frozenset()
    invited: bool = False
    readiness: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Readiness(Part):
    """The answers to a discovery stage's readiness form satisfy a condition."""

    stage: Key
    when: Condition


class EntryRule(Sayable):
    """Who may enter: `all`, `any` or `not` of other rules, or one plain rule."""

    said = ("open", "invited")

    all: tuple["EntryRule", ...] | None = Field(None, min_length=1, description="Every one of these holds.")
    any: tuple["EntryRule", ...] | None = Field(None, min_length=1, description="At least one of these holds.")
    not_: "EntryRule | None" = Field(None, alias="not", description="This does not hold.")
    open: Literal[True] | None = Field(None, description="Everyone may enter.")
    completed: Key | None = Field(None, description="A discovery stage whose rule the school has met.")
    awarded: Key | None = Field(None, description="An earlier stage that awarded a grant to it.")
    invited: Literal[True] | None = Field(None, description="It was invited by name.")
    readiness: Readiness | None = Field(None, description="What its answers on readiness must say.")

    @model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "an entry rule is exactly one of open, invited, completed, awarded, readiness, all, any or not"
            )
        return self

    @property
    def parts(self) -> tuple["EntryRule", ...]:
        """The rules directly inside it."""
        return (*(self.all or ()), *(self.any or ()), *((self.not_,) if self.not_ else ()))

    def leaves(self) -> tuple["EntryRule", ...]:
        """The plain rules it is made of."""
        return tuple(leaf for part in self.parts for leaf in part.leaves()) if self.parts else (self,)

    def asks_for(self, key: str) -> bool:
        """Whether this plain rule asks for what a school does in a discovery stage."""
        return self.completed == key or (self.readiness is not None and self.readiness.stage == key)

    def admits(self, facts: EntryFacts) -> bool:
        """Whether a case of which these facts are known may enter."""
        if self.all is not None:
            return all(part.admits(facts) for part in self.all)
        if self.any is not None:
            return any(part.admits(facts) for part in self.any)
        if self.not_ is not None:
            return not self.not_.admits(facts)
        return self._holds(facts)

    @property
    def takes_newcomers(self) -> bool:
        """Whether a school that nobody invited and that holds no award can come to meet it by what it does itself."""
        if self.all is not None:
            return all(part.takes_newcomers for part in self.all)
        if self.any is not None:
            return any(part.takes_newcomers for part in self.any)
        return self.awarded is None and self.invited is None

    def _holds(self, facts: EntryFacts) -> bool:
        if self.completed is not None:
            return self.completed in facts.completed
        if self.awarded is not None:
            return self.awarded in facts.awarded
        if self.readiness is not None:
            return evaluate(self.readiness.when, facts.readiness.get(self.readiness.stage, {}))
        return facts.invited if self.invited else True


class CompleteWhen(Part):
    """When a school has completed discovery: it came to at least so many events of the kinds counted."""

    at_least: Positive = 1


class AskedAfterwards(Part):
    """What those who came to an event are asked: two marks from 1 (not at all) to 5 (very), and two remarks."""

    useful: str = Field("How useful was it to you?", description="The first mark.")
    will_use: str = Field("How likely will you use something of it in your school?", description="The second mark.")
    best: str = Field("What helped you most?", description="The first remark.")
    better: str = Field("What would have made it better?", description="The second remark.")


class DiscoveryStage(Named):
    """A time to look around before applying: workshops, visits, questions. Nothing is judged."""

    kind: Literal["discovery"]
    counts: OneOrMore[EventKind] = Field(
        ("workshop", "school_visit"), min_length=1, description="Kinds of event that count."
    )
    complete_when: CompleteWhen = CompleteWhen()
    topics: tuple[str, ...] = Field((), description="What events are about.")
    readiness: Key | None = Field(None, description="A form; it informs, and decides only by an entry rule.")
    feedback: dict[EventKind, AskedAfterwards] = Field(
        default_factory=dict, description="What is asked after an event of a kind; left out, the usual four questions."
    )
    opens: Day | None = Field(None, description="Usual dates; a cycle sets its own.")
    closes: Day | None = None

    def completed_by(self, attended: Mapping[str, int]) -> bool:
        """Whether a school has completed it.

        attended   event kind -> number of different events that someone from the school attended
        """
        return sum(attended.get(kind, 0) for kind in self.counts) >= self.complete_when.at_least
