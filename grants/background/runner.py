"""Doing the work: a runner takes due jobs from the table, one at a time, under a lease.

A process has two: one for what is short, one for what takes long. So mail and receipts wait for no export or import,
however many processes there are, and no flood of mail keeps these from their turn.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger
from flask import Flask
from sqlalchemy import and_, or_, select, true, update

from grants.background.models import Job
from grants.background.queue import Periodic, enqueue, handler_of, periodic_work
from grants.background.trouble import RUNNER_DIED, trouble
from grants.kernel.clock import now
from grants.persistence.session import db, unit_of_work

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
ATTEMPTS = 5


def run_due(limit: int = 1000, *, long: bool | None = None) -> int:
    """Run the jobs that are due, and those that these ask for, until none is left or `limit` is reached.

    long     only those that take long, or only those that do not; all, one after the other, when it is not said
    returns  how many were run, failures included
    """
    count = 0
    while count < limit and (claimed := _claim(long)) is not None:
        if claimed[1]:
            _run(*claimed)
        count += 1
    return count


def _claim(long: bool | None = None) -> tuple[int, int] | None:
    """Take the oldest due job: its id and the number of this attempt; 0 for one that is given up."""
    with unit_of_work() as session:
        due = or_(
            and_(Job.state == "queued", Job.run_at <= now()),
            and_(Job.state == "running", Job.leased_until < now()),
        )
        mine = true() if long is None else Job.is_long == long
        job = session.scalar(
            select(Job).where(due, mine).order_by(Job.run_at, Job.id).limit(1).with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        if job.state == "running" and job.attempts % ATTEMPTS == 0:
            # Its runners died every time: the job itself may be what kills them.
            job.state, job.error, job.finished_at = "failed", RUNNER_DIED, now()
            return job.id, 0
        job.state, job.attempts, job.leased_until = "running", job.attempts + 1, now() + LEASE
        session.flush()
        return job.id, job.attempts


def _run(job_id: int, attempt: int) -> None:
    job = db.session().get_one(Job, job_id)
    number, name, args = job.public_id, job.name, dict(job.args)
    try:
        handler_of(name)(**args)
    except Exception as error:  # whatever a handler raises is kept on the job, and tried again
        log.exception("job %s, %s, failed, attempt %d", number, name, attempt)
        _finish(job_id, attempt, trouble(error))
    else:
        _finish(job_id, attempt, None)


def _finish(job_id: int, attempt: int, error: str | None) -> None:
    if error is None:
        values = {"state": "done", "error": None, "finished_at": now()}
    elif attempt % ATTEMPTS == 0:  # someone who has it tried again gives it as many attempts anew
        values = {"state": "failed", "error": error, "finished_at": now()}
    else:
        values = {"state": "queued", "error": error, "run_at": now() + timedelta(minutes=2 ** (attempt % ATTEMPTS))}
    with unit_of_work() as session:
        # Only the attempt that still holds the job may end it: a lease that ran out gave it to another runner.
        session.execute(update(Job).where(Job.id == job_id, Job.attempts == attempt).values(**values))


def report_progress(job_key: str, done: int, total: int) -> None:
    """Tell those who watch how far a job is, and keep its lease."""
    with unit_of_work() as session:
        session.execute(
            update(Job).where(Job.key == job_key).values(done=done, total=total, leased_until=now() + LEASE)
        )


def ask_for(work: Periodic) -> None:
    """Ask for one slot of periodic work; the minute is part of the key, so several schedulers ask once."""
    slot = now().strftime("%Y-%m-%dT%H:%MZ")
    with unit_of_work() as session:
        enqueue(session, work.name, key=f"{work.name}@{slot}")


def run_forever(app: Flask) -> None:
    """Run due jobs every second and periodic work by its crontab, until the process is told to stop.

    What takes long runs in a thread beside what is short: each has a session of its own.
    """

    def in_app(action: Callable[..., object], *args: object, **named: object) -> None:
        with app.app_context():
            action(*args, **named)

    # That a run of due jobs takes longer than a second is no news for whoever reads the log.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BlockingScheduler(timezone="UTC")
    for long in (False, True):
        each = {"args": [run_due], "kwargs": {"long": long}, "max_instances": 1, "coalesce": True}
        scheduler.add_job(in_app, "interval", seconds=1, **each)
    for work in periodic_work():
        scheduler.add_job(in_app, CronTrigger.from_crontab(work.crontab, timezone="UTC"), args=[ask_for, work])
    scheduler.start()
