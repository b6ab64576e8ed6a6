"""Reading the jobs, for those who look after the system."""

from collections.abc import Callable

from sqlalchemy import func, select

from grants.background.models import Job
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db

keeping_away: list[Callable[[Actor], bool]] = []
"""What later steps say of who may not see the jobs: mail and documents of a hidden case would show in their number."""


def may_see(actor: Actor) -> bool:
    """Whether the actor looks after the system, and nothing keeps them from seeing what it does."""
    return actor.may("job.read") and not any(keeps(actor) for keeps in keeping_away)


def jobs(actor: Actor, state: str = "", page: int = 1, size: int = PAGE_SIZE) -> Page[Job]:
    """Jobs in a state, or all, those asked for last first."""
    if not may_see(actor):
        return Page((), 1, size, 0)
    found = select(Job).where(Job.state == state) if state else select(Job)
    return paginate(found.order_by(Job.id.desc()), page, size)


def count_by_state(actor: Actor) -> dict[str, int]:
    """State -> how many jobs are in it."""
    if not may_see(actor):
        return {}
    rows = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    return dict(rows.all())


def job_for(actor: Actor, public_id: str) -> Job:
    """One job.

    raises   Missing
    """
    job = db.session.scalar(select(Job).where(Job.public_id == public_id)) if may_see(actor) else None
    if job is None:
        raise Missing("There is no such job, or it is not yours to see.")
    return job
