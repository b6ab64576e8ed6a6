"""The cycle itself: when it opened, its funds, its events, and what happened to cases along the way."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from grants.kernel.roles import OrganizationRole
from grants.programs.schema.base import Key, Part
from grants.programs.schema.entry import EventKind
from grants.programs.schema.values import Day, Flag, Positive
from grants.replay.recording.cast import Coach, Partner, Someone, StaffMember
from grants.replay.recording.moments import Done, Hour, When


class Span(Part):
    """From one day to another."""

    opens: Day
    closes: Day


class FundOpened(Done):
    """A fund's money came in, as much as the program's definition says."""

    fund: Key


class Coaching(Part):
    """A school asked a coach to read sections of its draft in a stage.

    answered   whether they said yes; if not, they are asked still
    """

    at: When
    coach: Key
    school: Key
    stage: Key
    sections: tuple[Key, ...] = Field(min_length=1)
    answered: bool = True


class Joined(Done):
    """Somebody came to a school later on and was invited to choose a password."""

    school: Key
    name: str
    title: str
    role: OrganizationRole


class Handover(Done):
    """A case went from one officer to another."""

    school: Key
    to: Key


class NoteWritten(Done):
    """A note on a case, for staff."""

    school: Key
    says: str


class TaskMade(Done):
    """A task on a case, done or still open."""

    school: Key
    owner: Key
    title: str
    due: Day | None = None
    done: When | None = None


class CycleRecord(Part):
    """What a recording's cycle.yaml says. A second cycle may leave out people whom an earlier one has."""

    program: Key = Field(description="A definition of the library.")
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
    title: str
    illustrative: Flag = False
    opened: When
    opened_by: Key
    discovery: Span | None = None
    funds: tuple[FundOpened, ...] = ()
    staff: dict[Key, StaffMember] = Field(default_factory=dict)
    reviewers: dict[Key, Someone] = Field(default_factory=dict)
    partners: dict[Key, Partner] = Field(default_factory=dict)
    coaches: dict[Key, Coach] = Field(default_factory=dict)
    coaching: tuple[Coaching, ...] = ()
    officers: dict[Key, tuple[Key, ...]] = Field(
        default_factory=dict, description="Officer -> schools; all others are the officer's who opened the cycle."
    )
    joined: tuple[Joined, ...] = ()
    handovers: tuple[Handover, ...] = ()
    notes: tuple[NoteWritten, ...] = ()
    tasks: tuple[TaskMade, ...] = ()


class SaidRecord(Part):
    """What one educator of a school said of an event on the day after: marks from 1 to 5, and remarks."""

    school: Key
    useful: Annotated[int, Field(ge=1, le=5)]
    will_use: Annotated[int, Field(ge=1, le=5)]
    best: str | None = None
    better: str | None = None


class NotedRecord(Part):
    """What one educator of a school noted at the school that was visited."""

    school: Key
    saw: str
    could_try: str = ""
    shared: Flag = True


class EventRecord(Part):
    """An event, and how many educators of each school were there.

    waiting       how many more of a school asked for a place when it was full
    said, noted   in the order of those who came from a school
    """

    day: Day
    from_: Hour = Field(alias="from")
    to: Hour
    kind: EventKind
    title: str
    topic: str
    host: Key
    place: str | None = None
    capacity: Positive | None = None
    came: dict[Key, Positive] = Field(default_factory=dict)
    waiting: dict[Key, Positive] = Field(default_factory=dict)
    said: tuple[SaidRecord, ...] = ()
    noted: tuple[NotedRecord, ...] = ()


class AssessedRecord(Part):
    """Where a school said it stands, as it was typed into the readiness form."""

    school: Key
    at: When
    answers: dict[Key, str | list[str]]


class EventsRecord(Part):
    """What a recording's events.yaml says."""

    planned_by: Key
    announced: When
    events: tuple[EventRecord, ...]
    assessed: tuple[AssessedRecord, ...] = ()

    @property
    def last_day(self) -> date:
        return max(event.day for event in self.events)


class AnswerGiven(Done):
    """What was answered to a question; `asked` is the question as everybody reads it, where it was published."""

    said: str
    asked: str | None = None
    topic: str | None = None


class QuestionAsked(Part):
    """Something somebody asked: a person of a school by hand or key, or a visitor by name and address."""

    at: When
    by: Key | None = Field(None, description="A person who has an account; with `school`, its head, lead or writer.")
    school: Key | None = None
    visitor: str | None = None
    address: str | None = None
    stage: Key | None = None
    says: str
    answer: AnswerGiven | None = None


class ResourceRecord(Part):
    """A link that staff put on the page, or a file of a few lines in a table; files are illustrative."""

    title: str
    description: str
    stage: Key | None = None
    topic: str | None = None
    audience: Literal["everyone", "schools"] = "everyone"
    link: str | None = None
    file: str | None = None
    lines: tuple[str, ...] = ()


class CallRecord(Done):
    """What a recording's call.yaml says: the cycle's public page, what stands on it, and what was asked there."""

    listing: Literal["hidden", "unlisted", "listed"] = "listed"
    introduction: str | None = None
    contact_name: str
    contact_email: str
    contact_phone: str | None = None
    questions_until: When | None = None
    answer_days: Positive = 5
    resources: tuple[ResourceRecord, ...] = ()
    questions: tuple[QuestionAsked, ...] = ()
