"""Rendering frozen documents: one after the other, each kept as soon as it is made."""

import logging

from sqlalchemy import select

from grants.background import Trouble, job
from grants.background.runner import report_progress
from grants.casework import files
from grants.documents import services
from grants.documents.models import Document
from grants.documents.rendering import render
from grants.documents.states import State
from grants.kernel.errors import Clash
from grants.persistence.session import db, unit_of_work

log = logging.getLogger(__name__)
PDF = "application/pdf"


class SomeFailed(Trouble):
    """Part of a batch could not be rendered; the rest is done, and the next attempt takes up what is left."""


@job(services.RENDER, "Make the PDF of a letter, a receipt or an agreement")
@job(services.RENDER_MANY, "Make PDFs of many letters", long=True)
def render_documents(document_ids: list[str], job_key: str, release: bool = False) -> None:
    """Render a batch. Those that are rendered already are left as they are, so it can be run again after a crash."""
    failed: list[str] = []
    for place, public_id in enumerate(document_ids, start=1):
        try:
            _render_one(public_id, release)
        except Exception:  # one faulty document must not hold back the others
            log.exception("document %s could not be rendered", public_id)
            failed.append(public_id)
        report_progress(job_key, done=place - len(failed), total=len(document_ids))
    if failed:
        numbers = ", ".join(failed)
        raise SomeFailed(
            f"{len(failed)} of {len(document_ids)} documents could not be made; the log says why: {numbers}."
        )


def _render_one(public_id: str, release: bool) -> None:
    document = _find(public_id)
    kept = None
    if document.state == State.FROZEN:
        template, facts, name = document.template, dict(document.facts), document.file_name
        db.session.rollback()  # no transaction stays open while the PDF is made
        kept = files.put(render(template, facts), name, PDF)
    with unit_of_work():
        document = _find(public_id)
        if kept is not None:
            try:
                services.keep_rendered(document, kept)
            except Clash:  # another runner was faster, or it was called void: then these bytes are nobody's
                return
        if release and document.state == State.RENDERED:
            services.release(document)


def _find(public_id: str) -> Document:
    return db.session.scalars(select(Document).where(Document.public_id == public_id)).one()
