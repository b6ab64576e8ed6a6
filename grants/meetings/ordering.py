"""The order in which a meeting takes its applications, so that who has a conflict leaves seldom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, product
from math import prod

from grants.meetings.agenda import Absence, Entry, Topic, missed, overlaps, timed, walks

MOST_STATES = 60_000
"""Up to so many states the best order is proved; a larger agenda is improved until no topic is better elsewhere."""
MISSED = 10_000
"""What it weighs, in walks, when an application is up while somebody who read it cannot be there."""


@dataclass(frozen=True)
class Order:
    """An order of topics.

    walks    how often somebody goes out or comes in during a sitting
    missed   (topic's key, person): up while one who read it cannot be there
    proved   no order has fewer of them, missed before walks; otherwise none has that differs in the place of one topic
    """

    keys: tuple[str, ...]
    walks: int
    missed: tuple[tuple[str, str], ...]
    proved: bool


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
            one.key: {other.key: len(one.away ^ other.away) for other in self.topics.values()}
            for one in self.topics.values()
        }
        self.missable = {
            topic.key: times
            for topic in self.topics.values()
            if (times := [absent[one] for one in sorted(topic.readers - topic.away) if one in absent])
        }
        self.missed_at: dict[tuple[str, int], int] = {}

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
        if not self.missable:
            return 0
        count = sum(placed)
        before = sum(number * one[0].minutes for number, one in zip(placed, self.alike, strict=True))
        before += sum(minutes for place, minutes in self.breaks.items() if place <= count)
        return self._missing(self.alike[kind][0].key, before)

    def improved(self, keys: list[str]) -> list[str]:
        """The better of two: improved from where those with the same people out are side by side, and from this."""
        alike = sorted(keys, key=lambda key: sorted(self.topics[key].away))
        return min(self._settled(alike), self._settled(keys), key=self.cost)

    def _settled(self, order: list[str]) -> list[str]:
        """One topic after the other put where it costs least, until each stands there."""
        settled = 0  # so many in a row, of those waiting their turn, stand where they cost least
        turns = cycle(tuple(order))
        while settled < len(order):
            key = next(turns)
            place = order.index(key)
            rest = order[:place] + order[place + 1 :]
            costs = self._along(rest, key)
            least = min(costs)
            settled = settled + 1 if costs[place] == least else 1
            if costs[place] > least:
                rest.insert(costs.index(least), key)
                order = rest
        return order

    def _along(self, rest: Sequence[str], key: str) -> list[int]:
        """What a topic costs at each place among the rest, from what it costs at the first.

        From one place to the next it changes places with the topic there: that changes the two of them and their
        neighbors alone, so that a long agenda is not counted anew for each place.
        """
        found, at, minutes = [0], 0, self.topics[key].minutes
        for place, other in enumerate(rest):
            before = rest[place - 1] if place else None
            after = rest[place + 1] if place + 1 < len(rest) else None
            more = self._between(before, other, place) - self._between(before, key, place)
            more += self._between(key, after, place + 2) - self._between(other, after, place + 2)
            if self.missable:
                at += self.breaks.get(place, 0)
                pause = self.breaks.get(place + 1, 0)
                long = self.topics[other].minutes
                more += self._missing(other, at) - self._missing(other, at + minutes + pause)
                more += self._missing(key, at + long + pause) - self._missing(key, at)
                at += long
            found.append(found[-1] + more)
        return found

    def _between(self, one: str | None, other: str | None, place: int) -> int:
        """How often somebody walks between two that follow one another, the second at this place."""
        return 0 if one is None or other is None or place in self.breaks else self.apart[one][other]

    def _missing(self, key: str, at: int) -> int:
        """MISSED for each reader who cannot be there when a topic is up, so many minutes after the first one begins."""
        if key not in self.missable:
            return 0
        if (key, at) not in self.missed_at:
            begun = self.starts + timedelta(minutes=at)
            ends = begun + timedelta(minutes=self.topics[key].minutes)
            self.missed_at[key, at] = MISSED * sum(overlaps(begun, ends, times) for times in self.missable[key])
        return self.missed_at[key, at]

    def cost(self, keys: Sequence[str]) -> int:
        """Walks, and MISSED for each reader who is missed, as `walks` and `missed` say of its entries, without them."""
        cost, at = 0, 0
        for place, key in enumerate(keys):
            at += self.breaks.get(place, 0)
            cost += self._between(keys[place - 1] if place else None, key, place) + self._missing(key, at)
            at += self.topics[key].minutes
        return cost
