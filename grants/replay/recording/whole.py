"""A recording as a whole, with the definition of its program."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from grants.programs.schema import Definition
from grants.replay.recording.cast import Coach, Educator, School, Someone
from grants.replay.recording.cycle import CallRecord, CycleRecord, EventsRecord
from grants.replay.recording.stage import Answers, StageRecord


@dataclass(frozen=True)
class Recording:
    """All files of one recording.

    schools     its own schools by key; a second cycle of the same schools has none of its own
    educators   school key -> its people
    answers     school key -> stage key -> what it answered
    files       school key -> name -> what is in a file it sent
    before      the recording whose people and schools this one takes up
    """

    name: str
    definition: Definition
    cycle: CycleRecord
    stages: Mapping[str, StageRecord]
    answers: Mapping[str, Mapping[str, Answers]]
    files: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    schools: Mapping[str, School] = field(default_factory=dict)
    educators: Mapping[str, tuple[Educator, ...]] = field(default_factory=dict)
    events: EventsRecord | None = None
    call: CallRecord | None = None
    before: "Recording | None" = None

    @property
    def zone(self) -> ZoneInfo:
        return self.definition.zone

    @property
    def all_schools(self) -> dict[str, School]:
        """Its schools, and those of the recording before it."""
        return {**(self.before.all_schools if self.before else {}), **self.schools}

    @property
    def all_educators(self) -> dict[str, tuple[Educator, ...]]:
        return {**(self.before.all_educators if self.before else {}), **self.educators}

    @property
    def hosts(self) -> set[str]:
        """Keys of those who may hold an event: partners and schools."""
        return {*self.all_schools, *self.cycle.partners, *(self.before.hosts if self.before else ())}

    @property
    def people(self) -> dict[str, Someone]:
        """Everyone who is not an educator, by key: staff, reviewers, coaches."""
        own = {**self.cycle.staff, **self.cycle.reviewers, **self.cycle.coaches}
        return {**(self.before.people if self.before else {}), **own}

    @property
    def coaches(self) -> dict[str, Coach]:
        """Its coaches, and those of the recording before it."""
        return {**(self.before.coaches if self.before else {}), **self.cycle.coaches}

    def officer_of(self, school: str) -> str:
        """The key of the officer whose case a school is."""
        of = {key: officer for officer, schools in self.cycle.officers.items() for key in schools}
        return of.get(school, self.cycle.opened_by)
