"""Reminders that the clock writes before a deadline. They stop once the application is submitted; each comes once."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists

from grants.applications import queries
from grants.applications.models import Application
from grants.applications.services.mailing import tell_how_far
from grants.applications.services.telling import note
from grants.applications.states import State
from grants.kernel.clock import now
from grants.kernel.policy import SYSTEM
from grants.messages.models import Message
from grants.persistence.session import db

# Days before the day of the deadline, in the cycle's zone; 0 is that day itself.
STEPS = (7, 2, 0)
REMIND_WITHIN = timedelta(days=max(STEPS) + 1)
AT = time(8)  # in the morning, where the school is
# A reminder that could not go out on its day is not sent later: the next one comes.
FRESH = timedelta(days=1)
_SAID_IT_ALREADY = ("application.reminder", "application.returned", "application.extended")


def remind_before(application: Application) -> bool:
    """Write the reminder whose day has come, unless its people were told of the deadline within a day.

    returns   whether one was written now
    """
    due, zone = queries.deadline_of(application).at, application.stage.cycle.time_zone
    step = reached(due, now(), zone)
    if step is None or application.state not in (State.DRAFT, State.RETURNED):
        return False
    moment = moment_of(due, step, zone)
    if application.started_at > moment or _told_since(application, now() - FRESH):
        return False
    key = f"application-due:{application.public_id}:{due.isoformat()}:{step}"
    if not tell_how_far(application, "application.due", key):
        return False
    note(SYSTEM, application, f"The school was reminded of the deadline of {application.stage.title}.")
    return True


def moment_of(due: datetime, step: int, zone: str) -> datetime:
    """When the reminder so many days before a deadline is written: in the morning of that day, in the zone."""
    here = ZoneInfo(zone)
    return datetime.combine(due.astimezone(here).date() - timedelta(days=step), AT, here)


def reached(due: datetime, at: datetime, zone: str) -> int | None:
    """The step whose reminder is to be written at an instant: the last one reached, while it is fresh; None for none.

    >>> from datetime import UTC
    >>> due = datetime(2016, 3, 21, 0, 0, tzinfo=UTC)  # 5 pm on the 20th in Oakland
    >>> [reached(due, datetime(2016, 3, day, 16, 0, tzinfo=UTC), "America/Los_Angeles") for day in (12, 13, 15, 20, 21)]
    [None, 7, None, 0, None]
    """
    if at >= due:
        return None
    fresh = [step for step in STEPS if timedelta() <= at - moment_of(due, step, zone) < FRESH]
    return min(fresh, default=None)


def _told_since(application: Application, since: datetime) -> bool:
    told = exists().where(
        Message.case_id == application.case_id, Message.template.in_(_SAID_IT_ALREADY), Message.queued_at > since
    )
    return bool(db.session.scalar(told.select()))
