"""What a slate is made from: the applications, what limits the awards, and the order they stand in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from grants.kernel.money import dollars
from grants.review.ordering import lot_of


@dataclass(frozen=True)
class Candidate:
    """One application as the slate sees it.

    id       stable across runs: the lot is drawn over it
    score    0 to 100; None when it has no scorecard
    amount   whole cents an award would be, above 0 (see `amounts`); None when there can be none
    barred   sentences that each bar it from an award: a failed essential criterion, a score below the lowest tier
    ties     values that order equal scores, the first first; higher is better, None comes last
    final    every part of its score is there; what lacks one, such as a pitch, comes after all that have theirs
    """

    id: str
    name: str
    score: Decimal | None
    amount: int | None
    barred: tuple[str, ...] = ()
    ties: tuple[Decimal | None, ...] = ()
    final: bool = True


@dataclass(frozen=True)
class Fund:
    """Money that pays awards.

    available   whole cents; None when only the pool limits it
    pays        ids of the candidates it may pay; None for everyone
    """

    id: str
    title: str
    available: int | None
    pays: frozenset[str] | None = None


@dataclass(frozen=True)
class PortfolioRule:
    """How many awards go to candidates of one description.

    title     as a person says it: "district-run", "middle schools"
    members   ids of the candidates that fit
    at_most   None for no limit
    """

    title: str
    members: frozenset[str]
    at_least: int = 0
    at_most: int | None = None


class Aim(StrEnum):
    """What makes one set of awards better than another.

    MOST_MERIT   the larger sum of scores. It counts all the merit the money buys and needs no weights that someone
                 could turn; where money is short it may pass over one costly application for two that cost less
    BEST_FIRST   the set that comes first in order: it has the earliest candidate in which two sets differ. Nobody is
                 passed over for a lower score unless a rule or the money leaves no other way; money may stay unused

    Where only the number of awards is limited, both are "the highest scores".
    """

    MOST_MERIT = "most_merit"
    BEST_FIRST = "best_first"


@dataclass(frozen=True)
class SlateRules:
    """The constraints of one slate.

    pool       the most all awards may add up to, in cents; None for no limit
    funds      who pays, the preferred first; empty when only the pool counts
    waitlist   how many may wait
    lot        seed of the lot that orders what scores and ties leave equal; kept with the slate
    held_in, held_out   ids decided by people: awarded, or not, whatever the rules would choose
    """

    pool: int | None = None
    funds: tuple[Fund, ...] = ()
    awards_at_least: int = 0
    awards_at_most: int | None = None
    portfolio: tuple[PortfolioRule, ...] = ()
    waitlist: int = 0
    lot: str = ""
    aim: Aim = Aim.MOST_MERIT
    held_in: frozenset[str] = frozenset()
    held_out: frozenset[str] = frozenset()


def in_order(candidates: Iterable[Candidate], lot: str) -> list[Candidate]:
    """Candidates from first to last: by score, then the tie values, then the lot; those without a score come last.

    The lot is `ordering.lot_of`, so anyone can draw it again and no candidate's place hangs on who else is in.

    >>> high, low = Candidate("a", "A", Decimal(80), 1), Candidate("b", "B", Decimal(70), 1)
    >>> [candidate.id for candidate in in_order([low, high], "2015")]
    ['a', 'b']
    """

    def key(candidate: Candidate) -> tuple[object, ...]:
        by = (*map(_downwards, (candidate.score, *candidate.ties)), lot_of(lot, candidate.id), candidate.id)
        return (not candidate.final or candidate.score is None, *by)

    return sorted(candidates, key=key)


def why_barred(candidate: Candidate, rules: SlateRules) -> tuple[str, ...]:
    """Sentences that keep a candidate out of any slate, whatever the others; empty when it can be awarded."""
    reasons = list(candidate.barred if candidate.id not in rules.held_in else ())
    if candidate.score is None and not reasons and candidate.id not in rules.held_in:
        reasons.append("It has no score.")
    if candidate.amount is None and not reasons:
        reasons.append("The rule gives no amount for it.")
    if rules.funds and not any(fund.pays is None or candidate.id in fund.pays for fund in rules.funds):
        reasons.append("No fund of this stage may pay it.")
    if candidate.amount is not None and rules.pool is not None and candidate.amount > rules.pool:
        reasons.append(f"Its award of {dollars(candidate.amount)} is more than the pool of {dollars(rules.pool)}.")
    return tuple(reasons)


def check(candidates: Sequence[Candidate], rules: SlateRules) -> None:
    """Refuse input that contradicts itself.

    raises   ValueError
    """
    known = {candidate.id for candidate in candidates}
    if len(known) < len(candidates):
        raise ValueError("Two candidates share an id.")
    if len({len(candidate.ties) for candidate in candidates}) > 1:
        raise ValueError("Every candidate needs the same number of tie values.")
    if any(candidate.amount is not None and candidate.amount <= 0 for candidate in candidates):
        raise ValueError("An award is above $0.")
    if any(candidate.score is not None and candidate.score < 0 for candidate in candidates):
        raise ValueError("A score is 0 or more.")
    named = rules.held_in | rules.held_out
    named = named.union(*(rule.members for rule in rules.portfolio), *(fund.pays or () for fund in rules.funds))
    if named - known:
        raise ValueError(f"The rules name unknown candidates: {sorted(named - known)}.")
    if rules.held_in & rules.held_out:
        raise ValueError("A candidate cannot be held in and out at once.")


def _downwards(value: Decimal | None) -> tuple[bool, Decimal]:
    return (True, Decimal(0)) if value is None else (False, -value)
