"""Where a draft stands, section by section: what its pages draw beside the questions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from grants.applications import queries
from grants.applications.company import section_words
from grants.applications.completeness import Standing, asked_form, eligibility_key, part_of, standing
from grants.applications.deadlines import Deadline, time_left
from grants.applications.models import Answer, Application, Attachment, Presence, SectionStatus
from grants.applications.policy import (
    closed_to_writing,
    may_certify,
    may_comment,
    may_invite_coach,
    may_withdraw,
    may_write,
)
from grants.applications.states import State
from grants.discovery.queries.calls import Contact, contacts_of
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.people.models import OrganizationMembership
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, Criterion, Definition, Form, Section
from grants.web.status import status_of


@dataclass(frozen=True)
class SectionState:
    """One section of a draft.

    state   empty, started, ready, or returned for change
    note    who writes it, or the state in a word
    closed  why it cannot be written in now, in a sentence; none while it can
    """

    key: str
    title: str
    state: str
    note: str
    gaps: int
    closed: str | None

    @property
    def open(self) -> bool:
        """Whether it can be written in now."""
        return self.closed is None


@dataclass(frozen=True)
class Rights:
    """What this actor may do with the application, its state aside.

    whole   read all of it, and not only the sections that a coach is let into
    """

    whole: bool

    write: bool
    comment: bool
    invite_coach: bool
    certify: bool
    withdraw: bool


@dataclass(frozen=True)
class Draft:
    """An application with its form, its answers by field key, and the files attached to it by field key."""

    application: Application
    form: Form
    drafted: Mapping[str, Answer]
    files: Mapping[str, list[Attachment]]

    @property
    def answers(self) -> dict[str, Any]:
        """The answers in the shape they are kept in, files among them."""
        return queries.answers_in(self.drafted, self.files)

    @cached_property
    def unreadable(self) -> dict[str, dict[str, str]]:
        """Field key -> place -> why it cannot be read, of what stands only as it was typed."""
        return queries.unreadable_in(self.form, self.drafted)

    @cached_property
    def barred(self) -> dict[str, str]:
        """Field key -> why an answer to an eligibility question keeps the applicant from going on, and whom to ask."""
        return {eligibility_key(one): one.sentence for one in queries.barring(self.application, self.answers)}


def draft(application: Application) -> Draft:
    """A draft as it stands now."""
    drafted, files = queries.drafted_answers(application), queries.attachments_of(application)
    return Draft(application, queries.form_of(application), drafted, files)


@dataclass(frozen=True)
class Overview(Draft):
    """A draft with everything its pages say about it.

    unread   section key -> how many comments the actor has not read there
    """

    definition: Definition
    rules: ApplicationStage
    standing: Standing
    sections: tuple[SectionState, ...]
    deadline: Deadline
    members: tuple[OrganizationMembership, ...]
    rights: Rights
    unread: Mapping[str, int]
    others: tuple[Presence, ...]

    @property
    def signatories(self) -> list[str]:
        """Those who may certify, each with their title: Principal Teresa Reyes."""
        return [
            f"{place.person.title or ''} {place.person.name}".strip()
            for place in self.members
            if place.role == OrganizationRole.SIGNATORY
        ]

    @property
    def leads(self) -> list[str]:
        """The names of those who look after the organization's people."""
        return [place.person.name for place in self.members if place.role == OrganizationRole.LEAD]

    @cached_property
    def contact(self) -> Contact | None:
        """Whom the school asks, where somebody is named."""
        return contacts_of([self.application.case]).get(self.application.case_id)

    @property
    def is_written(self) -> bool:
        """Whether it is being written: a draft, or returned for change."""
        return self.application.state in (State.DRAFT, State.RETURNED)

    @property
    def left(self) -> timedelta:
        """The time until the deadline; negative after it."""
        return self.deadline.left(now())

    @property
    def deadline_words(self) -> str:
        """The time left, in words: "12 days left"."""
        return "The deadline has passed" if self.is_late else f"{time_left(self.left)} left"

    @property
    def is_late(self) -> bool:
        return not self.deadline.holds(now())

    @property
    def next_section(self) -> str:
        """Where to go on: the first section that is open and not ready, else the first."""
        waiting = (one.key for one in self.sections if one.open and one.state != "ready")
        return next(waiting, self.sections[0].key)

    @property
    def unchanged(self) -> list[str]:
        """The titles of sections that were returned for change, and that nobody has called ready since."""
        return [one.title for one in self.sections if one.state == "returned"]

    def titles(self, sections: Collection[str]) -> list[str]:
        """The titles of sections, in the order of the form; of those alone that the actor reads."""
        return [section.title for key, section in self.form.sections.items() if key in sections]

    def criteria_of(self, section: Section) -> list[Criterion]:
        """The criteria a section is judged by, of the stage's rubric."""
        rubric = self.definition.rubric(self.rules.review.rubric)
        return [rubric.criteria[key] for key in section.judged_by]


