"""The order in which a meeting takes its applications, so that who has a conflict leaves seldom.

Whoever has a conflict of interest is out of the room while that application is up. Going out and coming back in the
middle of a sitting disturbs everybody, and a chair who forgets it lets somebody hear what they must not. So what counts
is how often somebody walks through the door during a sitting; at its start, at its end and at a break it costs nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, product
from math import prod

MOST_STATES = 60_000
"""Up to so many states the best order is proved; a larger agenda is improved until no exchange of two helps."""
MISSED = 10_000
"""What it weighs, in walks, when an application is up while somebody who read it cannot be there."""

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


@dataclass(frozen=True)
class Order:
    """An order of topics.

    walks    how often somebody goes out or comes in during a sitting
    missed   (topic's key, person): up while one who read it cannot be there
    proved   no order has fewer of them, missed before walks; otherwise none that differs by one exchange has
    """

    keys: tuple[str, ...]
    walks: int
    missed: tuple[tuple[str, str], ...]
    proved: bool


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
        if _overlaps(entry.starts, entry.ends, absent.get(person, ()))
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


def best_order(
    topics: Sequence[Topic],
    starts: datetime,
    breaks: Mapping[int, int],
    absent: Mapping[str, Sequence[Absence]] | None = None,
) -> Order:
    """The order in which fewest readers are missed, and then fewest walks are made; the same input, the same order.

    topics   as they stand now; an order that is as good as any stays
    breaks   number of topics before a break -> its minutes, above 0
    absent   person -> when they cannot be there

    Topics with the same people out, the same readers and the same length are alike, so that the dynamic program of Held
    and Karp (A dynamic programming approach to sequencing problems, 1962) need only remember how many of each kind it
    has placed and which kind came last. The time of day follows from that as well.
    """
    kinds: dict[tuple[int, frozenset[str], frozenset[str]], list[Topic]] = {}
    absent = {person: times for person, times in (absent or {}).items() if times}
    for topic in topics:
        missable = frozenset(topic.readers & absent.keys()) - topic.away
        kinds.setdefault((topic.minutes, topic.away, missable), []).append(topic)
    alike = list(kinds.values())
    proved = prod(len(one) + 1 for one in alike) * max(1, len(alike)) <= MOST_STATES
    plan = Plan(alike, starts, dict(breaks), absent)
    standing = [topic.key for topic in topics]
    keys = plan.proved() if proved else plan.improved(standing)
    if plan.cost(standing) <= plan.cost(keys):
        keys = standing
    entries = plan.entries(keys)
    return Order(tuple(keys), walks(entries), missed(entries, absent), proved)


class Plan:
    """Kinds of topics, and the frame they are put into."""

    def __init__(
        self,
        alike: list[list[Topic]],
        starts: datetime,
        breaks: dict[int, int],
        absent: Mapping[str, Sequence[Absence]],
    ) -> None:
        self.alike, self.starts, self.breaks, self.absent = alike, starts, breaks, absent
        self.topics = {topic.key: topic for kind in alike for topic in kind}
        # Every order that is tried asks for these again.
        self.apart = {
            (one.key, other.key): len(one.away ^ other.away) for one, other in product(self.topics.values(), repeat=2)
        }

    def entries(self, keys: Sequence[str]) -> tuple[Entry, ...]:
        lines: list[tuple[Topic | None, int]] = []
        for place, key in enumerate(keys):
            if place in self.breaks:
                lines.append((None, self.breaks[place]))
            lines.append((self.topics[key], self.topics[key].minutes))
        return timed(self.starts, lines)

    def proved(self) -> list[str]:
        kinds = range(len(self.alike))
        full = tuple(len(one) for one in self.alike)
        # (placed of each kind, the last kind) -> (cost, the last kind before that)
        best: dict[tuple[tuple[int, ...], int], tuple[int, int]] = {(tuple(0 for _ in kinds), -1): (0, -1)}
        reached: dict[tuple[int, ...], list[int]] = {tuple(0 for _ in kinds): [-1]}
        for placed in sorted(product(*(range(size + 1) for size in full)), key=lambda one: (sum(one), one)):
            for kind in kinds:
                if placed[kind] == full[kind]:
                    continue
                after = (*placed[:kind], placed[kind] + 1, *placed[kind + 1 :])
                cost, before = min(
                    (best[placed, last][0] + self._walks(sum(placed), last, kind), last) for last in reached[placed]
                )
                best[after, kind] = (cost + self._missed(placed, kind), before)
                reached.setdefault(after, []).append(kind)
        return self._traced(full, best, reached)

    def _traced(
        self,
        full: tuple[int, ...],
        best: Mapping[tuple[tuple[int, ...], int], tuple[int, int]],
        reached: Mapping[tuple[int, ...], list[int]],
    ) -> list[str]:
        order: list[int] = []
        placed, kind = full, min(reached[full], key=lambda one: (best[full, one][0], one))
        while kind >= 0:
            order.append(kind)
            before = best[placed, kind][1]
            placed = (*placed[:kind], placed[kind] - 1, *placed[kind + 1 :])
            kind = before
        left = [iter(one) for one in self.alike]
        return [next(left[one]).key for one in reversed(order)]

    def _walks(self, place: int, last: int, kind: int) -> int:
        if last < 0 or place in self.breaks:
            return 0
        return len(self.alike[last][0].away ^ self.alike[kind][0].away)

    def _missed(self, placed: tuple[int, ...], kind: int) -> int:
        if not self.absent:
            return 0
        count = sum(placed)
        before = sum(number * one[0].minutes for number, one in zip(placed, self.alike, strict=True))
        before += sum(minutes for place, minutes in self.breaks.items() if place <= count)
        topic, at = self.alike[kind][0], self.starts + timedelta(minutes=before)
        ends = at + timedelta(minutes=topic.minutes)
        people = topic.readers - topic.away
        return MISSED * sum(_overlaps(at, ends, self.absent.get(person, ())) for person in people)

    def improved(self, keys: list[str]) -> list[str]:
        """Those with the same people out side by side, then exchanged two by two for as long as that helps."""
        order = sorted(keys, key=lambda key: sorted(self.topics[key].away))
        cost = self.cost(order)
        better = True
        while better:
            better = False
            for one, other in product(range(len(order)), repeat=2):
                tried = order[:one] + order[one + 1 :]
                tried.insert(other, order[one])
                if (now := self.cost(tried)) < cost:
                    order, cost, better = tried, now, True
        return order

    def cost(self, keys: Sequence[str]) -> int:
        """Walks, and MISSED for each reader who is missed, as `walks` and `missed` say of its entries, without them."""
        walked = sum(
            self.apart[one, other]
            for place, (one, other) in enumerate(pairwise(keys), start=1)
            if place not in self.breaks
        )
        return walked + (MISSED * self._missed_in(keys) if self.absent else 0)

    def _missed_in(self, keys: Sequence[str]) -> int:
        count, at = 0, self.starts
        for place, key in enumerate(keys):
            at += timedelta(minutes=self.breaks.get(place, 0))
            topic, begun = self.topics[key], at
            at += timedelta(minutes=topic.minutes)
            people = topic.readers - topic.away
            count += sum(_overlaps(begun, at, self.absent.get(person, ())) for person in people)
        return count


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


def _overlaps(starts: datetime, ends: datetime, absences: Iterable[Absence]) -> bool:
    return any(since < ends and starts < until for since, until in absences)
