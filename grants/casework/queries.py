"""Reading cases and what hangs on them, always as someone."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload

from grants.background.queries import keeping_away
from grants.casework.models import Case, Note, Task, TimelineEvent
from grants.casework.todos import own_tasks, todos
from grants.casework.visibility import conflicted_cycle_ids, sees_as_staff, visible_cases
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

__all__ = ["case_for", "conflicted_cycles", "notes", "own_tasks", "task_for", "tasks", "timeline", "todos"]


def case_for(actor: Actor, public_id: str) -> Case:
    """One case, with its organization and officer.

    raises   Missing when there is none, or the actor may not know of it
    """
    case = db.session.scalar(
        select(Case)
        .where(Case.public_id == public_id, visible_cases(actor))
        .options(joinedload(Case.organization), joinedload(Case.officer))
    )
    if case is None:
        raise Missing("There is no such case, or it is not yours to see.")
    return case


def conflicted_cycles(actor: Actor) -> frozenset[int]:
    """Ids of the cycles in which the actor has a conflict with some case, whatever became of it."""
    return frozenset(db.session.scalars(conflicted_cycle_ids(actor)))


keeping_away.append(lambda actor: bool(conflicted_cycles(actor)))


def timeline(actor: Actor, case: Case, page: int = 1) -> Page[TimelineEvent]:
    """What happened to a case, the latest first; schools see what is meant for them, staff see all."""
    part = aliased(Case)  # the case itself, and those that became part of it
    parts = select(part.id).where(or_(part.id == case.id, part.merged_into_id == case.id))
    found = (
        select(TimelineEvent)
        .join(Case, Case.id == case.id)
        .where(
            TimelineEvent.case_id.in_(parts),
            visible_cases(actor),
            or_(TimelineEvent.audience == "applicant", sees_as_staff(actor, Case.id)),
        )
        .order_by(TimelineEvent.at.desc(), TimelineEvent.id.desc())
    )
    return paginate(found, page)


def notes(actor: Actor, case: Case) -> Sequence[Note]:
    """Staff's notes on a case, the latest first."""
    return db.session.scalars(
        select(Note)
        .where(Note.case_id == case.id, sees_as_staff(actor, Note.case_id))
        .order_by(Note.written_at.desc(), Note.id.desc())
        .options(joinedload(Note.author))
    ).all()


def tasks(actor: Actor, case: Case) -> Sequence[Task]:
    """A case's tasks: the open ones first, by due date."""
    return db.session.scalars(
        select(Task)
        .where(Task.case_id == case.id, sees_as_staff(actor, Task.case_id))
        .order_by(Task.done_at.is_not(None), Task.due_on.is_(None), Task.due_on, Task.id)
        .options(joinedload(Task.owner))
    ).all()


def task_for(actor: Actor, public_id: str) -> Task:
    """One task, with its case.

    raises   Missing
    """
    task = db.session.scalar(
        select(Task)
        .where(Task.public_id == public_id, sees_as_staff(actor, Task.case_id))
        .options(joinedload(Task.case).joinedload(Case.organization))
    )
    if task is None:
        raise Missing("There is no such task, or it is not yours to see.")
    return task
