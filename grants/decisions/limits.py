"""The constraints of a slate as whole-number limits, each with the words a person would use for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grants.decisions.slate_rules import Candidate, Fund, SlateRules
from grants.kernel.money import dollars

Kind = Literal["awards", "pool", "fund", "portfolio"]

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Limit:
    """The sum of `weights` over the awarded stays at or below `bound`, or at or above it when `is_floor`.

    title     whom it is about: a portfolio rule's or the funds' title, empty for all awards
    weights   one whole number 0 or more per candidate: cents of its award, or 1 when it counts
    """

    kind: Kind
    title: str
    weights: tuple[int, ...]
    bound: int
    is_floor: bool = False

    def used(self, awarded: Iterable[int]) -> int:
        """The sum over the awarded, given by their places among the candidates."""
        return sum(self.weights[place] for place in awarded)

    def holds(self, awarded: Iterable[int]) -> bool:
        used = self.used(awarded)
        return used >= self.bound if self.is_floor else used <= self.bound

    def reaching(self, awarded: Iterable[int]) -> "Limit":
        """The same limit moved just so far that it holds."""
        return replace(self, bound=self.used(awarded))

    @property
    def words(self) -> str:
        """The rule as a noun: "at most ten awards", "a pool of $850,000"."""
        if self.kind == "pool":
            return f"a pool of {dollars(self.bound)}"
        if self.kind == "fund":
            return f"{dollars(self.bound)} from {self.title}"
        most = "at least" if self.is_floor else "at most"
        whose = f" for “{self.title}”" if self.title else ""
        return f"{most} {awards(self.bound)}{whose}"


def number(count: int) -> str:
    """A count in words up to twelve.

    >>> number(5), number(26)
    ('five', '26')
    """
    return _WORDS[count] if 0 <= count < len(_WORDS) else str(count)


def awards(count: int) -> str:
    """ "one award", "ten awards"."""
    return f"{number(count)} award{'' if count == 1 else 's'}"


def limits_on(candidates: Sequence[Candidate], rules: SlateRules) -> tuple[Limit, ...]:
    """Every constraint of the rules on these candidates, in the order in which people name them.

    candidates   each with an amount
    """
    amounts = tuple(candidate.amount or 0 for candidate in candidates)
    ones = (1,) * len(candidates)
    limits = list(_bounds("awards", "", ones, rules.awards_at_least, rules.awards_at_most))
    for rule in rules.portfolio:
        members = tuple(int(candidate.id in rule.members) for candidate in candidates)
        limits += _bounds("portfolio", rule.title, members, rule.at_least, rule.at_most)
    if rules.pool is not None:
        limits.append(Limit("pool", "", amounts, rules.pool))
    if rules.funds:
        limits += _fund_limits(candidates, rules.funds)
    return tuple(limits)


def payers(candidate: Candidate, funds: Iterable[Fund]) -> tuple[Fund, ...]:
    """The funds that may pay a candidate, the preferred first."""
    return tuple(fund for fund in funds if fund.pays is None or candidate.id in fund.pays)


def _bounds(kind: Kind, title: str, weights: tuple[int, ...], least: int, most: int | None) -> Iterable[Limit]:
    if most is not None:
        yield Limit(kind, title, weights, most)
    if least:
        yield Limit(kind, title, weights, least, is_floor=True)


def _fund_limits(candidates: Sequence[Candidate], funds: Sequence[Fund]) -> Iterable[Limit]:
    """For every set of funds: who can be paid by these funds alone cannot cost more than they hold together.

    These limits together hold exactly when the awards can be drawn from the funds (Gale, A theorem on flows in
    networks, 1957; Hall's theorem with amounts). Sets that no candidates share need no limit of their own.
    """
    reach = [frozenset(fund.id for fund in payers(candidate, funds)) for candidate in candidates]
    unions: set[frozenset[str]] = set()
    for ids in set(reach):
        unions |= {ids, *(ids | union for union in unions)}
    for together in sorted(unions, key=lambda ids: (len(ids), sorted(ids))):
        paying = [fund for fund in funds if fund.id in together]
        held = [fund.available for fund in paying]
        if None not in held:
            weights = tuple(
                candidate.amount or 0 if ids <= together else 0
                for candidate, ids in zip(candidates, reach, strict=True)
            )
            title = " and ".join(fund.title for fund in paying)
            yield Limit("fund", title, weights, sum(cents for cents in held if cents is not None))
