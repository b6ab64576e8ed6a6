"""The whole definition of a program: one document, from who may come to what is owed at the end."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, model_validator

from grants.programs.schema.base import Key, Keyed, Named, OneOrMore, Part
from grants.programs.schema.conflicts import FINDINGS, STANDARD_CONFLICT_KINDS, ConflictKinds
from grants.programs.schema.deciding import Where
from grants.programs.schema.entry import AskedAfterwards, DiscoveryStage, EventKind
from grants.programs.schema.forms import Form
from grants.programs.schema.letters import STANDARD_AGREEMENT, STANDARD_LETTERS, Letter
from grants.programs.schema.rubrics import Rubric
from grants.programs.schema.schedules import Indicator, Requirement, ScheduleLine
from grants.programs.schema.stages import OUTCOMES, ApplicationStage, Outcome, Stage
from grants.programs.schema.values import Count, Flag, Money

P = TypeVar("P")


_zones = cache(available_timezones)  # it walks the machine's folder of zones each time it is asked


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"there is no time zone “{name}”; write one such as America/Los_Angeles")
    return name


class Match(Part):
    """This fund pays so much for each dollar another fund pays."""

    fund: Key
    ratio: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(1)


class PaysOnly(Part):
    """What a restricted fund may pay for; an empty list restricts nothing."""

    stages: OneOrMore[Key] = ()
    where: Where = Field(default_factory=dict)


class Fund(Named):
    """Where money comes from."""

    kind: Literal["own", "partner", "outside"] = "own"
    amount: Money | None = Field(None, description="What it holds for this program, if that is settled.")
    matches: Match | None = None
    pays_only: PaysOnly | None = None


Applicants = Literal["school", "district", "charter_network", "nonprofit", "consortium"]


class Consortium(Part):
    """What a consortium of organizations must look like."""

    members_at_least: Annotated[Count, Field(ge=2)] = 2
    members_at_most: Count | None = None
    lead: Applicants | None = Field(None, description="What kind of organization leads it and receives the money.")


class Participation(Part):
    """Who may apply at all, and as what."""

    applicants: OneOrMore[Applicants] = Field(("school",), min_length=1)
    consortium: Consortium = Field(default_factory=Consortium)
    one_each: Flag = Field(True, description="At most one application for each organization and stage.")


class Definition(Part):
    """A program: stages with what they need, referring to one another by key."""

    program: Key = Field(description="The program's own key; versions of one program share it.")
    title: str = Field(min_length=1)
    funder: str = Field(min_length=1)
    currency: Literal["USD"] = "USD"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "America/Los_Angeles"
    purpose: str = ""
    participation: Participation = Field(default_factory=Participation)
    funds: Keyed[Fund] = Field(default_factory=dict)
    stages: Keyed[Stage] = Field(min_length=1)
    rubrics: Keyed[Rubric] = Field(default_factory=dict)
    forms: Keyed[Form] = Field(default_factory=dict)
    schedules: dict[Key, tuple[ScheduleLine, ...]] = Field(default_factory=dict)
    requirements: Keyed[Requirement] = Field(default_factory=dict)
    indicators: Keyed[Indicator] = Field(default_factory=dict)
    letters: Keyed[Letter] = Field(default_factory=dict)
    conflict_kinds: ConflictKinds = Field(
        default_factory=lambda: dict(STANDARD_CONFLICT_KINDS),
        validate_default=True,
        min_length=1,
        max_length=20,
        description="Kinds of conflict of interest, as reviewers are offered them; left out, the six standard ones. "
        "Under a key of those, only what differs is said.",
    )
    agreement: str = Field(STANDARD_AGREEMENT, description="Text of the agreement, with placeholders.")

    @model_validator(mode="after")
    def _lend_standard_letters(self) -> Self:
        # Written into the definition rather than looked up later: a cycle's letters must not change with the software.
        for stage in self.application_stages:
            for outcome in OUTCOMES:
                if outcome not in stage.letters:
                    key = stage.letters[outcome] = f"standard_{outcome}"
                    self.letters.setdefault(key, STANDARD_LETTERS[outcome].under(key))
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def application_stages(self) -> tuple[ApplicationStage, ...]:
        return tuple(stage for stage in self.stages.values() if isinstance(stage, ApplicationStage))

    def conflict_kind_of(self, finding: str) -> str:
        """Key of the kind that a rule's finding, or a stated relation, is of: the last kind where none names it."""
        named = (key for key, kind in self.conflict_kinds.items() if finding in kind.found_by)
        return next(named, list(self.conflict_kinds)[-1])

    def lacks_kind_for(self, finding: str) -> bool:
        """Whether a finding that a kind could name is of the last one only because none names it."""
        return finding in FINDINGS and all(finding not in kind.found_by for kind in self.conflict_kinds.values())

    def asked_after(self, kind: EventKind) -> AskedAfterwards:
        """What those who came to an event of a kind are asked: as the first discovery stage that says so has it."""
        stages = (stage for stage in self.stages.values() if isinstance(stage, DiscoveryStage))
        return next((stage.feedback[kind] for stage in stages if kind in stage.feedback), AskedAfterwards())

    def asking_readiness_of(self, key: str) -> tuple[ApplicationStage, ...]:
        """The stages that a school may enter only by what it answered on readiness in a discovery stage."""
        return tuple(
            stage
            for stage in self.application_stages
            if any(leaf.readiness is not None and leaf.readiness.stage == key for leaf in stage.enter.leaves())
        )

    def doors_of(self, key: str) -> tuple[str, ...]:
        """Keys of the application stages that ask for what is done in a discovery stage; of all where none does."""
        asking = [
            name
            for name, stage in self.stages.items()
            if isinstance(stage, ApplicationStage) and any(leaf.asks_for(key) for leaf in stage.enter.leaves())
        ]
        return tuple(asking or (name for name, stage in self.stages.items() if isinstance(stage, ApplicationStage)))

    def stage(self, key: str) -> DiscoveryStage | ApplicationStage:
        """The stage of that key.

        raises   KeyError with a sentence, as do all look-ups below
        """
        return self._find(self.stages, key, "stage")

    def application_stage(self, key: str) -> ApplicationStage:
        """The stage of that key, which must be an application stage."""
        stage = self.stage(key)
        if not isinstance(stage, ApplicationStage):
            raise KeyError(f"The stage “{stage.title}” takes no applications.")
        return stage

    def form(self, key: str) -> Form:
        return self._find(self.forms, key, "form")

    def rubric(self, key: str) -> Rubric:
        return self._find(self.rubrics, key, "rubric")

    def letter(self, key: str) -> Letter:
        return self._find(self.letters, key, "letter")

    def letter_for(self, stage: ApplicationStage, outcome: Outcome) -> Letter:
        """The letter that tells this outcome of the stage."""
        return self.letter(stage.letters[outcome])

    def fund(self, key: str) -> Fund:
        return self._find(self.funds, key, "fund")

    def requirement(self, key: str) -> Requirement:
        return self._find(self.requirements, key, "requirement")

    def indicator(self, key: str) -> Indicator:
        return self._find(self.indicators, key, "indicator")

    def schedule(self, key: str | None) -> tuple[ScheduleLine, ...]:
        """The installments of a schedule; without a key, all at once when the agreement is signed."""
        if key is None:
            return (ScheduleLine.model_validate({"share": "100%", "due": "agreement_signed"}),)
        return self._find(self.schedules, key, "schedule")

    def before(self, key: str) -> tuple[DiscoveryStage | ApplicationStage, ...]:
        """The stages that come before one, in order."""
        keys = list(self.stages)
        self.stage(key)
        return tuple(self.stages[earlier] for earlier in keys[: keys.index(key)])

    def pool_owner(self, key: str) -> ApplicationStage:
        """The stage whose pool an application stage draws on: itself, or the one it shares with."""
        stage = self.application_stage(key)
        shared = stage.decision.pool_shared_with
        return stage if shared is None else self.application_stage(shared)

    def pool_of(self, key: str) -> int | None:
        """The pool an application stage draws on, in cents; None when it has no limit of its own."""
        return self.pool_owner(key).decision.pool

    def sharing_pool(self, key: str) -> tuple[ApplicationStage, ...]:
        """All stages that draw on one pool with this one, itself among them."""
        owner = self.pool_owner(key).key
        return tuple(stage for stage in self.application_stages if self.pool_owner(stage.key).key == owner)

    def frozen(self) -> dict[str, Any]:
        """The definition with every default written out, as plain JSON values; reads back to an equal definition."""
        return self.model_dump(mode="json", by_alias=True)

    def _find(self, parts: Mapping[str, P], key: str, kind: str) -> P:
        if key not in parts:
            raise KeyError(f"The program “{self.title}” has no {kind} {key!r}.")
        return parts[key]
