"""What waits for whoever looks after the system: work that was given up."""

from flask import url_for
from sqlalchemy import func, select

from grants.background.models import Job
from grants.background.queries import may_see
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.web.filters import plural
from grants.web.todo import Todo


def todos(actor: Actor) -> list[Todo]:
    """Jobs that failed at every attempt, in one statement."""
    if not (actor.may("job.retry") and may_see(actor)):
        return []
    failed = db.session.scalar(select(func.count()).where(Job.state == "failed")) or 0
    if not failed:
        return []
    title = f"{plural(failed, 'job')} in the background failed"
    detail = "Nothing tries them again by itself."
    return [Todo("late", title, url_for("background.jobs", state="failed"), detail, count=failed)]
