"""A reviewer's private notes: for themselves alone."""

from functools import cache
from typing import Final

from sqlalchemy import Select, bindparam, select

from grants.applications.queries import form_of
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.review.models import Assignment
from grants.review.reading_models import PrivateNotes

WHOLE: Final = "whole"
"""The place of notes on the whole application; the others are sections' keys."""


def places_to_note(assignment: Assignment) -> tuple[str, ...]:
    """Where notes stand: at each section of the form, and on the whole."""
    return (*(key for key in form_of(assignment.submission.application).sections if key != WHOLE), WHOLE)


def notes_of(actor: Actor, assignment: Assignment) -> PrivateNotes | None:
    """The actor's own notes on an assignment of theirs, if there are any; of another's nothing."""
    if actor.person_id is None or assignment.reviewer_id != actor.person_id:
        return None
    return db.session.scalar(_of_assignment(), {"assignment_id": assignment.id})


@cache
def _of_assignment() -> Select[PrivateNotes]:
    """The statement, put together once: that takes longer than running it."""
    return select(PrivateNotes).where(PrivateNotes.assignment_id == bindparam("assignment_id"))
