"""The lines of an agenda with their times: who goes out of the room when, and who is missed.

Whoever has a conflict of interest is out of the room while that application is up. Going out and coming back in the
middle of a sitting disturbs everybody, and a chair who forgets it lets somebody hear what they must not. So what counts
is how often somebody walks through the door during a sitting; at its start, at its end and at a break it costs nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

Absence = tuple[datetime, datetime]


@dataclass(frozen=True)
class Topic:
    """One application to be put on the agenda.

    minutes   above 0
    away      who is out of the room for it
    readers   who reviewed it, and is missed when they cannot be there
    """

    key: str
    minutes: int
    away: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """One line of an agenda with its time; `topic` is None for a break."""

    topic: Topic | None
    starts: datetime
    minutes: int

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Block:
    """A stretch in which one person is out: from, to, and how many applications are up meanwhile."""

    starts: datetime
    ends: datetime
    count: int


def timed(starts: datetime, lines: Iterable[tuple[Topic | None, int]]) -> tuple[Entry, ...]:
    """Lines one after the other from `starts`, as (topic or None for a break, minutes).

    >>> from datetime import UTC
    >>> at_nine = datetime(2016, 4, 20, 9, tzinfo=UTC)
    >>> [f"{one.starts:%H:%M}" for one in timed(at_nine, [(Topic("a", 20), 20), (None, 10), (Topic("b", 20), 20)])]
    ['09:00', '09:20', '09:30']
    """
    entries, at = [], starts
    for topic, minutes in lines:
        entries.append(Entry(topic, at, minutes))
        at += timedelta(minutes=minutes)
    return tuple(entries)


def walks(entries: Sequence[Entry]) -> int:
    """How often somebody goes out or comes in between two topics of one sitting; at its ends and at breaks none does.

    >>> from datetime import UTC
    >>> at_nine, ben = datetime(2016, 4, 20, 9, tzinfo=UTC), frozenset({"Ben"})
    >>> a, b, c = Topic("a", 20), Topic("b", 20, ben), Topic("c", 20)
    >>> [walks(timed(at_nine, [(one, 20) for one in order])) for order in ((a, b, c), (a, c, b))]
    [2, 1]
    """
    return sum(
        len(one.topic.away ^ other.topic.away)
        for one, other in pairwise(entries)
        if one.topic is not None and other.topic is not None
    )


def missed(entries: Sequence[Entry], absent: Mapping[str, Sequence[Absence]]) -> tuple[tuple[str, str], ...]:
    """(topic's key, person) for each topic that is up while one who read it, and is not out for it, cannot be there."""
    return tuple(
        (entry.topic.key, person)
        for entry in entries
        if entry.topic is not None
        for person in sorted(entry.topic.readers - entry.topic.away)
        if overlaps(entry.starts, entry.ends, absent.get(person, ()))
    )


def blocks(entries: Sequence[Entry], person: str) -> tuple[Block, ...]:
    """When a person is out, in order; what follows one another, over a break too, is one stretch."""
    found: list[Block] = []
    unbroken = False
    for entry in entries:
        if entry.topic is None:
            continue
        if person not in entry.topic.away:
            unbroken = False
        elif unbroken:
            found[-1] = Block(found[-1].starts, entry.ends, found[-1].count + 1)
        else:
            found.append(Block(entry.starts, entry.ends, 1))
            unbroken = True
    return tuple(found)


def explained(
    entries: Sequence[Entry],
    names: Mapping[str, str],
    absent: Mapping[str, Sequence[Absence]],
    clock: Callable[[datetime], str],
) -> list[str]:
    """What an agenda asks of people, in sentences: who is out and when, and who is missed.

    names   of people and topics, by their keys; `clock` says an instant as a time of day
    """
    people = sorted({one for entry in entries if entry.topic for one in entry.topic.away}, key=lambda one: names[one])
    said = []
    for person in people:
        out = blocks(entries, person)
        when = " and ".join(f"{clock(one.starts)} to {clock(one.ends)}" for one in out)
        times = "once" if len(out) == 1 else f"{len(out)} times"
        said.append(f"{names[person]} is out of the room {times}: {when}.")
    at = {entry.topic.key: entry.starts for entry in entries if entry.topic}
    said += [
        f"{names[key]} is up at {clock(at[key])}, when {names[person]}, who read it, cannot be there."
        for key, person in missed(entries, absent)
    ]
    return said


def overlaps(starts: datetime, ends: datetime, absences: Iterable[Absence]) -> bool:
    return any(since < ends and starts < until for since, until in absences)
