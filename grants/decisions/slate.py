"""The slate: which applications to award, wait-list and decline, solved exactly under the program's constraints.

The awarded set is the best by the program's aim (see `Aim`) among all that keep every constraint: usually the one
with the largest sum of scores. Scores count exactly as recorded. Between sets of equal sum the one that comes first in
the order of scores, tie rules and lot is taken, so a slate is the same whoever computes it.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from grants.decisions.best_set import Field, Places, best_set, fewest_to_drop
from grants.decisions.limits import Limit, limits_on, number, payers
from grants.decisions.slate_rules import Candidate, Fund, SlateRules, check, in_order, why_barred
from grants.kernel.integer_program import Rows, Unproved, maximise


class Outcome(StrEnum):
    AWARD = "award"
    WAITLIST = "waitlist"
    DECLINE = "decline"


class NoSlate(Exception):
    """No set of awards keeps all the rules; `sentence` says which of them stand against each other."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Line:
    """One application on the slate.

    rank     1 for the first in order of score, ties and lot
    amount   whole cents: of the award, or what a waitlisted application would get; None when declined
    draws    cents by fund id, the parts of an award; empty without funds
    barred   sentences that bar it from any slate; empty for one that was in the running
    """

    candidate: Candidate
    rank: int
    outcome: Outcome
    amount: int | None = None
    waitlist_place: int | None = None
    draws: Mapping[str, int] | None = None
    barred: tuple[str, ...] = ()


@dataclass(frozen=True)
class PortfolioCount:
    title: str
    awarded: int
    at_least: int
    at_most: int | None


@dataclass(frozen=True)
class ProposedSlate:
    """The lines in order of rank, and what they come to.

    total     cents awarded; `left` is what remains of the pool, None without one
    merit     sum of the awarded scores
    """

    lines: tuple[Line, ...]
    rules: SlateRules
    field: Field
    awarded: Places
    total: int
    left: int | None
    merit: Decimal
    portfolio: tuple[PortfolioCount, ...]
    _without: dict[frozenset[Limit], Places | None] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def best_without(self, dropped: Sequence[Limit]) -> Places | None:
        """The best set were it not for these limits; solved once, however many lines ask."""
        key = frozenset(dropped)
        if key not in self._without:
            rest = [limit for limit in self.field.limits if limit not in dropped]
            self._without[key] = best_set(self.field, *held_places(self.field, self.rules), rest)
        return self._without[key]

    def line(self, candidate: str) -> Line:
        """The line of a candidate by id; KeyError when there is none."""
        for line in self.lines:
            if line.candidate.id == candidate:
                return line
        raise KeyError(candidate)

    def names(self, outcome: Outcome) -> tuple[str, ...]:
        """Ids of the candidates with this outcome, in order of rank."""
        return tuple(line.candidate.id for line in self.lines if line.outcome == outcome)


def propose(candidates: Sequence[Candidate], rules: SlateRules) -> ProposedSlate:
    """Solve the slate of one stage.

    raises   ValueError when the input contradicts itself; NoSlate when no set of awards keeps the rules;
             Unproved when the solver gives up

    >>> schools = [Candidate("a", "Tern", Decimal(90), 60_000_00), Candidate("b", "Gull", Decimal(80), 60_000_00)]
    >>> [line.outcome.value for line in propose(schools, SlateRules(pool=100_000_00, waitlist=1)).lines]
    ['award', 'waitlist']
    """
    check(candidates, rules)
    order = in_order(candidates, rules.lot)
    barred = {candidate.id: why_barred(candidate, rules) for candidate in order}
    _refuse_impossible_holds(order, barred, rules)
    running = tuple(candidate for candidate in order if not barred[candidate.id])
    field = Field(running, limits_on(running, rules), rules.aim)
    held_in, held_out = held_places(field, rules)
    awarded = best_set(field, held_in, held_out)
    if awarded is None:
        raise NoSlate(_why_none(field, held_in, held_out))
    winners = [field.candidates[place] for place in sorted(awarded)]
    total = sum(winner.amount or 0 for winner in winners)
    return ProposedSlate(
        lines=_lines(order, barred, field, awarded, rules),
        rules=rules,
        field=field,
        awarded=awarded,
        total=total,
        left=None if rules.pool is None else rules.pool - total,
        merit=sum((winner.score or Decimal(0) for winner in winners), Decimal(0)),
        portfolio=tuple(
            PortfolioCount(rule.title, sum(w.id in rule.members for w in winners), rule.at_least, rule.at_most)
            for rule in rules.portfolio
        ),
    )


