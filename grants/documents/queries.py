"""Reading documents: the applicant's once released, the foundation's own before, anyone's by a released one's code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.casework.models import Case, StoredFile
from grants.casework.visibility import no_conflict_beside, sees_as_staff
from grants.documents.codes import plain_code, spelled
from grants.documents.models import Document
from grants.documents.states import State
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db


def visible_documents(actor: Actor) -> ColumnElement[bool]:
    """Holds for the documents an actor may read, of a statement that joins Case.

    Staff read all of the cases they may know of, and what compares one with others where they have no conflict; members
    of the organization what was released to it, and nothing that was called void. Coaches read drafts, not letters.
    """
    own = and_(Document.state == State.RELEASED, Case.organization_id.in_(actor.organization_ids))
    told = or_(~Document.compares, no_conflict_beside(actor, Document.case_id))
    return or_(and_(sees_as_staff(actor, Document.case_id), told), own)


def document_for(actor: Actor, public_id: str) -> Document:
    """One document with its file.

    raises   Missing when there is none, or the actor may not know of it
    """
    document = db.session.scalar(_whole().where(Document.public_id == public_id, visible_documents(actor)))
    if document is None:
        raise Missing("There is no such document, or it is not yours to see.")
    return document


def document_about(actor: Actor, kind: str, subject_id: str) -> Document | None:
    """The newest document of a kind about a subject, by the subject's public id; None where the actor reads none."""
    found = _whole().where(Document.kind == kind, Document.subject_id == subject_id, visible_documents(actor))
    return db.session.scalar(found.order_by(Document.version.desc(), Document.id.desc()).limit(1))


def documents_of(actor: Actor, case: Case, page: int = 1, size: int = PAGE_SIZE) -> Page[Document]:
    """A case's documents, the latest first."""
    found = _whole().where(Document.case_id == case.id, visible_documents(actor))
    return paginate(found.order_by(Document.frozen_at.desc(), Document.id.desc()), page, size)


def readable_among(actor: Actor, ids: Collection[int]) -> frozenset[int]:
    """Of documents by their ids, those that the actor may read."""
    found = select(Document.id).join(Case, Case.id == Document.case_id)
    return frozenset(db.session.scalars(found.where(Document.id.in_(ids), visible_documents(actor))))


@dataclass(frozen=True)
class Verified:
    """All that the public is told of a released document.

    sha256      of the PDF's bytes
    superseded  a newer version of it was released since
    """

    title: str
    organization: str
    released_at: datetime | None
    sha256: str
    code: str
    superseded: bool

    @property
    def printed_code(self) -> str:
        return spelled(self.code)


def verified(code: str) -> Verified:
    """The released document of a code, as typed by anyone at all.

    raises   Missing, in the same words for a code that never was, is not released yet, or is void
    """
    newer = aliased(Document)
    superseded = exists().where(
        newer.kind == Document.kind,
        newer.subject_id == Document.subject_id,
        newer.version > Document.version,
        newer.state == State.RELEASED,
    )
    row = db.session.execute(
        select(Document.title, Organization.name, Document.released_at, StoredFile.sha256, Document.code, superseded)
        .join(Case, Case.id == Document.case_id)
        .join(Organization, Organization.id == Case.organization_id)
        .join(StoredFile, StoredFile.id == Document.file_id)
        .where(Document.code == plain_code(code), Document.state == State.RELEASED)
    ).one_or_none()
    if row is None:
        raise Missing("No released document carries this code. Check that you typed it as it is printed.")
    return Verified(*row)


def _whole() -> Select[Document]:
    return (
        select(Document)
        .join(Case, Case.id == Document.case_id)
        .join(Organization, Organization.id == Case.organization_id)
        .options(
            contains_eager(Document.case).contains_eager(Case.organization),
            joinedload(Document.file),
        )
    )
