"""When a submission still counts: one instant, its published grace, and what staff gave one applicant."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Deadline:
    """The deadline of one application.

    closes_at     the stage's deadline, or the day by which returned sections are due
    grace         published with the stage; counts after whichever deadline holds
    extended_to   the applicant's own, later deadline, when staff gave one
    """

    closes_at: datetime
    grace: timedelta = timedelta()
    extended_to: datetime | None = None

    @property
    def at(self) -> datetime:
        """The instant that is shown to the applicant. An extension never shortens."""
        return max(self.closes_at, self.extended_to) if self.extended_to else self.closes_at

    @property
    def last_moment(self) -> datetime:
        """The last instant at which what was received still counts."""
        return self.at + self.grace

    def holds(self, received_at: datetime) -> bool:
        """Whether something received at this instant is on time; the last moment itself is.

        >>> from datetime import UTC
        >>> five = datetime(2016, 3, 21, 0, 0, tzinfo=UTC)
        >>> Deadline(five, timedelta(minutes=15)).holds(five + timedelta(minutes=15))
        True
        """
        return received_at <= self.last_moment

    def left(self, at: datetime) -> timedelta:
        """The time until the deadline that is shown; negative once it has passed."""
        return self.at - at


def time_left(left: timedelta) -> str:
    """A span as people count towards a deadline: whole days above two, then hours, then minutes, always rounded down.

    >>> time_left(timedelta(days=12, hours=5)), time_left(timedelta(hours=47)), time_left(timedelta(seconds=90))
    ('12 days', '47 hours', '1 minute')
    """
    minutes = max(0, int(left.total_seconds())) // 60
    for size, unit, least in ((1440, "day", 2), (60, "hour", 1), (1, "minute", 1)):
        if minutes >= size * least:
            count = minutes // size
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "less than a minute"