def broken_limits(candidates: Sequence[Candidate], rules: SlateRules, awards: Mapping[str, int]) -> tuple[str, ...]:
    """The constraints, in words, that a list of awards breaks: for a slate whose lines people have changed.

    awards   cents by id of the awarded candidates, whatever the rule would give them
    raises   KeyError for an unknown candidate

    >>> broken_limits([Candidate("a", "Tern", Decimal(90), 1)], SlateRules(pool=100_00), {"a": 120_00})
    ('a pool of $100',)
    """
    known = {candidate.id: candidate for candidate in candidates}
    chosen = tuple(replace(known[name], amount=cents) for name, cents in awards.items())
    return tuple(limit.words for limit in limits_on(chosen, rules) if not limit.holds(range(len(chosen))))


def held_places(field: Field, rules: SlateRules) -> tuple[Places, Places]:
    """The places that people decided: in, and out."""
    places = {candidate.id: place for place, candidate in enumerate(field.candidates)}
    inside = frozenset(places[name] for name in rules.held_in if name in places)
    return inside, frozenset(places[name] for name in rules.held_out if name in places)


def _lines(
    order: Sequence[Candidate],
    barred: Mapping[str, tuple[str, ...]],
    field: Field,
    awarded: Places,
    rules: SlateRules,
) -> tuple[Line, ...]:
    winners = {field.candidates[place].id for place in awarded}
    draws = draw_from_funds([candidate for candidate in order if candidate.id in winners], rules.funds)
    waiting = [name for name in _could_wait(field, rules) if name not in winners][: rules.waitlist]
    lines = []
    for rank, candidate in enumerate(order, start=1):
        if candidate.id in winners:
            parts = draws.get(candidate.id, {})
            lines.append(Line(candidate, rank, Outcome.AWARD, candidate.amount, draws=parts))
        elif candidate.id in waiting:
            place = waiting.index(candidate.id) + 1
            lines.append(Line(candidate, rank, Outcome.WAITLIST, candidate.amount, waitlist_place=place))
        else:
            lines.append(Line(candidate, rank, Outcome.DECLINE, barred=barred[candidate.id]))
    return tuple(lines)


def _could_wait(field: Field, rules: SlateRules) -> list[str]:
    """Those an award could reach one day: in the running, not held out, and within every limit when alone."""
    return [
        candidate.id
        for place, candidate in enumerate(field.candidates)
        if candidate.id not in rules.held_out and all(limit.is_floor or limit.holds((place,)) for limit in field.limits)
    ]


def draw_from_funds(winners: Sequence[Candidate], funds: Sequence[Fund]) -> dict[str, dict[str, int]]:
    """Share awards out among the funds that may pay them, the preferred funds first.

    winners   with amounts that the funds can pay together
    returns   candidate id -> fund id -> whole cents above 0, which sum to the award; empty without funds
    raises    Unproved when the funds cannot pay

    A transport problem: each cent drawn from the k-th fund costs k.
    """
    ways = [(winner, fund) for winner in winners for fund in payers(winner, funds)]
    if not ways:
        return {}
    held = [fund for fund in funds if fund.available is not None]
    matrix = np.array(
        [[float(way[0].id == winner.id) for way in ways] for winner in winners]
        + [[float(way[1].id == fund.id) for way in ways] for fund in held]
    )
    owed = [float(winner.amount or 0) for winner in winners]
    room = [float(fund.available or 0) for fund in held]
    rows = Rows.dense(matrix, np.array([*owed, *(0.0 for _ in held)]), np.array([*owed, *room]))
    cost = np.array([-float(funds.index(fund)) for _, fund in ways])
    most = np.array([float(winner.amount or 0) for winner, _ in ways])
    found = maximise(cost, rows, np.zeros(len(ways)), most)
    if found is None:
        raise Unproved("The funds cannot pay these awards.")
    draws: dict[str, dict[str, int]] = {winner.id: {} for winner in winners}
    for (winner, fund), cents in zip(ways, found, strict=True):
        if cents:
            draws[winner.id][fund.id] = int(cents)
    return draws


def _refuse_impossible_holds(
    order: Sequence[Candidate], barred: Mapping[str, tuple[str, ...]], rules: SlateRules
) -> None:
    for candidate in order:
        if candidate.id in rules.held_in and barred[candidate.id]:
            raise NoSlate(f"{candidate.name} is held in but cannot be awarded. {' '.join(barred[candidate.id])}")


def _why_none(field: Field, held_in: Places, held_out: Places) -> str:
    said = [limit.words + _too_few(limit, held_out) for limit in fewest_to_drop(field, held_in, held_out)]
    return f"No slate keeps all the rules. There would be one without {' and '.join(said)}."


def _too_few(limit: Limit, held_out: Places) -> str:
    most = limit.used(place for place in range(len(limit.weights)) if place not in held_out)
    return f" (only {number(most)} can be awarded)" if limit.is_floor and most < limit.bound else ""
