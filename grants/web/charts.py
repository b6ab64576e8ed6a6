"""The geometry of the house's pictures of amounts and scores: numbers in, places out; macros/charts.html draws them.

Pure functions, so that a page and a PDF show the same picture. Lengths are px; lengths across a picture that grows with
its page are percent of its width. Every picture brings `words`, its text alternative. Time is in timelines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from grants.kernel.money import dollars
from grants.web.filters import listing, score

STRIP_WIDTH, STRIP_HEIGHT, STRIP_EDGE = 176, 20, 4
RANK_WIDTH, RANK_HEIGHT = 110, 20
FUNNEL_TALLEST, FUNNEL_LOWEST, FUNNEL_FLOOR = 130, 20, 140


@dataclass(frozen=True)
class Strip:
    """A small picture in a table row: path data, size, words."""

    width: int
    height: int
    dots: str
    line: str
    words: str


def score_strip(marks: Sequence[float | None], mean: float | None, low: float = 0, high: float = 100) -> Strip:
    """Each reviewer's score as a dot between `low` and `high`, the mean as a line; a score not given is left out.

    raises   ValueError when `high` is not above `low`
    """
    if high <= low:
        raise ValueError("A scale needs an upper end above its lower one.")

    def place(value: float) -> float:
        share = (min(max(value, low), high) - low) / (high - low)
        return round(STRIP_EDGE + share * (STRIP_WIDTH - 2 * STRIP_EDGE), 1)

    given = [mark for mark in marks if mark is not None]
    dots = "".join(_disc(place(mark), STRIP_HEIGHT / 2, 3.6) for mark in given)
    line = "" if mean is None else f"M{place(mean)} 3v{STRIP_HEIGHT - 6}"
    each = f"Scores {listing(score(mark) for mark in given)}" if given else "No scores yet"
    return Strip(STRIP_WIDTH, STRIP_HEIGHT, dots, line, each + (f"; mean {score(mean)}" if mean is not None else ""))


def rank_interval(best: float, worst: float, middle: float, of: int) -> Strip:
    """The ranks an application takes when panels are redrawn: from `best` to `worst`, usually `middle`, among `of`."""

    def place(rank: float) -> float:
        return round(6 + (rank - 1) / max(of - 1, 1) * (RANK_WIDTH - 12), 1)

    bar = f"M{place(best)} {RANK_HEIGHT // 2}H{place(worst)}"
    dot = _disc(place(middle), RANK_HEIGHT / 2, 3.2)
    return Strip(RANK_WIDTH, RANK_HEIGHT, dot, bar, f"Rank {middle:g} of {of}, between {best:g} and {worst:g}")


def histogram(counts: Sequence[tuple[str, int]], height: int = 20) -> Strip:
    """How often each mark was given, as bars; a mark nobody gave keeps a hairline so that its place shows."""
    tallest = max((count for _, count in counts), default=0) or 1
    bars = [max(1, round(count / tallest * height)) for _, count in counts]
    path = "".join(f"M{place * 9} {height}v-{bar}h7v{bar}z" for place, bar in enumerate(bars))
    words = ", ".join(f"{mark}: {count}" for mark, count in counts)
    return Strip(max(len(bars) * 9 - 2, 1), height, path, "", words)


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline.

    size    how much of the picture it takes: the number of cases, or of those expected
    value   what stands under it, "45 schools" or "0 of 6"
    state   past or in work; now: wanting attention; ahead: not reached yet
    """

    label: str
    size: int
    value: str
    note: str = ""
    state: Literal["past", "now", "ahead"] = "past"
    url: str | None = None


@dataclass(frozen=True)
class FunnelBox:
    """A stage in place: the tops of its box and of the next (None for the last), its share of the largest in %."""

    stage: Stage
    top: float
    height: float
    next_top: float | None
    share: float


@dataclass(frozen=True)
class Funnel:
    """The pipeline, left to right or, on a phone, top to bottom."""

    boxes: tuple[FunnelBox, ...]
    words: str


def funnel(stages: Sequence[Stage]) -> Funnel:
    """The pipeline as boxes whose height grows with the number of cases, joined by what goes on to the next."""
    largest = max((stage.size for stage in stages), default=0) or 1
    heights = [round(FUNNEL_LOWEST + stage.size / largest * (FUNNEL_TALLEST - FUNNEL_LOWEST), 1) for stage in stages]
    tops = [FUNNEL_FLOOR - height for height in heights]
    boxes = tuple(
        FunnelBox(stage, top, height, following, round(max(stage.size / largest, 0.02) * 100, 1))
        for stage, top, height, following in zip(stages, tops, heights, [*tops[1:], None], strict=False)
    )
    return Funnel(boxes, "; ".join(f"{stage.label}: {stage.value}" for stage in stages))


