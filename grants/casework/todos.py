"""What waits for a member of staff: their tasks; for an officer cases that nobody looks after; for an auditor what was
done since the last look."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.casework.models import Case, Task
from grants.casework.officers import waiting_for_an_officer
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import today
from grants.kernel.policy import Actor, Role
from grants.persistence.audit import AuditHead, AuditRecord
from grants.persistence.session import db
from grants.web.filters import DEFAULT_ZONE, plural
from grants.web.todo import Todo, Urgency

SOON: Final = timedelta(days=7)
VERIFIED: Final = "audit.verify"


def todos(actor: Actor) -> list[Todo]:
    """The actor's own open tasks, in one statement; cases without an officer, in another; an auditor's look at the
    record, in two more."""
    if not actor.is_staff:
        return []
    return [*_unverified(actor), *_without_officer(actor)] + [
        Todo(
            urgency=_urgency(task),
            title=task.title,
            url=url_for("portfolio.case", case_id=task.case.public_id),
            detail=task.case.organization.name,
            when=task.due_on,
            cycle_id=task.case.cycle_id,
        )
        for task in own_tasks(actor)
    ]


def _without_officer(actor: Actor) -> list[Todo]:
    if not actor.may("case.manage") or not (count := waiting_for_an_officer(actor)):
        return []
    url = url_for("portfolio.cases", officer="none")
    detail = "Their schools have nobody to ask. Take them on, or give them to a colleague."
    return [Todo("ask", f"{plural(count, 'case')} without a program officer", url, detail, count=count)]


def _unverified(actor: Actor) -> list[Todo]:
    if Role.AUDITOR not in actor.roles:
        return []
    head = db.session.get(AuditHead, 1)
    seen = db.session.scalar(select(func.max(AuditRecord.number)).where(AuditRecord.action == VERIFIED)) or 0
    if head is None or head.number <= seen:
        return []
    # Not how many: that would count acts on cases that the reader has a conflict with.
    detail = "Something was done since it was last verified." if seen else "It was never verified."
    return [Todo("plan", "Verify the record", url_for("casework.audit"), detail)]


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
