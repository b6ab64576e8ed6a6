"""Files that a reviewer may open: those of the submission they read, and of earlier ones the program shows.

A blind panel gets them under neutral names, without what they say of whoever made them, and none of the questions that
are hidden from it.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.applications.queries import form_of
from grants.casework.models import Case, StoredFile
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Clash, Missing, Refused
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.review.models import Assignment
from grants.review.queries.evidence import earlier_evidence
from grants.review.queries.panel import review_rules
from grants.review.queries.scope import joined, stands
from grants.review.reading_models import VeiledFile


class ReadableFile(NamedTuple):
    """A file of a submission: its public id, and its place among those of its question, from 1."""

    public_id: str
    place: int


def file_for(assignment: Assignment, public_id: str) -> tuple[StoredFile, str]:
    """A file as this reviewer gets it, and its name for them.

    raises   Missing when no submission that the reviewer may read holds it; on a blind panel also Clash while the copy
             without its maker is being made, and Refused where none could be made
    """
    found = next((one for one in readable_files(assignment) if one.public_id == public_id), None)
    if found is None:
        raise Missing("There is no such file.")
    if review_rules(assignment.stage).identity == "blind":
        copy = _veiled(public_id)
        return copy, f"Attachment {found.place}{PurePath(copy.name).suffix}"
    stored = db.session.scalars(select(StoredFile).where(StoredFile.public_id == public_id)).one()
    return stored, stored.name


def readable_files(assignment: Assignment) -> list[ReadableFile]:
    """The files of the submission, and of the earlier ones that the program shows, that the reviewer may open."""
    blind = review_rules(assignment.stage).identity == "blind"
    earlier = [one.submission for one in earlier_evidence(assignment) if one.submission is not None]
    return [file for submission in (assignment.submission, *earlier) for file in _files(submission, blind=blind)]


def files_to_veil(assignment: Assignment) -> Sequence[str]:
    """The public ids of files that this reviewer is shown and that have not been through the veil yet."""
    if review_rules(assignment.stage).identity != "blind":
        return []
    shown = [file.public_id for file in readable_files(assignment)]
    done = select(VeiledFile.id).where(VeiledFile.file_id == StoredFile.id).exists()
    return db.session.scalars(
        select(StoredFile.public_id).where(StoredFile.public_id.in_(shown), ~done).order_by(StoredFile.id)
    ).all()


def kept_back(actor: Actor) -> Sequence[Submission]:
    """Submissions of which a blind panel at work cannot be shown a file, as organizers may know of them."""
    refused = {
        (case_id, public_id)
        for case_id, public_id in db.session.execute(
            select(StoredFile.case_id, StoredFile.public_id)
            .join(VeiledFile, VeiledFile.file_id == StoredFile.id)
            .where(VeiledFile.refused.is_not(None))
        )
    }
    if not refused or not actor.may("review.organize"):
        return []
    read = joined(select(Assignment.submission_id)).join(CycleStage, CycleStage.id == Assignment.stage_id)
    found = db.session.scalars(
        select(Submission)
        .join(Submission.application)
        .where(
            Submission.id.in_(read.where(stands(), CycleStage.released_at.is_(None))),
            Application.case_id.in_({case_id for case_id, _ in refused}),
            not_conflicted(actor, Application.case_id),
        )
        .options(
            contains_eager(Submission.application).options(
                joinedload(Application.case).joinedload(Case.organization),
                joinedload(Application.stage).joinedload(CycleStage.cycle).joinedload(Cycle.program_version),
            )
        )
        .order_by(Submission.id)
    )
    return [
        one
        for one in found
        if review_rules(one.application.stage).identity == "blind"
        and any((one.application.case_id, file.public_id) in refused for file in _files(one, blind=True))
    ]


def _files(submission: Submission, *, blind: bool) -> Iterator[ReadableFile]:
    """A blind panel gets what the form says it may, and nothing of a question that the form has no more."""
    told = {one.key for one in form_of(submission.application).all_fields() if not one.hidden_when_blind}
    places: dict[str, int] = {}
    for file in submission.content["files"]:
        if not blind or file["field"] in told:
            places[file["field"]] = places.get(file["field"], 0) + 1
            yield ReadableFile(file["file"], places[file["field"]])


def _veiled(public_id: str) -> StoredFile:
    veiled = db.session.scalar(
        select(VeiledFile)
        .join(VeiledFile.file)
        .where(StoredFile.public_id == public_id)
        .options(joinedload(VeiledFile.copy))
    )
    if veiled is None:
        raise Clash(
            "This file is being made ready for you, without what it says of who made it. Open it again in a minute."
        )
    if veiled.copy is None:
        raise Refused(
            "This file cannot be shown to a panel that reads without names: what it says of who made it could not be "
            "taken out. The program officer has been told, and can ask the applicant for another one."
        )
    return veiled.copy
