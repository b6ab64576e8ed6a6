"""One application and its draft: answers, files, people, the state of its sections."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.applications.completeness import asked_form
from grants.applications.content import why_unreadable
from grants.applications.models import (
    Answer,
    Application,
    Attachment,
    SectionStatus,
)
from grants.applications.scope import coached_drafts, own_applications, visible_applications
from grants.casework.models import Case, StoredFile
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, FileField, Form


def application_for(actor: Actor, public_id: str) -> Application:
    """One application, with its case, organization, stage and cycle. A coach finds the drafts they read a part of.

    raises   Missing when there is none, or the actor may not know of it
    """
    application = db.session.scalar(
        select(Application)
        .where(Application.public_id == public_id, or_(visible_applications(actor), coached_drafts(actor)))
        .options(*whole())
    )
    if application is None:
        raise Missing("There is no such application, or it is not yours to see.")
    return application


def draft_that_goes_on(actor: Actor, public_id: str) -> Application:
    """The application in place of one that was set aside: two organizations had both begun it, and became one.

    raises   Missing when it was not set aside, or the actor may not know of the other
    """
    aside, gone = aliased(Application), aliased(Case)
    stays = db.session.scalar(
        select(Application.public_id)
        .join(aside, aside.stage_id == Application.stage_id)
        .join(gone, gone.id == aside.case_id)
        .where(aside.public_id == public_id, Application.case_id == gone.merged_into_id)
    )
    if stays is None:
        raise Missing("There is no such application, or it is not yours to see.")
    return application_for(actor, stays)


def own_application(actor: Actor, public_id: str) -> Application:
    """An application of the actor's own organization, whose draft they read whole.

    raises   Missing for everyone else, staff and coaches among them
    """
    application = db.session.scalar(
        select(Application).where(Application.public_id == public_id, own_applications(actor)).options(*whole())
    )
    if application is None:
        raise Missing("A draft is the applicant's own.")
    return application


def whole() -> tuple[Any, ...]:
    return (
        joinedload(Application.case).options(joinedload(Case.organization), joinedload(Case.officer)),
        joinedload(Application.stage).joinedload(CycleStage.cycle).joinedload(Cycle.program_version),
    )


def named() -> Select[Application]:
    """Applications joined with their case, organization, stage and cycle, which come with them."""
    return (
        select(Application)
        .join(Application.case)
        .join(Case.organization)
        .join(Application.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Application.case).contains_eager(Case.organization),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle),
        )
    )


def rules_of(application: Application) -> ApplicationStage:
    """The stage's rules, in the version of the program that its cycle keeps."""
    return definition_of(application.stage.cycle).application_stage(application.stage.key)


def form_of(application: Application) -> Form:
    """The form as the applicant meets it, eligibility questions first."""
    definition = definition_of(application.stage.cycle)
    return asked_form(definition, definition.application_stage(application.stage.key))


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


def attachments_ever(application: Application, fields: Collection[str]) -> Sequence[Attachment]:
    """Every file that was ever attached to these fields, removed or not, the oldest first."""
    return db.session.scalars(
        select(Attachment)
        .where(Attachment.application_id == application.id, Attachment.field.in_(fields))
        .options(joinedload(Attachment.file))
        .order_by(Attachment.id)
    ).all()


def answers_of(application: Application) -> dict[str, Any]:
    """Present answers by field key in the shape they are kept in; a file field's answer is the list of its files."""
    return answers_in(drafted_answers(application), attachments_of(application))


def answers_in(drafted: Mapping[str, Answer], files: Mapping[str, Sequence[Attachment]]) -> dict[str, Any]:
    """The same, of answers and attachments that were read before."""
    answers = {key: answer.value for key, answer in drafted.items()}
    return answers | {key: [_file(one.file) for one in attached] for key, attached in files.items()}


def unreadable_in(form: Form, drafted: Mapping[str, Answer]) -> dict[str, dict[str, str]]:
    """Field key -> place -> why it cannot be read, of the answers that stand only as they were typed."""
    return {
        key: why_unreadable(form.field(key), answer.typed)
        for key, answer in drafted.items()
        if answer.typed is not None
    }


def _file(stored: StoredFile) -> dict[str, Any]:
    kept = ("name", "content_type", "size", "sha256")
    return {"file": stored.public_id, **{name: getattr(stored, name) for name in kept}}


def attachment_for(application: Application, public_id: str) -> Attachment:
    """One attachment of an application, removed or not; whoever has the application has its files.

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


def members(organization_id: int) -> Sequence[OrganizationMembership]:
    """The organization's people with their roles, signatories first."""
    return db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .where(OrganizationMembership.organization_id == organization_id, Person.is_active)
        .options(contains_eager(OrganizationMembership.person))
        .order_by(OrganizationMembership.role != OrganizationRole.SIGNATORY, Person.name, OrganizationMembership.id)
    ).all()


def file_fields(form: Form) -> list[FileField]:
    """The fields of a form that are answered with files."""
    return [one for one in form.all_fields() if isinstance(one, FileField)]


def stage_to_start(actor: Actor, stage_id: str, organization_id: str) -> tuple[CycleStage, Organization]:
    """A stage, and one of the actor's own organizations, by their public ids.

    raises   Missing
    """
    stage = db.session.scalar(
        select(CycleStage)
        .where(CycleStage.public_id == stage_id)
        .options(joinedload(CycleStage.cycle).joinedload(Cycle.program_version))
    )
    organization = db.session.scalar(
        select(Organization).where(
            Organization.public_id == organization_id, Organization.id.in_(actor.organization_ids)
        )
    )
    if stage is None or organization is None:
        raise Missing("There is no such stage, or this is not your organization.")
    return stage, organization
