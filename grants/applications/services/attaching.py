"""Files as answers: attached, replaced, removed; what was there stays on record."""

from grants.applications import queries
from grants.applications.models import Application, Attachment
from grants.applications.room import why_no_room
from grants.applications.services.drafts import note_progress, person, require_open, require_writer
from grants.casework import files
from grants.casework.files import PutFile
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.schema import FileField

MOST_FILES = 10


def attach(actor: Actor, application: Application, field_key: str, kept: PutFile) -> Attachment:
    """Answer a file field with a file that was examined and put into the store. Where one is asked for, it replaces.

    raises   Refused; Clash when the section cannot be changed now; Invalid when the field takes no more, or the
             application has no room for it
    """
    lock(application)
    replaced = require_attachable(actor, application, field_key, kept.size)
    writer, form = person(actor), queries.form_of(application)
    for attachment in replaced:
        attachment.removed_at, attachment.removed_by_id = now(), writer.id
    stored = files.register(kept, case=application.case, by=writer)
    attachment = Attachment(
        application_id=application.id, field=field_key, file=stored, attached_at=now(), attached_by_id=writer.id
    )
    db.session.add(attachment)
    db.session.flush()
    note_progress(application, form)
    after = {"field": field_key, "name": kept.name, "sha256": kept.sha256}
    audit.record(actor, "application.attach", attachment, after=after, case_id=application.case_id)
    return attachment


def require_attachable(actor: Actor, application: Application, field_key: str, size: int) -> list[Attachment]:
    """Whether a file of so many bytes may answer a field now: asked before its bytes are stored, and once more when it
    is attached.

    returns  the files whose place it takes
    raises   as `attach`
    """
    require_writer(actor, application)
    form = queries.form_of(application)
    field = next((one for one in queries.file_fields(form) if one.key == field_key), None)
    if field is None:
        raise Invalid("This question is not answered with a file.")
    require_open(application, form, form.section_of(field_key).key)
    attached = queries.attachments_of(application)
    replaced = _replaced(field, attached.get(field_key, []))
    staying = [one.file.size for files_of in attached.values() for one in files_of if one not in replaced]
    if sentence := why_no_room(form.files_at_most_mb, staying, size):
        raise Invalid(sentence, {field_key: sentence})
    return replaced


def remove_attachment(actor: Actor, application: Application, attachment: Attachment) -> None:
    """Take a file out of the draft; removing it twice is removing it once.

    raises   Refused; Clash when the section cannot be changed now
    """
    require_writer(actor, application)
    lock(application)
    form = queries.form_of(application)
    require_open(application, form, form.section_of(attachment.field).key)
    if attachment.application_id != application.id:
        raise Clash("This file belongs to another application.")
    if attachment.removed_at is None:
        attachment.removed_at, attachment.removed_by_id = now(), person(actor).id
        audit.record(actor, "application.remove_file", attachment, case_id=application.case_id)
    note_progress(application, form)


def _replaced(field: FileField, present: list[Attachment]) -> list[Attachment]:
    if field.several and len(present) >= MOST_FILES:
        sentence = f"Attach at most {MOST_FILES} files here."
        raise Invalid(sentence, {field.key: sentence})
    return [] if field.several else present
