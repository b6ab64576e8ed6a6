"""Reminders that the clock writes before a deadline. They stop once the application is submitted; each comes once."""

from collections.abc import Collection
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
from grants.programs.schema import LONGEST_BEFORE, days_of

# The first reminder that a stage may ask for comes so long before its deadline.
REMIND_WITHIN = timedelta(days=LONGEST_BEFORE + 1)
AT = time(8)  # in the morning, where the school is
# A reminder that could not go out on its day is not sent later: the next one comes.
FRESH = timedelta(days=1)
_SAID_IT_ALREADY = ("application.reminder", "application.returned", "application.extended")


def remind_before(application: Application) -> bool:
    """Write the reminder whose day has come, unless its people were told of the deadline within a day.

    returns   whether one was written now
    """
    due, zone = application.deadline.at, application.stage.cycle.time_zone
    step = step_due(application)
    if step is None:
        return False
    moment = moment_of(due, step, zone)
    if application.started_at > moment or _told_since(application, now() - FRESH):
        return False
    key = f"application-due:{application.public_id}:{due.isoformat()}:{step}"
    if not tell_how_far(application, "application.due", key):
        return False
    note(SYSTEM, application, f"The school was reminded of the deadline of {application.stage.title}.")
    return True


def step_due(application: Application) -> int | None:
    """The step of its stage whose reminder is to be written now; None for none, or when nothing is being written."""
    if application.state not in (State.DRAFT, State.RETURNED):
        return None
    return reached(application.deadline.at, now(), application.stage.cycle.time_zone, steps_of(application))


def steps_of(application: Application) -> list[int]:
    """How many days before the deadline its stage reminds, the earliest first; 0 is that day itself."""
    return sorted((days_of(step) for step in queries.rules_of(application).remind), reverse=True)


def next_reminder(application: Application) -> datetime | None:
    """When the clock reminds next, if nothing is submitted until then; None when it does not any more."""
    if application.state not in (State.DRAFT, State.RETURNED):
        return None
    due, zone = application.deadline.at, application.stage.cycle.time_zone
    moments = [moment_of(due, step, zone) for step in steps_of(application)]
    return min((moment for moment in moments if now() < moment < due), default=None)


def moment_of(due: datetime, step: int, zone: str) -> datetime:
    """When the reminder so many days before a deadline is written: in the morning of that day, in the zone."""
    here = ZoneInfo(zone)
    return datetime.combine(due.astimezone(here).date() - timedelta(days=step), AT, here)


def reached(due: datetime, at: datetime, zone: str, steps: Collection[int]) -> int | None:
    """The step whose reminder is to be written at an instant: the last one reached, while it is fresh; None for none.

    >>> from datetime import UTC
    >>> due = datetime(2016, 3, 21, 0, 0, tzinfo=UTC)  # 5 pm on the 20th in Oakland
    >>> days = [datetime(2016, 3, day, 16, 0, tzinfo=UTC) for day in (12, 13, 15, 20, 21)]
    >>> [reached(due, day, "America/Los_Angeles", (7, 2, 0)) for day in days]
    [None, 7, None, 0, None]
    """
    if at >= due:
        return None
    fresh = [step for step in steps if timedelta() <= at - moment_of(due, step, zone) < FRESH]
    return min(fresh, default=None)


def _told_since(application: Application, since: datetime) -> bool:
    told = exists().where(
        Message.case_id == application.case_id, Message.template.in_(_SAID_IT_ALREADY), Message.queued_at > since
    )
    return bool(db.session.scalar(told.select()))
