"""The files of a draft: for the applicant's own people, and in part for coaches."""

from sqlalchemy import or_, select

from grants.applications.models import Application, Attachment
from grants.applications.queries.coaching import sections_open_to
from grants.applications.queries.drafts import file_fields, form_of, whole
from grants.applications.scope import coached_drafts, own_applications
from grants.casework.models import StoredFile
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.session import db


def draft_file(actor: Actor, application_id: str, file_id: str) -> StoredFile:
    """A file that was attached to a draft, removed or not; for a coach of the sections that were named to them.

    application_id, file_id   public ids
    raises                    Missing when there is none, or the draft is not theirs to read: staff read what was
                              submitted alone
    """
    application = db.session.scalar(
        select(Application)
        .where(Application.public_id == application_id, or_(own_applications(actor), coached_drafts(actor)))
        .options(*whole())
    )
    found = None
    if application is not None:
        form, named = form_of(application), sections_open_to(actor, application)
        fields = [one.key for one in file_fields(form) if named is None or form.section_of(one.key).key in named]
        found = db.session.scalar(
            select(StoredFile)
            .join(Attachment, Attachment.file_id == StoredFile.id)
            .where(
                StoredFile.public_id == file_id,
                Attachment.application_id == application.id,
                Attachment.field.in_(fields),
            )
        )
    if found is None:
        raise Missing("There is no such file.")
    return found
