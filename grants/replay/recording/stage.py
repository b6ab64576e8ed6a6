"""One application stage: drafts, panel, scorecards, slate, awards, payments, and what was owed after."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from grants.programs.schema.base import Key, Part
from grants.programs.schema.values import Count, Day, Flag, Positive
from grants.replay.recording.moments import Done, Hand, When

Answers = dict[str, Any]
"""Field key -> answer. Amounts of money are whole dollars."""

MarkGiven = Annotated[int | Literal["yes", "no", "abstain"], Field(description="A mark, or yes or no, or abstain.")]


class Evening(Part):
    """Somebody of the school wrote these sections and called them ready, or all that was left."""

    at: When
    by: Hand
    sections: tuple[Key, ...] = ()
    ready: Flag = True


class FileSent(Part):
    """Somebody of the school answered a question with a file of the recording: `files/<school>/<name>`."""

    at: When
    by: Hand
    field: Key
    name: str


class Remark(Part):
    """A comment on a section of a draft, for whom it is, and when it was dealt with."""

    at: When
    by: Hand
    section: Key
    says: str
    field: Key | None = None
    to: tuple[Hand, ...] = ()
    resolved: When | None = None


class Change(Part):
    """Answers written anew after a submission was reopened."""

    at: When
    by: Hand
    answers: Answers


class Draft(Part):
    """One school's application: when it was begun, written, and handed in.

    refused     when handing it in was tried and refused, because it was late
    reopened    when it was taken back to be changed, with what was changed and when it was handed in again
    """

    started: When
    written: tuple[Evening, ...] = ()
    files: tuple[FileSent, ...] = ()
    comments: tuple[Remark, ...] = ()
    submitted: When | None = None
    refused: When | None = None
    reopened: When | None = None
    changed: Change | None = None
    submitted_again: When | None = None


class PanelRecord(Part):
    """Who was asked to read: reviewer -> expertise; when each declared, and with which schools they had a tie.

    unanswered   those who were asked and have not answered
    """

    invited: When
    by: Key
    members: dict[Key, str]
    unanswered: tuple[Key, ...] = ()
    declared: dict[Key, When] = Field(default_factory=dict)
    conflicts: dict[Key, dict[Key, str]] = Field(default_factory=dict)


class SampleRecord(Part):
    """One reviewer's scorecard on a sample of the stage's training, scored when they declared."""

    marks: tuple[MarkGiven, ...]
    why: dict[Key, str] = Field(default_factory=dict)


class CardRecord(Part):
    """One scorecard: marks in the order of the stage's `marks`; `why` explains some, `says` is on the whole.

    One that was only saved and not submitted may have fewer marks.
    """

    at: When
    marks: tuple[MarkGiven, ...]
    submitted: Flag = True
    why: dict[Key, str] = Field(default_factory=dict)
    says: str = ""


class SlateRecord(Part):
    """From the slate to its release; a slate that still waits for something has no more than its first dates."""

    title: str
    made: Done
    feedback: dict[Key, str] = Field(default_factory=dict)
    proposed: Done | None = None
    approved: tuple[Done, ...] = ()
    checked: Done | None = None
    released: Done | None = None


class Answered(Part):
    """What a school did with its award."""

    accepted: When
    signed: When | None = None
    countersigned: Done | None = None


class HandDone(Part):
    """Something that one of a school's people did."""

    at: When
    by: Hand


class Paid(Done):
    """The bank paid."""

    reference: str


class PaymentRecord(Part):
    """One installment's way to the bank, as far as it has come."""

    school: Key
    number: Positive
    requested: HandDone
    approved: Done | None = None
    paid: Paid | None = None


class SentBack(Done):
    """A report was sent back for changes, and came again with another account."""

    says: str
    again: When
    account: str


class OwedRecord(Part):
    """One requirement that schools met: handed in by their leads, accepted by the officers of their cases."""

    key: Key
    number: Positive = 1
    submitted: When
    accepted: When | None = None
    accounts: dict[Key, str]
    returned: dict[Key, SentBack] = Field(default_factory=dict)


class Meeting(Part):
    """A check-in: held on a day, written down at a time."""

    held: Day
    at: When
    attended: str
    notes: str
    rating: Literal["on_track", "watch", "at_risk"]


class CheckInRecord(Part):
    """Check-ins of one kind that one officer held."""

    key: Key
    number: Positive = 1
    by: Key
    schools: dict[Key, Meeting]


class ReadingRecord(Part):
    """An indicator was read, whole and by groups: subgroup -> group -> value."""

    school: Key
    indicator: Key
    year: Count
    value: Decimal
    groups: dict[Key, dict[str, Decimal]] = Field(default_factory=dict)
    at: When
    by: Hand
    note: str = ""


class StaffLetter(Done):
    """What an officer wrote to everyone who had started by then; it may hold the placeholders of such messages."""

    subject: str
    body: str


class StageRecord(Part):
    """What a recording's file of an application stage says.

    samples   the training, where the stage has one: reviewer -> sample -> scorecard
    readers   who reads what beyond those who have a scorecard: school -> reviewers
    """

    opens: When
    closes: When
    reviews_due: When | None = None
    decision_on: Day | None = None
    drafts: dict[Key, Draft] = Field(default_factory=dict)
    written_to: StaffLetter | None = None
    screened: Done | None = None
    panel: PanelRecord | None = None
    assigned: Done | None = None
    readers: dict[Key, tuple[Key, ...]] = Field(default_factory=dict)
    marks: tuple[Key, ...] = ()
    samples: dict[Key, dict[Key, SampleRecord]] = Field(default_factory=dict)
    cards: dict[Key, dict[Key, CardRecord]] = Field(default_factory=dict)
    slate: SlateRecord | None = None
    awards: dict[Key, Answered] = Field(default_factory=dict)
    payments: tuple[PaymentRecord, ...] = ()
    requirements: tuple[OwedRecord, ...] = ()
    check_ins: tuple[CheckInRecord, ...] = ()
    readings: tuple[ReadingRecord, ...] = ()
