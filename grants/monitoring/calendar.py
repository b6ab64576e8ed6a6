"""When what is owed falls due, how late it is, and how an indicator stands against its target."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from grants.kernel.dates import Span, months_after

# What is owed is told of this long ahead; values are gathered over weeks, and so named earlier.
SOON = timedelta(days=14)
VALUES_AHEAD = timedelta(days=30)


class Timeliness(StrEnum):
    """How something owed stands in time; late is what is overdue, or was done after its date."""

    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    DUE = "due"
    LATE = "late"


@dataclass(frozen=True)
class Lateness:
    """How something owed stands in time.

    days   from the due date to today, or to the day it was done: above 0 is late, below 0 is ahead
    done   whether it was done
    """

    timeliness: Timeliness
    days: int
    done: bool

    @property
    def words(self) -> str:
        """Such as "due in 12 days", "due today", "due 2 days ago", "3 days late", "done on time", "done 1 day late"."""
        count = f"{abs(self.days)} day{'' if abs(self.days) == 1 else 's'}"
        if self.timeliness is Timeliness.LATE:
            return f"done {count} late" if self.done else f"{count} late"
        if self.done:
            return "done on time"
        if self.days == 0:
            return "due today"
        return f"due {count} ago" if self.days > 0 else f"due in {count}"


class Progress(StrEnum):
    """How a reading stands against its target."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"


def occurrences(first: date, every: Span | None, times: int) -> tuple[date, ...]:
    """Due dates of something owed several times, the first on `first`.

    every    the span between them, counted from `first` each time so that month ends do not drift; may be None for
             something owed once
    times    1 or more
    raises   ValueError when `times` is below 1, or is above 1 without a span

    >>> from grants.programs.schema.values import Duration
    >>> [day.isoformat() for day in occurrences(date(2016, 11, 30), Duration(3, "months"), 3)]
    ['2016-11-30', '2017-02-28', '2017-05-30']
    """
    if times < 1:
        raise ValueError("What is owed is owed once or more.")
    if every is None:
        if times > 1:
            raise ValueError("What is owed several times needs the span between them.")
        return (first,)
    return tuple(every.after(first, times=number) for number in range(times))


def lateness(due_on: date, today: date, done_on: date | None, *, soon: int = 14, grace: int = 0) -> Lateness:
    """How something due on `due_on` stands today.

    done_on   the day it was done (handed in, held, read), None while it is not
    soon      days before the due date from which it is due soon, 0 or more
    grace     days after the due date in which it is due but not yet late, 0 or more

    >>> lateness(date(2017, 6, 1), date(2017, 6, 4), None)
    Lateness(timeliness=<Timeliness.LATE: 'late'>, days=3, done=False)
    """
    days = ((done_on or today) - due_on).days
    if days > grace:
        timeliness = Timeliness.LATE
    elif done_on is not None or days < -soon:
        timeliness = Timeliness.ON_TIME
    else:
        timeliness = Timeliness.DUE if days >= 0 else Timeliness.DUE_SOON
    return Lateness(timeliness, days, done_on is not None)


def reading_dates(first_day: date, years: Iterable[int], baseline: Span) -> dict[int, date]:
    """When an indicator is read: year of the grant -> due date.

    first_day   the first day of the grant's first year
    years       0 is the year before it, the baseline; year k is read when it ends, k times twelve months later
    baseline    how long after `first_day` the baseline is due: it has to be gathered first
    raises      ValueError for a year below 0

    >>> from grants.programs.schema.values import Duration
    >>> reading_dates(date(2016, 8, 15), [0, 2], Duration(60, "days"))
    {0: datetime.date(2016, 10, 14), 2: datetime.date(2018, 8, 15)}
    """
    wanted = sorted(set(years))
    if wanted and wanted[0] < 0:
        raise ValueError("A grant’s years count from 0, the year before it begins.")
    return {year: months_after(first_day, 12 * year) if year else baseline.after(first_day) for year in wanted}


def progress(
    value: Decimal,
    target: Decimal,
    better: Literal["higher", "lower"],
    *,
    baseline: Decimal | None = None,
    near: Decimal = Decimal("0.1"),
) -> Progress:
    """How a reading stands against its target, all in the indicator's unit.

    better     which way is better; at the target itself it is met
    baseline   where it began. A miss is near when at most `near` of the way from there to the target is left; without
               a baseline, or one that is not short of the target, when it is at most `near` of the target itself
    near       a share from 0 to 1

    >>> progress(Decimal(73), Decimal(75), "higher"), progress(Decimal(73), Decimal(75), "higher", baseline=Decimal(70))
    (<Progress.NEAR: 'near'>, <Progress.MISSED: 'missed'>)
    """
    upwards = 1 if better == "higher" else -1
    short = (target - value) * upwards
    if short <= 0:
        return Progress.MET
    way = (target - baseline) * upwards if baseline is not None else Decimal(0)
    whole = way if way > 0 else abs(target)
    return Progress.NEAR if short <= near * whole else Progress.MISSED
