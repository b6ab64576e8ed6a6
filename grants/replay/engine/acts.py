"""What is played: dated acts, each one transaction of one person's doing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


class OutOfTune(Exception):
    """The recording and what happened in the replay do not agree; the message says where."""


@dataclass(frozen=True)
class Act:
    """One thing that somebody did.

    at      the instant, in UTC, at which the clock stands while it is done
    do      does it, in the runner's unit of work
    first   what has no place in a transaction, such as moving bytes; done before it
    """

    at: datetime
    do: Callable[[], object]
    first: Callable[[], object] | None = None


def in_order(acts: Iterable[Act]) -> list[Act]:
    """By time; acts of the same instant keep their order."""
    return sorted(acts, key=lambda act: act.at)
