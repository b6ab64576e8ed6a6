"""What waits for a member of staff: the tasks they took on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.casework.models import Case, Task
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import today
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.web.filters import DEFAULT_ZONE
from grants.web.todo import Todo, Urgency

SOON: Final = timedelta(days=7)


def todos(actor: Actor) -> list[Todo]:
    """The actor's own open tasks, in one statement."""
    if not actor.is_staff:
        return []
    return [
        Todo(
            urgency=_urgency(task),
            title=task.title,
            url=url_for("portfolio.case", case_id=task.case.public_id),
            detail=task.case.organization.name,
            when=task.due_on,
        )
        for task in own_tasks(actor)
    ]


def own_tasks(actor: Actor) -> Sequence[Task]:
    """The actor's own open tasks, the most urgent first, each with its case and organization."""
    return db.session.scalars(
        select(Task)
        .where(Task.owner_id == actor.person_id, Task.done_at.is_(None), not_conflicted(actor, Task.case_id))
        .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
        .options(joinedload(Task.case).joinedload(Case.organization))
    ).all()


def _urgency(task: Task) -> Urgency:
    day = today(DEFAULT_ZONE)
    if task.due_on is None or task.due_on > day + SOON:
        return "plan"
    return "late" if task.due_on < day else "due"
