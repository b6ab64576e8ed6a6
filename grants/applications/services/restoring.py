"""What was submitted stands again in the draft, where something else was written since and not handed in."""

from collections.abc import Collection, Mapping
from typing import Any

from grants.applications import queries
from grants.applications.completeness import shown_fields
from grants.applications.content import Content
from grants.applications.models import Application, Submission
from grants.applications.reading import content_answers
from grants.applications.services.drafts import note_progress
from grants.applications.services.writing import set_answer
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.schema import AnyField, FileField


def let_stand_as_submitted(
    actor: Actor, application: Application, sections: Collection[str], submission: Submission
) -> None:
    """Bring the answers and files of these sections back to a submission's; what was written since stays in the
    history. Those who call it have asked whether it may be, and hold the application's lock.

    What did not show when it was submitted is left as it is: it does not show again.
    """
    form, was = queries.form_of(application), content_answers(submission.content)
    asked = {key: field for key, field in shown_fields(form, was).items() if form.section_of(key).key in sections}
    drafted = queries.drafted_answers(application)
    for key, field in asked.items():
        content, answer = Content(was.get(key)), drafted.get(key)
        if not isinstance(field, FileField) and (answer is not None or content != Content()):
            drafted[key] = set_answer(application, key, answer, content, submission.certified_by_id)
    _files_as_submitted(actor, application, asked, was)
    note_progress(application, form, drafted)


def _files_as_submitted(
    actor: Actor, application: Application, asked: Mapping[str, AnyField], was: Mapping[str, Any]
) -> None:
    held = {key: {one["file"] for one in was.get(key, ())} for key in asked if isinstance(asked[key], FileField)}
    for attachment in queries.attachments_ever(application, held):
        stood = attachment.file.public_id in held[attachment.field]
        if stood and attachment.removed_at is not None:
            attachment.removed_at = attachment.removed_by_id = None
        elif not stood and attachment.removed_at is None:
            attachment.removed_at, attachment.removed_by_id = now(), actor.person_id
    db.session.flush()
