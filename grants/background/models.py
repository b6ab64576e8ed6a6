"""The job table: what is to be done, kept in the same transaction as its cause."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from grants.persistence.base import Base, Identified


class Job(Identified, Base):
    """One piece of work.

    is_long        it takes long, and has runners of its own: what is short never waits for it, nor it for what is short
    key            at most one job of a key is ever stored: asking twice is asking once
    leased_until   a running job whose lease has passed was left by a runner that died, and is taken up again
    done, total    progress, for those who watch; total is 0 until the job knows
    attempts       how often it was begun, over all rounds of attempts
    error          why the last attempt failed, in the words of `trouble`
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        Index("ix_job_due", "state", "is_long", "run_at"),
    )

    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    args: Mapped[dict[str, Any]]
    is_long: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(8), default="queued")
    run_at: Mapped[datetime]
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
