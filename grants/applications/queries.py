"""Reading applications, always as someone: drafts with their answers, submissions, and the staff's list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.completeness import asked_form
from grants.applications.deadlines import Deadline
from grants.applications.models import (
    Answer,
    AnswerVersion,
    Application,
    Attachment,
    DraftComment,
    SectionStatus,
    Submission,
)
from grants.applications.scope import visible_applications, was_submitted
from grants.applications.states import State
from grants.applications.todos import todos
from grants.casework.models import Case, StoredFile
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, FileField, Form

__all__ = [
    "ApplicationFilters",
    "Carried",
    "answers_of",
    "application_for",
    "applications",
    "attachment_for",
    "attachments_of",
    "carried_forward",
    "comments_of",
    "deadline_of",
    "drafted_answers",
    "every_application",
    "file_fields",
    "form_of",
    "history_of",
    "latest_submissions",
    "members",
    "rules_of",
    "section_statuses",
    "stages",
    "submission_for",
    "submissions_of",
    "todos",
    "visible_applications",
]


# ── one application ──────────────────────────────────────────────────────────────────────────────────────────────────


def application_for(actor: Actor, public_id: str) -> Application:
    """One application, with its case, organization, stage and cycle.

    raises   Missing when there is none, or the actor may not know of it
    """
    application = db.session.scalar(
        select(Application).where(Application.public_id == public_id, visible_applications(actor)).options(*_whole())
    )
    if application is None:
        raise Missing("There is no such application, or it is not yours to see.")
    return application


def _whole() -> tuple[Any, ...]:
    return (
        joinedload(Application.case).options(joinedload(Case.organization), joinedload(Case.officer)),
        joinedload(Application.stage).joinedload(CycleStage.cycle).joinedload(Cycle.program_version),
    )


def rules_of(application: Application) -> ApplicationStage:
    """The stage's rules, in the version of the program that its cycle keeps."""
    return definition_of(application.stage.cycle).application_stage(application.stage.key)


def form_of(application: Application) -> Form:
    """The form as the applicant meets it, eligibility questions first."""
    definition = definition_of(application.stage.cycle)
    return asked_form(definition, definition.application_stage(application.stage.key))


def deadline_of(application: Application) -> Deadline:
    """What a submission of it is held against: the stage's deadline, or the day by which returned sections are due."""
    stage = application.stage
    grace = timedelta(minutes=stage.grace_minutes)
    if application.state == State.RETURNED and application.returned_until is not None:
        return Deadline(application.returned_until, grace)
    return Deadline(stage.closes_at, grace, application.extended_to)


def drafted_answers(application: Application) -> dict[str, Answer]:
    """The present answers by field key, each with who wrote it."""
    found = db.session.scalars(
        select(Answer).where(Answer.application_id == application.id).options(joinedload(Answer.written_by))
    )
    return {answer.field: answer for answer in found}


def attachments_of(application: Application) -> dict[str, list[Attachment]]:
    """Attachments that were not removed, by field key, the oldest first."""
    found = db.session.scalars(
        select(Attachment)
        .where(Attachment.application_id == application.id, Attachment.removed_at.is_(None))
        .options(joinedload(Attachment.file))
        .order_by(Attachment.id)
    )
    by_field: dict[str, list[Attachment]] = {}
    for attachment in found:
        by_field.setdefault(attachment.field, []).append(attachment)
    return by_field


def answers_of(application: Application) -> dict[str, Any]:
    """Present answers by field key in the shape they are kept in; a file field's answer is the list of its files."""
    answers = {key: answer.value for key, answer in drafted_answers(application).items()}
    return answers | {key: [_file(one.file) for one in files] for key, files in attachments_of(application).items()}


def _file(stored: StoredFile) -> dict[str, Any]:
    kept = ("name", "content_type", "size", "sha256")
    return {"file": stored.public_id, **{name: getattr(stored, name) for name in kept}}


def attachment_for(actor: Actor, application: Application, public_id: str) -> Attachment:
    """One attachment of an application the actor has, removed or not.

    raises   Missing
    """
    found = db.session.scalar(
        select(Attachment)
        .where(Attachment.public_id == public_id, Attachment.application_id == application.id)
        .options(joinedload(Attachment.file))
    )
    if found is None:
        raise Missing("There is no such file.")
    return found


