"""Freezing facts into a document, releasing it, calling it void. Rendering is slow, and so is a job's work."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from grants.background import enqueue
from grants.background.models import Job
from grants.casework.files import PutFile, register
from grants.casework.models import Case
from grants.documents import facts as document_facts
from grants.documents.codes import new_code
from grants.documents.models import Document
from grants.documents.states import DOCUMENT, State
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.policy import SYSTEM, Actor
from grants.messages.addresses import address_of
from grants.persistence import audit
from grants.persistence.moves import move
from grants.persistence.session import db

RENDER: Final = "documents.render"
RENDER_MANY: Final = "documents.render_many"
VERIFICATION: Final = "verification"


def freeze(
    kind: str,
    subject_id: str,
    case: Case,
    title: str,
    template: str,
    facts: Mapping[str, Any],
    *,
    compares: bool = False,
    actor: Actor = SYSTEM,
) -> Document:
    """The document about a subject with exactly these facts: the present version, or a new one.

    A version that was not released gives way to the new one and is void; a released one stays, as what was sent.

    kind         letter, agreement, receipt, certificate or voucher
    subject_id   public id of what it is about
    template     letter, agreement, receipt or certificate; see documents.facts for what each needs
    facts        plain values (text, whole numbers, lists, dicts), as documents.facts makes them
    compares     whether it weighs the case against others of its cycle
    raises       ValueError when a fact that the template needs is missing; TypeError for a float among them
    """
    if lacking := document_facts.missing(template, facts):
        raise ValueError(f"The {template} lacks {', '.join(lacking)}.")
    latest = _latest(kind, subject_id)
    if latest is not None and _same(latest, template, facts):
        return latest
    if latest is not None and latest.state in {State.FROZEN, State.RENDERED}:
        void(latest, "A newer version takes its place.", actor=actor)
    document = Document(
        kind=kind,
        subject_id=subject_id,
        version=latest.version + 1 if latest else 1,
        case=case,
        title=title,
        template=template,
        compares=compares,
        state=State.FROZEN,
    )
    _keep(actor, document, facts)
    return document


def _keep(actor: Actor, document: Document, facts: Mapping[str, Any]) -> None:
    """Store a new version with its facts, and put it on record."""
    _seal(document, facts)
    db.session.add(document)
    db.session.flush()
    after = {"title": document.title, "version": document.version, "facts_sha256": document.facts_sha256}
    audit.record(actor, "document.freeze", document, after=after, case_id=document.case_id)


def _seal(document: Document, facts: Mapping[str, Any]) -> None:
    """Put the facts into the document for good, with the code that proves them."""
    document.code, document.frozen_at = new_code(), now()
    proof = {"code": document.code, "url": address_of("documents.verify", code=document.code)}
    document.facts = {**facts, VERIFICATION: proof}
    document.facts_sha256 = sha256_of(document.facts)


def render_later(documents: Sequence[Document], key: str, *, release: bool = False) -> Job:
    """Ask for documents to be rendered; the job's progress counts them, and it goes on where it stopped.

    key       names the batch, such as `letters:<slate's public id>`: asking twice is asking once
    release   release each as soon as it is rendered: receipts and the like, which no embargo holds back
    """
    ids = [document.public_id for document in documents]
    name = RENDER if len(ids) == 1 else RENDER_MANY
    return enqueue(db.session(), name, key=key, document_ids=ids, job_key=key, release=release)


def keep_rendered(document: Document, kept: PutFile) -> None:
    """Tie the rendered bytes to their document; called by whatever rendered it.

    raises   Clash when it was rendered meanwhile or is void
    """
    move(SYSTEM, document, "render", DOCUMENT, lambda: None)
    document.file = register(kept, case=document.case)
    document.rendered_at = now()


def release(document: Document, *, actor: Actor = SYSTEM) -> None:
    """Let the applicant read a rendered document, and anyone verify it.

    raises   Clash when it is not rendered, is released already, or is void
    """
    move(actor, document, "release", DOCUMENT, lambda: None)
    document.released_at = now()


def void(document: Document, reason: str, *, actor: Actor = SYSTEM) -> None:
    """Take a document out of force; its code no longer verifies.

    raises   Clash when it is void already
    """
    move(actor, document, "void", DOCUMENT, lambda: None)
    audit.record(actor, "document.void_reason", document, after={"reason": reason}, case_id=document.case_id)


def _latest(kind: str, subject_id: str) -> Document | None:
    return db.session.scalar(
        select(Document)
        .where(Document.kind == kind, Document.subject_id == subject_id)
        .order_by(Document.version.desc())
        .limit(1)
    )


def _same(latest: Document, template: str, facts: Mapping[str, Any]) -> bool:
    """Whether the latest version still stands and says the same; the code, which differs by version, aside."""
    whole = {**facts, VERIFICATION: latest.facts[VERIFICATION]}
    return latest.state != State.VOID and latest.template == template and sha256_of(whole) == latest.facts_sha256
