"""Applications: a draft's answers with their history, and the frozen submissions."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.deadlines import Deadline
from grants.casework.models import Case, StoredFile
from grants.kernel.clock import now
from grants.people.models import CoachInvitation, Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful
from grants.persistence.types import JsonValue
from grants.programs.models import CycleStage


class Application(Stateful, Base):
    """A case's draft and submissions in one stage.

    extended_to   this applicant's own deadline, when staff gave one
    returned_sections, returned_until   what staff sent back for change, and by when
    asked, answered   required questions that show now, and how many of them hold; kept with every answer
    written_at    when an answer was last changed
    reminded_at   when staff last reminded its people that it is not submitted
    screening_checks   keys of what was checked when it was found eligible
    """

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("case_id", "stage_id"),
        CheckConstraint("state IN ('draft', 'submitted', 'returned', 'withdrawn', 'ineligible')", name="state"),
        # A stage's applications are counted without reading one of them. In another order SQLite would take this for a
        # better way to applications than their ids.
        Index("ix_application_of_stage", "stage_id", "case_id", "state"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    extended_to: Mapped[datetime | None]
    returned_sections: Mapped[list[Any] | None]
    returned_until: Mapped[datetime | None]
    screened_at: Mapped[datetime | None]
    screening_note: Mapped[str | None]
    screening_checks: Mapped[list[Any] | None]
    asked: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    stage: Mapped[CycleStage] = relationship()
    submissions: Mapped[list["Submission"]] = relationship(
        back_populates="application", order_by="Submission.number.desc()"
    )

    @property
    def deadline(self) -> Deadline:
        """What a submission is held against: the stage's deadline, or the day by which returned sections are due."""
        grace = timedelta(minutes=self.stage.grace_minutes)
        if self.state == "returned" and self.returned_until is not None:
            return Deadline(self.returned_until, grace)
        return Deadline(self.stage.closes_at, grace, self.extended_to)

    @property
    def standing(self) -> str:
        """Its state as people read it: a draft that can be handed in no more has lapsed."""
        return "lapsed" if self.state == "draft" and not self.deadline.holds(now()) else self.state

    def screen_anew(self) -> None:
        """Forget what screening came to; the timeline keeps it."""
        self.screened_at = self.screening_note = self.screening_checks = None


class Answer(Base):
    """The present answer to one field. `version` grows by one with every write, which names the one it was based on.

    typed   what was typed, where it cannot be read as an answer; there is no value then
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("application_id", "field"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    field: Mapped[str] = mapped_column(String(80))
    value: Mapped[Any | None] = mapped_column(JsonValue)
    typed: Mapped[Any | None] = mapped_column(JsonValue)
    version: Mapped[int]
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    written_by: Mapped[Person] = relationship()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there, neither readable nor as it was typed."""
        return self.value is None and self.typed is None


@append_only
class AnswerVersion(Base):
    """Every text an answer ever had, that of a stale write included (`stale`), so that nothing typed is lost."""

    __tablename__ = "answer_version"
    __table_args__ = (Index("ix_answer_version_field", "application_id", "field", "version"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    field: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    value: Mapped[Any | None] = mapped_column(JsonValue)
    typed: Mapped[Any | None] = mapped_column(JsonValue)
    stale: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class SectionStatus(Base):
    """A writer's word on one section of a draft: ready, or not yet."""

    __tablename__ = "section_status"
    __table_args__ = (UniqueConstraint("application_id", "section"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    section: Mapped[str] = mapped_column(String(80))
    ready: Mapped[bool] = mapped_column(default=False)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Presence(Base):
    """Where somebody was last seen in a draft: one row for each person, written over as they move.

    field   the question they are typing in, if any
    """

    __tablename__ = "presence"
    __table_args__ = (UniqueConstraint("application_id", "person_id"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    section: Mapped[str] = mapped_column(String(80))
    field: Mapped[str | None] = mapped_column(String(80))
    seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Attachment(Identified, Base):
    """A file answered to a file field; a replaced or removed one stays on record."""

    __tablename__ = "attachment"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    field: Mapped[str] = mapped_column(String(80))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    attached_at: Mapped[datetime]
    attached_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    file: Mapped[StoredFile] = relationship()
    attached_by: Mapped[Person] = relationship(foreign_keys=attached_by_id)
    removed_by: Mapped[Person | None] = relationship(foreign_keys=removed_by_id)


class CoachedSection(Base):
    """A section of a draft that its school lets a coach read.

    It opens nothing before the coach accepts, nor once it is ended, nor when the invitation behind it was ended since
    it was named.
    opened_at   when it first opened to them: from then on it bars them from the case, for good
    """

    __tablename__ = "coached_section"
    __table_args__ = (UniqueConstraint("application_id", "invitation_id", "section"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    invitation_id: Mapped[int] = mapped_column(ForeignKey("coach_invitation.id"), index=True)
    section: Mapped[str] = mapped_column(String(80))
    named_at: Mapped[datetime]
    named_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    invitation: Mapped[CoachInvitation] = relationship()


@append_only
class Submission(Identified, Base):
    """What was submitted, exactly: `sha256` covers the canonical JSON of `content`.

    content   {"application", "form", "program_version", "answers": {field: value}, "files": [{name, sha256, size}],
              "let_pass": [{field, question, reason, by, at}], …}; the oldest have no "let_pass". Its "organization"
              names its "members" where it is a consortium: see members.Members
    number    1 for the first submission of the application
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        # When each came is asked of many at once, and stands in the row behind all that was submitted.
        Index("ix_submission_came", "application_id", "number", "submitted_at"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    certified_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    certified_name: Mapped[str]
    submitted_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="submissions")
    certified_by: Mapped[Person] = relationship()


@append_only
class EligibilityOverride(Base):
    """Staff let an applicant go on despite its answer to one eligibility question, and said why.

    It is about the question, not about one text: it holds whatever is answered there later, unless the latest
    OverrideChange says that it was taken back.
    """

    __tablename__ = "eligibility_override"
    __table_args__ = (UniqueConstraint("application_id", "field"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    field: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str]
    given_at: Mapped[datetime]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    given_by: Mapped[Person] = relationship()


@append_only
class OverrideChange(Base):
    """That a question was let pass was taken back (it does not stand), or given again, and why."""

    __tablename__ = "override_change"

    override_id: Mapped[int] = mapped_column(ForeignKey("eligibility_override.id"), index=True)
    stands: Mapped[bool]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    override: Mapped[EligibilityOverride] = relationship()
    made_by: Mapped[Person] = relationship()


class ReadinessCheck(Identified, Base):
    """Where a school says it stands, by the form of a discovery stage: its people write it, and the last word stands.

    answers   field key -> answer in its kept shape
    version   grows by one with every write, which names the one it was based on
    """

    __tablename__ = "readiness_check"
    __table_args__ = (UniqueConstraint("case_id", "stage_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"), index=True)
    answers: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=0)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    case: Mapped[Case] = relationship()
    stage: Mapped[CycleStage] = relationship()
    written_by: Mapped[Person] = relationship()
