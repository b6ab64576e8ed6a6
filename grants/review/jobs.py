"""What reviewing does in the background.

Files for panels that read without names: copies are made as soon as somebody is to read them. And how far the scores
of panels can be trusted: what is not worked out yet is worked out within a minute.
"""

import logging
from collections.abc import Sequence
from pathlib import PurePath

from sqlalchemy import func, select

from grants.background import Trouble, job, periodic
from grants.casework import files
from grants.casework.models import StoredFile
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.models import Assignment
from grants.review.queries.scope import with_program
from grants.review.traces import Unremovable, without_traces

log = logging.getLogger(__name__)


class SomeLeft(Trouble):
    """Of some files no copy could be made, for no reason that lies in them; the next attempt takes them up."""


@job(services.VEIL, "Take out of files who made them, for a panel that reads without names", long=True)
def veil_files(assignment_id: str) -> None:
    """Make the copies that one reviewer needs; those that are made stay as they are."""
    found = db.session.scalar(select(Assignment.id).where(Assignment.public_id == assignment_id))
    _veil_all([found] if found is not None else [])


@periodic("review.veil_what_is_left", "7,27,47 * * * *", "Look for files that a blind panel waits for", long=True)
def veil_what_is_left() -> None:
    """The same for every blind panel at work: of what was submitted anew since, or came to be shown."""
    open_stages = db.session.scalars(
        select(CycleStage)
        .where(CycleStage.kind == "application", CycleStage.released_at.is_(None))
        .options(with_program())
        .order_by(CycleStage.id)
    ).all()
    blind = [stage.id for stage in open_stages if queries.review_rules(stage).identity == "blind"]
    one_each = select(func.min(Assignment.id)).where(Assignment.stage_id.in_(blind)).group_by(Assignment.submission_id)
    _veil_all(sorted(db.session.scalars(one_each)))


@periodic("review.forget_notes", "23 4 * * *", "Erase reviewers’ private notes some time after the decisions")
def forget_notes() -> None:
    """Erase what nobody was meant to read, once it has served."""
    with unit_of_work():
        services.forget_notes()


def _veil_all(assignment_ids: Sequence[int]) -> None:
    """Make what these assignments lack.

    raises   SomeLeft, when everything else is done
    """
    failed = 0
    for assignment_id in assignment_ids:
        for public_id in queries.files_to_veil(db.session.get_one(Assignment, assignment_id)):
            try:
                _veil_one(public_id)
            except Exception:  # one that fails must not hold back the others
                log.exception("no copy could be made of file %s", public_id)
                db.session.rollback()
                failed += 1
    if failed:
        raise SomeLeft(f"Copies of files that could not be made: {failed}. The log says why.")


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
