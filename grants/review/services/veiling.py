"""Copies of applicants' files for panels that read without names."""

from typing import Final

from sqlalchemy import select

from grants.background import enqueue
from grants.casework import files
from grants.casework.models import Case, StoredFile
from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.policy import SYSTEM
from grants.persistence.session import db
from grants.review.models import Assignment
from grants.review.queries import review_rules
from grants.review.reading_models import VeiledFile

VEIL: Final = "review.veil_files"


def ask_to_veil(assignment: Assignment) -> None:
    """Ask for the copies that this assignment's reviewer needs, on a blind panel: once for each submission."""
    if review_rules(assignment.stage).identity == "blind":
        key = f"{VEIL}:{assignment.submission.public_id}"
        enqueue(db.session(), VEIL, key=key, assignment_id=assignment.public_id)


def keep_veiled(file_id: str, copy: files.PutFile | None, refused: str | None) -> bool:
    """Keep what came of a file: its copy, or why there is none, which staff are told on the case.

    file_id   the file's public id
    returns   False when another runner was faster; then the copy's bytes are nobody's
    """
    file = db.session.scalars(select(StoredFile).where(StoredFile.public_id == file_id).with_for_update()).one()
    if db.session.scalar(select(VeiledFile.id).where(VeiledFile.file_id == file.id)) is not None:
        return False
    case = db.session.get(Case, file.case_id) if file.case_id else None
    made = files.register(copy, case=case) if copy else None
    db.session.add(VeiledFile(file_id=file.id, copy_id=made and made.id, refused=refused, made_at=now()))
    if refused is not None and case is not None:
        sentence = f"“{file.name}” is not shown to the panel, which reads without names: {refused}."
        note_event(SYSTEM, case, "review", sentence)
    db.session.flush()
    return True