def section_statuses(application: Application) -> dict[str, SectionStatus]:
    """What the writers said of each section, by its key."""
    found = db.session.scalars(select(SectionStatus).where(SectionStatus.application_id == application.id))
    return {status.section: status for status in found}


def comments_of(application: Application, section: str | None = None) -> Sequence[DraftComment]:
    """Comments on a draft, or on one section of it, the oldest first."""
    found = select(DraftComment).where(DraftComment.application_id == application.id)
    if section is not None:
        found = found.where(DraftComment.section == section)
    return db.session.scalars(found.options(joinedload(DraftComment.author)).order_by(DraftComment.id)).all()


def history_of(application: Application, field_key: str) -> Sequence[tuple[AnswerVersion, str]]:
    """Every text an answer ever had, with its writer's name, the latest first."""
    rows = db.session.execute(
        select(AnswerVersion, Person.name)
        .join(Person, Person.id == AnswerVersion.written_by_id)
        .where(AnswerVersion.application_id == application.id, AnswerVersion.field == field_key)
        .order_by(AnswerVersion.id.desc())
    )
    return rows.all()


def members(organization_id: int) -> Sequence[OrganizationMembership]:
    """The organization's people with their roles, signatories first."""
    return db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .where(OrganizationMembership.organization_id == organization_id, Person.is_active)
        .options(contains_eager(OrganizationMembership.person))
        .order_by(OrganizationMembership.role != OrganizationRole.SIGNATORY, Person.name)
    ).all()


@dataclass(frozen=True)
class Carried:
    """An answer of an earlier stage that a field may start from."""

    field: str
    value: Any
    stage: str
    submitted_at: datetime


def carried_forward(application: Application, form: Form) -> dict[str, Carried]:
    """For the fields that carry forward, what the same case last submitted to the field they name; by field key."""
    wanted = {one.key: one.carry_forward.split(".", 1) for one in form.all_fields() if one.carry_forward}
    if not wanted:
        return {}
    earlier = {
        submission.application.stage.key: submission
        for submission in db.session.scalars(
            select(Submission)
            .join(Submission.application)
            .join(Application.stage)
            .where(Application.case_id == application.case_id, CycleStage.key.in_({key for key, _ in wanted.values()}))
            .options(contains_eager(Submission.application).contains_eager(Application.stage))
            .order_by(Submission.number)
        )
    }
    return {
        key: Carried(key, value, source.application.stage.title, source.submitted_at)
        for key, (stage, origin) in wanted.items()
        if (source := earlier.get(stage)) and (value := source.content["answers"].get(origin)) is not None
    }


# ── submissions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def submissions_of(application: Application) -> Sequence[Submission]:
    """An application's submissions, the latest first, each with who certified it."""
    return db.session.scalars(
        select(Submission)
        .where(Submission.application_id == application.id)
        .options(joinedload(Submission.certified_by))
        .order_by(Submission.number.desc())
    ).all()


def submission_for(actor: Actor, public_id: str) -> Submission:
    """One submission, with its application, case, organization and stage.

    raises   Missing when there is none, or the actor may not know of it
    """
    submission = db.session.scalar(
        select(Submission)
        .join(Submission.application)
        .where(Submission.public_id == public_id, visible_applications(actor))
        .options(joinedload(Submission.certified_by), contains_eager(Submission.application).options(*_whole()))
    )
    if submission is None:
        raise Missing("There is no such submission, or it is not yours to read.")
    return submission


def latest_submissions(stage_id: int, *, screened: bool = False) -> Select[Submission]:
    """The newest submission of every application that stands submitted in a stage: neither withdrawn, returned,
    reopened nor found ineligible. Not scoped to an actor: add `not_conflicted(actor, Application.case_id)`, for
    Application and its case are joined.

    screened   only those that staff have found eligible
    """
    later = select(func.max(Submission.number)).where(Submission.application_id == Application.id)
    found = (
        select(Submission)
        .join(Submission.application)
        .join(Application.case)
        .where(
            Application.stage_id == stage_id,
            Application.state == State.SUBMITTED,
            Submission.number == later.scalar_subquery(),
        )
        .order_by(Submission.id)
    )
    return found.where(Application.screened_at.is_not(None)) if screened else found


# ── the staff's list ─────────────────────────────────────────────────────────────────────────────────────────────────