@dataclass(frozen=True)
class Part:
    """A stretch of a bar, in percent of its length, with the class that colors it and the words of its key."""

    start: float
    width: float
    css: str
    word: str
    amount: int


@dataclass(frozen=True)
class Bar:
    """A bar and its parts; a part that is only named (what is left) has no width. `over` says that it runs over."""

    parts: tuple[Part, ...]
    words: str
    over: bool = False


def fund_bar(total: int, committed: int, obligated: int, paid: int) -> Bar:
    """A fund in cents: what is paid lies within what is obligated, that within what is committed, that within the fund.

    raises   ValueError when one is larger than what should hold it
    """
    if not 0 <= paid <= obligated <= committed <= total:
        raise ValueError("A fund holds paid ≤ obligated ≤ committed ≤ total.")
    scale = 100 / (total or 1)
    # Drawn widest first: each lies on the one before.
    parts = (
        Part(0, round(committed * scale, 2), "f-acc3", "committed", committed),
        Part(0, round(obligated * scale, 2), "f-acc2", "obligated", obligated),
        Part(0, round(paid * scale, 2), "f-acc", "paid", paid),
        Part(0, 0, "f-track", "free", total - committed),
    )
    return Bar(parts, f"Of {dollars(total)}: {_amounts((*parts[2::-1], parts[3]))}")


def load_bar(now: int, added: int, limit: int) -> Bar:
    """A reviewer's pile: what they have, what would be added, out of the longest pile that may be drawn beside it.

    raises   ValueError when the limit is below 1
    """
    if limit < 1:
        raise ValueError("A pile is drawn out of at least 1.")
    scale = 100 / max(limit, now + added)
    has, more = round(now * scale, 2), round(added * scale, 2)
    parts = (Part(0, has, "f-acc", "now", now), Part(has, more, "f-acc2", "added", added))
    return Bar(parts, f"{now} now, {added} added, {now + added} of at most {limit}")


def coverage_bar(applications: Mapping[int, int], needs: int) -> Bar:
    """Applications by how many reviewers they have: all they need first, those without any last.

    applications   number of reviewers -> applications
    """
    total, at, parts = max(sum(applications.values()), 1), 0.0, []
    grouped: dict[int, int] = {}
    for readers, count in applications.items():
        grouped[min(readers, needs)] = grouped.get(min(readers, needs), 0) + count
    for readers in range(needs, -1, -1):
        count = grouped.get(readers, 0)
        css = (
            "f-acc"
            if readers == needs
            else "f-track"
            if readers == 0
            else "f-acc2"
            if readers * 2 >= needs
            else "f-acc3"
        )
        word = f"all {needs}" if readers == needs else f"{readers} of {needs}" if readers else "none"
        parts.append(Part(round(at, 2), round(count * 100 / total, 2), css, word, count))
        at += count * 100 / total
    return Bar(tuple(parts), "; ".join(f"{one.word}: {one.amount}" for one in parts if one.amount))


def budget_bar(used: int, limit: int) -> Bar:
    """A sum against its limit, in cents; what runs over the limit is drawn beyond a mark at the limit, and said."""
    longest = max(used, limit, 1)
    within = round(min(used, limit) * 100 / longest, 2)
    parts = [Part(0, within, "f-acc", "within the limit", min(used, limit))]
    if used > limit:
        parts.append(Part(within, round(100 - within, 2), "f-bad", "over", used - limit))
        return Bar(tuple(parts), f"{dollars(used)} of {dollars(limit)}, over by {dollars(used - limit)}", over=True)
    return Bar(tuple(parts), f"{dollars(used)} of {dollars(limit)}, {dollars(limit - used)} left")


def _disc(x: float, y: float, radius: float) -> str:
    """A disc as path data: all dots of a row in one element keep a hundred rows light."""
    half = f"a{radius} {radius} 0 1 0 "
    return f"M{round(x - radius, 1)} {y:g}{half}{2 * radius:g} 0{half}-{2 * radius:g} 0z"


def _amounts(parts: Sequence[Part]) -> str:
    return ", ".join(f"{part.word} {dollars(part.amount)}" for part in parts)
