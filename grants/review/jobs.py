"""What reviewing does in the background.

Files for panels that read without names: copies are made as soon as somebody is to read them. And how far the scores
of panels can be trusted: what is not worked out yet is worked out within a minute.
"""

from pathlib import PurePath

from sqlalchemy import func, select

from grants.background import job, periodic
from grants.casework import files
from grants.casework.models import StoredFile
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.models import Assignment
from grants.review.queries.scope import with_program
from grants.review.traces import Unremovable, without_traces


@job(services.VEIL, "Take out of files who made them, for a panel that reads without names", long=True)
def veil_files(assignment_id: str) -> None:
    """Make the copies that one reviewer needs; those that are made stay as they are."""
    found = db.session.scalar(select(Assignment.id).where(Assignment.public_id == assignment_id))
    if found is not None:
        _veil(found)


@periodic("review.veil_what_is_left", "7,27,47 * * * *", "Look for files that a blind panel waits for", long=True)
def veil_what_is_left() -> None:
    """The same for every blind panel at work: of what was submitted anew since, or came to be shown."""
    open_stages = db.session.scalars(
        select(CycleStage)
        .where(CycleStage.kind == "application", CycleStage.released_at.is_(None))
        .options(with_program())
        .order_by(CycleStage.id)
    ).all()
    for stage in open_stages:
        if queries.review_rules(stage).identity == "blind":
            one_each = select(func.min(Assignment.id)).where(Assignment.stage_id == stage.id)
            ids = db.session.scalars(one_each.group_by(Assignment.submission_id)).all()
            for assignment_id in sorted(ids):
                _veil(assignment_id)


@periodic("review.forget_notes", "23 4 * * *", "Erase reviewers’ private notes some time after the decisions")
def forget_notes() -> None:
    """Erase what nobody was meant to read, once it has served."""
    with unit_of_work():
        services.forget_notes()


def _veil(assignment_id: int) -> None:
    assignment = db.session.get(Assignment, assignment_id)
    for public_id in queries.files_to_veil(assignment) if assignment else ():
        _veil_one(public_id)


def _veil_one(public_id: str) -> None:
    stored = db.session.scalars(select(StoredFile).where(StoredFile.public_id == public_id)).one()
    name, kind, content = stored.name, stored.content_type, files.read(stored)
    db.session.rollback()  # no transaction stays open while the copy is made
    kept, refused = None, None
    try:
        kept = files.put(without_traces(content, kind), f"Attachment{PurePath(name).suffix.lower()}", kind)
    except Unremovable as why:
        refused = str(why)
    with unit_of_work():
        was_first = services.keep_veiled(public_id, kept, refused)
    if kept is not None and not was_first:
        files.remove(kept.storage_key)


@periodic("review.keep_up", "* * * * *", "Work out how far panels’ scores can be trusted", long=True)
def keep_up_with_scores() -> None:
    """Make the analyses that are not there. A second one at the same time makes none twice."""
    services.keep_up()