def overview(actor: Actor, application: Application) -> Overview:
    """Everything a draft's pages say about it, to this actor: to a coach, as if it had no more than their sections."""
    definition = definition_of(application.stage.cycle)
    rules = definition.application_stage(application.stage.key)
    form, drafted, files, whole = _opened(actor, application, asked_form(definition, rules))
    answers = queries.answers_in(drafted, files)
    progress = standing(
        form,
        answers,
        queries.barring(application, answers),
        queries.unreadable_in(form, drafted),
        queries.member_gaps(application.stage.cycle, application.case.organization) if whole else None,
    )
    statuses = queries.section_statuses(application)
    others = tuple(queries.others_in(actor, application))
    return Overview(
        application=application,
        definition=definition,
        rules=rules,
        form=form,
        drafted=drafted,
        files=files,
        standing=progress,
        sections=tuple(
            _section(actor, application, section, drafted, files, progress, statuses, others)
            for section in form.sections.values()
        ),
        deadline=application.deadline,
        members=tuple(queries.members(application.case.organization_id)),
        rights=_rights(actor, application.case.organization_id, whole),
        others=others,
        unread=queries.unread_in(actor, application, form.sections),
    )


def _opened(
    actor: Actor, application: Application, form: Form
) -> tuple[Form, dict[str, Answer], dict[str, list[Attachment]], bool]:
    """The form, the answers and the files as far as they are open to the actor, and whether that is all of them."""
    drafted, files = queries.drafted_answers(application), queries.attachments_of(application)
    # Staff learn how far it is, and read none of it before it is submitted.
    writes_along = may_comment(actor, application.case.organization_id)
    named = queries.sections_open_to(actor, application) if writes_along else None
    if named is None:
        return form, drafted, files, True
    form = part_of(form, queries.answers_in(drafted, files), named)
    theirs = {one.key for one in form.all_fields()}
    drafted = {key: answer for key, answer in drafted.items() if key in theirs}
    return form, drafted, {key: attached for key, attached in files.items() if key in theirs}, False


def _rights(actor: Actor, organization_id: int, whole: bool) -> Rights:
    return Rights(
        whole=whole,
        write=bool(may_write(actor, organization_id)),
        comment=bool(may_comment(actor, organization_id)),
        invite_coach=bool(may_invite_coach(actor, organization_id)),
        certify=bool(may_certify(actor, organization_id)),
        withdraw=bool(may_withdraw(actor, organization_id)),
    )


def _section(
    actor: Actor,
    application: Application,
    section: Section,
    drafted: Mapping[str, Answer],
    files: Mapping[str, list[Attachment]],
    progress: Standing,
    statuses: Mapping[str, SectionStatus],
    others: tuple[Presence, ...],
) -> SectionState:
    gaps = sum(gap.section == section.key for gap in progress.gaps)
    written = [answer for key in section.fields if (answer := drafted.get(key)) and not answer.is_empty]
    ready = section.key in statuses and statuses[section.key].ready and not gaps
    returned = application.state == State.RETURNED and section.key in (application.returned_sections or ())
    if ready or application.state == State.SUBMITTED:
        state = "ready"
    elif returned:
        state = "returned"
    else:
        state = "started" if written or any(key in files for key in section.fields) else "empty"
    whole = ("application", "submitted") if application.state == State.SUBMITTED else ("section", state)
    writers = _writers(actor, written) if state == "started" else ""
    note = section_words(others, section.key) or writers or status_of(*whole).word
    closed = closed_to_writing(application.state, section.key, application.returned_sections or ())
    return SectionState(section.key, section.title, state, note, gaps, closed)


def _writers(actor: Actor, written: list[Answer]) -> str:
    """Who wrote a section, the latest first: "Dana, you"."""
    names: dict[int, str] = {}
    for answer in sorted(written, key=lambda answer: answer.written_at, reverse=True):
        own = answer.written_by_id == actor.person_id
        names.setdefault(answer.written_by_id, "you" if own else answer.written_by.name.split()[0])
    said = ", ".join(names.values())
    return said[:1].upper() + said[1:]
