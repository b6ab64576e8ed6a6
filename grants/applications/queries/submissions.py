"""What was submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.applications.members import members_in, members_part
from grants.applications.models import Application, Submission
from grants.applications.queries.consortia import members_of
from grants.applications.queries.drafts import answers_of, form_of, whole
from grants.applications.reading import FileUrl, Item, Part, content_answers, read
from grants.applications.scope import visible_applications
from grants.applications.states import State
from grants.casework.models import StoredFile
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.messages.models import Message
from grants.persistence.session import db


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
        .options(joinedload(Submission.certified_by), contains_eager(Submission.application).options(*whole()))
    )
    if submission is None:
        raise Missing("There is no such submission, or it is not yours to read.")
    return submission


def read_submission(
    submission: Submission, *, file_url: FileUrl | None = None, blind: bool = False
) -> tuple[Part, ...]:
    """A submission as one reads it, for the macro in applications/_reading.html; a consortium's members first.

    file_url   gives the address of a file by its public id; without it files are named and not linked
    blind      without what says who applies; of a question that was let pass without the reason, which may say it
    """
    answers = content_answers(submission.content)
    parts = read(form_of(submission.application), answers, file_url=file_url, blind=blind)
    said = {one["field"]: "." if blind else f": {one['reason']}" for one in submission.content.get("let_pass", ())}
    answered = (replace(part, items=tuple(_remarked(item, said) for item in part.items)) for part in parts)
    return (*(() if blind else members_part(members_in(submission.content))), *answered)


def read_draft(application: Application, *, file_url: FileUrl | None = None) -> tuple[Part, ...]:
    """A draft as one would read it if it were submitted now; `file_url` as in read_submission."""
    organization = application.case.organization
    members = members_of([organization]).get(organization.id, ())
    return (*members_part(members), *read(form_of(application), answers_of(application), file_url=file_url))


def _remarked(item: Item, said: Mapping[str, str]) -> Item:
    return replace(item, remark=f"Let pass by the foundation{said[item.key]}") if item.key in said else item


def latest_submissions(stage_id: int, *, screened: bool = False) -> Select[Submission]:
    """The newest submission of every application that stands submitted in a stage: neither withdrawn, returned,
    reopened nor found ineligible. Not scoped to an actor: add `not_conflicted(actor, Application.case_id)`, for
    Application and its case are joined.

    screened   only those that staff have found eligible
    """
    every = aliased(Submission)
    newest = select(func.max(every.number)).where(every.application_id == Application.id)
    found = (
        select(Submission)
        .join(Submission.application)
        .join(Application.case)
        .where(
            Application.stage_id == stage_id,
            Application.state == State.SUBMITTED,
            Submission.number == newest.scalar_subquery(),
        )
        .order_by(Submission.id)
    )
    return found.where(Application.screened_at.is_not(None)) if screened else found


def submitted_file(submission: Submission, file_id: str) -> StoredFile:
    """A file that a submission holds, by its public id.

    raises   Missing
    """
    if file_id in {file["file"] for file in submission.content["files"]}:
        found = db.session.scalar(select(StoredFile).where(StoredFile.public_id == file_id))
        if found is not None:
            return found
    raise Missing("There is no such file in this submission.")


def asked_key(application: Application) -> str:
    """What the keys of the messages begin with that ask a signatory to certify an application."""
    return f"application-ready:{application.public_id}:"


def asked_to_certify_at(application: Application) -> datetime | None:
    """When its signatories were last asked to certify it."""
    asked = select(func.max(Message.queued_at)).where(
        Message.case_id == application.case_id, Message.key.startswith(asked_key(application), autoescape=True)
    )
    return db.session.scalar(asked)
