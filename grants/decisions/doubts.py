"""How sure a line's place is: panels redrawn from the reviewers' totals that the slate keeps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from grants.programs.schema import DecisionRules
from grants.review.agreement import Rating, agreement, rank_draws
from grants.review.queries import key_of


class Scored(Protocol):
    """What is asked of a line, or of an application under review."""

    @property
    def application_id(self) -> int: ...

    @property
    def essential_failed(self) -> str | None: ...


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
    out = {key_of(one) for one in barred if totals.get(one)}
    found = {}
    for one in totals:
        if totals[one]:
            ranks, standing = draws.interval(key_of(one)), draws.stands_in(key_of(one), awards, out)
            found[one] = Doubt(ranks.low, ranks.high, Decimal(standing).quantize(Decimal("0.0001")))
    return found


def barred_by(rows: Iterable[Scored], rules: DecisionRules) -> list[int]:
    """The applications that no score lets in: they failed an essential criterion, and the program blocks on that."""
    return [one.application_id for one in rows if rules.essentials == "block" and one.essential_failed]


def agreement_on(totals: Mapping[int, Sequence[Decimal]]) -> dict[str, Any]:
    """How well the reviewers of these applications agree, as a slate's findings keep it; who gave which total does not
    matter.
    """
    found = agreement(_ratings(totals))
    return {"alpha": None if found.alpha is None else f"{found.alpha:.2f}", "alpha_n": found.n}


def _ratings(totals: Mapping[int, Sequence[Decimal]]) -> list[Rating]:
    return [Rating(str(who), key_of(one), total) for one, given in totals.items() for who, total in enumerate(given)]