Completeness = Literal["", "empty", "begun", "complete"]
SORTS: Final = ("school", "stage", "state", "completeness", "written", "submitted")


@dataclass(frozen=True)
class ApplicationFilters:
    """What the list is narrowed to; empty text narrows nothing.

    stage, cycle       public ids
    completeness       nothing answered, something, or everything that is asked
    never_submitted    started, and not submitted since
    """

    cycle: str = ""
    stage: str = ""
    state: str = ""
    sector: str = ""
    search: str = ""
    completeness: Completeness = ""
    never_submitted: bool = False
    to_screen: bool = False
    sort: str = "school"
    descending: bool = field(default=False)


def applications(actor: Actor, filters: ApplicationFilters, page: int = 1, size: int = 30) -> Page[Any]:
    """Rows of (Application, instant of its latest submission or None, number of submissions)."""
    return paginate_rows(_list(actor, filters), page, size)


def every_application(actor: Actor, filters: ApplicationFilters) -> Iterable[Any]:
    """The same rows without pages, for an export."""
    return db.session.execute(_list(actor, filters)).all()


def _list(actor: Actor, filters: ApplicationFilters) -> Select[Any]:
    mine = Submission.application_id == Application.id
    submitted_at = select(func.max(Submission.submitted_at)).where(mine).scalar_subquery()
    times = select(func.count()).select_from(Submission).where(mine).scalar_subquery()
    keys = _sort_keys(submitted_at)[filters.sort]
    return (
        select(Application, submitted_at.label("submitted_at"), times.label("times"))
        .join(Application.case)
        .join(Case.organization)
        .join(Application.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Application.case).options(contains_eager(Case.organization), joinedload(Case.officer)),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle),
        )
        .where(visible_applications(actor), *_narrowed(filters))
        .order_by(*(key.desc() if filters.descending else key.asc() for key in keys), Application.id)
    )


def _sort_keys(submitted_at: ColumnElement[Any]) -> Mapping[str, tuple[Any, ...]]:
    share = case((Application.asked > 0, Application.answered * 1.0 / Application.asked), else_=0)
    return {
        "school": (func.lower(Organization.name),),
        "stage": (CycleStage.cycle_id, CycleStage.position),
        "state": (Application.state,),
        "completeness": (share,),
        # Those without an instant stand together at one end, the same on both engines.
        "written": (Application.written_at.is_not(None), Application.written_at),
        "submitted": (submitted_at.is_not(None), submitted_at),
    }


def _narrowed(filters: ApplicationFilters) -> list[ColumnElement[bool]]:
    full = and_(Application.asked > 0, Application.answered == Application.asked)
    completeness = {
        "empty": Application.answered == 0,
        "begun": and_(Application.answered > 0, Application.answered < Application.asked),
        "complete": full,
    }
    wanted: list[tuple[object, ColumnElement[bool]]] = [
        (filters.cycle, Cycle.public_id == filters.cycle),
        (filters.stage, CycleStage.public_id == filters.stage),
        (filters.state, Application.state == filters.state),
        (filters.sector, Organization.sector == filters.sector),
        (filters.never_submitted, and_(Application.state == State.DRAFT, ~was_submitted())),
        (filters.to_screen, and_(Application.state == State.SUBMITTED, Application.screened_at.is_(None))),
        (filters.completeness, completeness.get(filters.completeness, full)),
        (filters.search, _found(filters.search)),
    ]
    return [condition for given, condition in wanted if given]


def _found(text: str) -> ColumnElement[bool]:
    columns = Organization.name, Organization.nces_id, Organization.cds_id, Organization.city
    return or_(*(column.icontains(text.strip(), autoescape=True) for column in columns))


def stages(actor: Actor) -> Sequence[CycleStage]:
    """Application stages in which the actor may know of an application, the newest cycle first."""
    known = exists().where(Application.stage_id == CycleStage.id, visible_applications(actor))
    return db.session.scalars(
        select(CycleStage)
        .join(CycleStage.cycle)
        .where(CycleStage.kind == "application", known)
        .options(contains_eager(CycleStage.cycle))
        .order_by(Cycle.opened_at.desc(), CycleStage.position)
    ).all()


def file_fields(form: Form) -> list[FileField]:
    """The fields of a form that are answered with files."""
    return [one for one in form.all_fields() if isinstance(one, FileField)]
