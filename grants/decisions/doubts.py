"""How sure a line's place is: panels redrawn from the reviewers' totals that the slate keeps."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from grants.review.agreement import Agreement, Rating, agreement, rank_draws


@dataclass(frozen=True)
class Doubt:
    """Where one application stands in redrawn panels.

    low, high   ranks between which it stands in 90 of 100 panels
    stands_in   share of panels, 0 to 1 to 4 places, in which it is among the awarded
    """

    low: int
    high: int
    stands_in: Decimal


def doubts(
    totals: Mapping[int, Sequence[Decimal]], awards: int, barred: Collection[int], seed: int
) -> dict[int, Doubt]:
    """Application -> its doubt, for those with a total.

    totals   application -> its reviewers' totals, 0 to 100
    awards   how many are awarded
    barred   applications that no score lets in
    seed     the stage's own: the same totals are always redrawn alike

    >>> doubts({1: [Decimal(90), Decimal(80)], 2: [Decimal(40)]}, 1, (), seed=2014)[2]
    Doubt(low=2, high=2, stands_in=Decimal('0.0000'))
    """
    draws = rank_draws(_ratings(totals), seed=seed)
    out = {_name(one) for one in barred if totals.get(one)}
    found = {}
    for one in totals:
        if totals[one]:
            ranks, standing = draws.interval(_name(one)), draws.stands_in(_name(one), awards, out)
            found[one] = Doubt(ranks.low, ranks.high, Decimal(standing).quantize(Decimal("0.0001")))
    return found


def agreement_on(totals: Mapping[int, Sequence[Decimal]]) -> Agreement:
    """How well the reviewers of these applications agree; it does not matter who gave which total."""
    return agreement(_ratings(totals))


def _ratings(totals: Mapping[int, Sequence[Decimal]]) -> list[Rating]:
    return [Rating(str(who), _name(one), total) for one, given in totals.items() for who, total in enumerate(given)]


def _name(number: int) -> str:
    """Ids as text that sorts like the numbers, since the draws go by the order of names."""
    return f"{number:012d}"
