"""Which applications to award: the search behind a slate and behind "why not"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from grants.decisions.limits import Limit
from grants.decisions.slate_rules import Aim, Candidate
from grants.kernel.integer_program import Rows, Unproved, maximise

Places = frozenset[int]
Floats = NDArray[np.float64]

# Ties are settled so many candidates at a time: their weights 1, 2, 4 .. stay far below the solver's tolerances.
_AT_ONCE = 16


@dataclass(frozen=True)
class Field:
    """Those who can be awarded at all, from first to last, and the limits on them. A place is an index into it."""

    candidates: tuple[Candidate, ...]
    limits: tuple[Limit, ...]
    aim: Aim = Aim.MOST_MERIT

    @cached_property
    def merit(self) -> tuple[int, ...]:
        """Scores as whole numbers in one unit, so that sums compare exactly."""
        exact = [Fraction(candidate.score or 0) for candidate in self.candidates]
        unit = lcm(*(score.denominator for score in exact))
        whole = [int(score * unit) for score in exact]
        shared = gcd(*whole) or 1
        return tuple(score // shared for score in whole)

    def total(self, places: Iterable[int]) -> int:
        return sum(self.merit[place] for place in places)


def best_set(
    field: Field, held_in: Iterable[int] = (), held_out: Iterable[int] = (), limits: Sequence[Limit] | None = None
) -> Places | None:
    """The places of the best set to award within the limits; None when no set keeps them.

    Best is what the field's aim says. Among sets of equal sum it is the one that comes first in order, so there is
    only one answer, whatever the solver's way to it.

    held_in, held_out   places that are in, or out, whatever the rest
    limits              in place of the field's own
    raises              Unproved when the solver gives up
    """
    lower, upper = _held(field, held_in, held_out)
    if np.any(lower > upper):
        return None
    search = _Search(field, field.limits if limits is None else tuple(limits))
    found = search.best(np.array(field.merit, dtype=np.float64), lower, upper)
    if found is None:
        return None
    if field.aim is Aim.BEST_FIRST:
        return search.earliest(found, lower, upper)
    return search.first_of_equals(found, lower, upper)


def fewest_to_drop(field: Field, held_in: Iterable[int] = (), held_out: Iterable[int] = ()) -> tuple[Limit, ...]:
    """A smallest group of limits without which a set exists; empty when one exists as it is.

    raises   ValueError when a place is held in and out at once, which no limit can mend
    """
    count, rules = len(field.candidates), len(field.limits)
    bounds = _held(field, held_in, held_out)
    if np.any(bounds[0] > bounds[1]):
        raise ValueError("A candidate cannot be held in and out at once.")
    matrix, lowest, highest = _rows(field.limits, count)
    # A dropped limit gets as much room as it takes to hold with everyone, or nobody, awarded.
    room = np.where([limit.is_floor for limit in field.limits], lowest, -matrix.sum(axis=1))
    rows = Rows.dense(np.hstack([matrix, np.diag(room)]), lowest, highest)
    lower, upper = (
        np.concatenate([held, drop]) for held, drop in zip(bounds, (np.zeros(rules), np.ones(rules)), strict=True)
    )
    found = maximise(np.concatenate([np.zeros(count), -np.ones(rules)]), rows, lower, upper)
    if found is None:
        raise Unproved("Without any limit there is always a set.")
    return tuple(limit for limit, dropped in zip(field.limits, found[count:], strict=True) if dropped)


@dataclass(frozen=True)
class _Search:
    field: Field
    limits: tuple[Limit, ...]

    @cached_property
    def rows(self) -> tuple[Floats, Floats, Floats]:
        return _rows(self.limits, len(self.field.candidates))

    def best(self, gain: Floats, lower: Floats, upper: Floats, *more: tuple[Floats, float]) -> Places | None:
        """The set of most gain within the limits, and within each of `more`: a row and the least it may come to."""
        matrix, lowest, highest = self.rows
        rows = Rows.dense(
            np.vstack([matrix, *(row for row, _ in more)]),
            np.append(lowest, [least for _, least in more]),
            np.append(highest, [np.inf] * len(more)),
        )
        found = maximise(gain, rows, lower, upper)
        if found is None:
            return None
        places = frozenset(np.flatnonzero(found).tolist())
        if not all(limit.holds(places) for limit in self.limits):
            raise Unproved("The solver's set breaks a limit when added up in whole numbers.")
        return places

    def first_of_equals(self, found: Places, lower: Floats, upper: Floats) -> Places:
        """Among the sets with the total of `found`, the one that comes first in order."""
        total = self.field.total(found)
        as_good = np.array(self.field.merit, dtype=np.float64), total - 0.5
        inside = np.isin(np.arange(len(lower)), list(found))
        another = np.where(inside, -1.0, 1.0), 0.5 - len(found)
        if self.best(np.zeros(len(lower)), lower, upper, as_good, another) is None:
            return found
        return self.earliest(found, lower, upper, total)

    def earliest(self, found: Places, lower: Floats, upper: Floats, total: int | None = None) -> Places:
        """The set that comes first in order, among those with this total when one is given.

        found   any such set to begin with
        """
        merit = np.array(self.field.merit, dtype=np.float64)
        keeping = [] if total is None else [(merit, total - 0.5)]
        lower, upper = lower.copy(), upper.copy()
        for start in range(0, len(lower), _AT_ONCE):
            group = np.arange(start, min(start + _AT_ONCE, len(lower)))
            left = np.inf if total is None else total - self.field.total(np.flatnonzero(lower))
            undecided = [place for place in group if lower[place] < upper[place] and merit[place] <= left]
            if not found.issuperset(undecided):
                gain = np.zeros(len(lower))
                gain[group] = 2.0 ** np.arange(len(group))[::-1]
                earlier = self.best(gain, lower, upper, *keeping)
                if earlier is None:
                    raise Unproved("The set that was found cannot be found again.")
                found = earlier
            lower[group] = upper[group] = [place in found for place in group]
        return found


def _held(field: Field, held_in: Iterable[int], held_out: Iterable[int]) -> tuple[Floats, Floats]:
    lower, upper = np.zeros(len(field.candidates)), np.ones(len(field.candidates))
    lower[list(held_in)] = 1
    upper[list(held_out)] = 0
    return lower, upper


def _rows(limits: Sequence[Limit], count: int) -> tuple[Floats, Floats, Floats]:
    """The limits as rows, each divided by its largest common unit. Sums are whole, so the bounds stand half a unit off:
    rounding inside the solver can then neither let a broken limit pass nor refuse one that is met to the cent."""
    units = [gcd(*limit.weights) or 1 for limit in limits]
    matrix = np.array(
        [[weight // unit for weight in limit.weights] for limit, unit in zip(limits, units, strict=True)],
        dtype=np.float64,
    ).reshape(len(limits), count)
    lowest = [
        -(-limit.bound // unit) - 0.5 if limit.is_floor else -np.inf for limit, unit in zip(limits, units, strict=True)
    ]
    highest = [
        np.inf if limit.is_floor else limit.bound // unit + 0.5 for limit, unit in zip(limits, units, strict=True)
    ]
    return matrix, np.array(lowest), np.array(highest)
