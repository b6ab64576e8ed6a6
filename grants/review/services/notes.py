"""What a reviewer notes for themselves: kept for them alone, and forgotten some time after the decisions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review import policy
from grants.review.marking import MOST_CHARACTERS
from grants.review.models import Assignment
from grants.review.queries import places_to_note
from grants.review.reading_models import PrivateNotes

NOTES_KEPT: Final = timedelta(days=90)
"""How long after the decisions of a stage are released the notes on its applications are kept."""


def save_notes(
    actor: Actor, assignment: Assignment, texts: Mapping[str, str], based_on_version: int = 0
) -> PrivateNotes | None:
    """Keep a reviewer's notes as they now stand; nothing else tells that they wrote any, the audit chain included.

    texts      place -> note: a section's key, or "whole"
    based_on_version   the version the reviewer saw, 0 for none yet
    returns    nothing where there was nothing to keep
    raises     Refused for another's assignment; Invalid by place; Clash when they were saved from elsewhere meanwhile
    """
    require(policy.may_note(actor, assignment.reviewer_id))
    said = {place: text.strip() for place, text in texts.items() if text and text.strip()}
    _check(assignment, said)
    notes = db.session.scalar(
        select(PrivateNotes)
        .where(PrivateNotes.assignment_id == assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if said == (notes.texts if notes else {}):
        return notes  # it says so already: a save that arrives twice is no clash
    if (notes.version if notes else 0) != based_on_version:
        raise Clash("Your notes were changed in another window meanwhile. Nothing was overwritten.")
    if notes is None:
        notes = PrivateNotes(assignment_id=assignment.id)
        db.session.add(notes)
    notes.texts, notes.version, notes.saved_at = said, based_on_version + 1, now()
    db.session.flush()
    return notes


def forget_notes() -> None:
    """Erase the notes on stages whose decisions were released long enough ago."""
    past = select(Assignment.id).join(CycleStage).where(CycleStage.released_at < now() - NOTES_KEPT)
    db.session.execute(delete(PrivateNotes).where(PrivateNotes.assignment_id.in_(past)))


def _check(assignment: Assignment, said: Mapping[str, str]) -> None:
    wrong = dict.fromkeys(said.keys() - set(places_to_note(assignment)), "There is no such place to note at.")
    long = f"A note may have at most {MOST_CHARACTERS:,} characters."
    wrong |= {place: long for place, text in said.items() if len(text) > MOST_CHARACTERS}
    if wrong:
        raise Invalid(" ".join(sorted(set(wrong.values()))), wrong)
