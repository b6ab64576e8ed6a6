"""What a five-year budget adds up to, and what its program checks in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grants.kernel.money import dollars
from grants.programs.schema import BudgetCheck, FiveYearBudget

YEARS = 5
Five = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Totals:
    """Sums of a budget, whole cents for each of the five years.

    public      revenue from lines that are public per-pupil money
    operating   expense from lines that return every year
    gap         revenue less expense; below 0 where money is missing
    lines       "revenue.<line>" or "expense.<line>" -> its sum over the five years
    pupils      how many each year plans for; 0 where that is not said
    """

    revenue: Five
    public: Five
    expense: Five
    operating: Five
    gap: Five
    lines: Mapping[str, int]
    pupils: Five

    @property
    def per_pupil(self) -> Mapping[str, tuple[int | None, ...]]:
        """What a year's sums come to for each pupil, by what they are called; None for a year without pupils."""
        sums = {"Public revenue per pupil": self.public, "All revenue per pupil": self.revenue}
        sums["Expense per pupil"] = self.expense
        return {title: tuple(map(each, years, self.pupils)) for title, years in sums.items()}


def each(cents: int, pupils: int) -> int | None:
    """An amount shared among pupils, to the nearest cent, half a cent up; None without pupils.

    >>> each(1_000_00, 3), each(100, 0)
    (33333, None)
    """
    return (2 * cents + pupils) // (2 * pupils) if pupils else None


def totals(field: FiveYearBudget, answer: Mapping[str, Any] | None) -> Totals:
    """Add up a budget. A cell that is still empty counts as nothing.

    answer   {"revenue": {line: [cents or None] * 5}, "expense": {…}}, or None
    """
    answer = answer or {}
    cells = {
        (side, key): [cents or 0 for cents in (answer.get(side) or {}).get(key) or [0] * YEARS]
        for side, lines in (("revenue", field.revenue), ("expense", field.expense))
        for key in lines
    }
    revenue = _sum([cells["revenue", key] for key in field.revenue])
    expense = _sum([cells["expense", key] for key in field.expense])
    return Totals(
        revenue=revenue,
        public=_sum([cells["revenue", key] for key, line in field.revenue.items() if line.public]),
        expense=expense,
        operating=_sum([cells["expense", key] for key, line in field.expense.items() if line.operating]),
        gap=_five([earned - spent for earned, spent in zip(revenue, expense, strict=True)]),
        lines={f"{side}.{key}": sum(years) for (side, key), years in cells.items()},
        pupils=_five([count or 0 for count in (answer.get("pupils") or {}).get("enrolled") or [0] * YEARS]),
    )


def notices(field: FiveYearBudget, answer: Mapping[str, Any] | None) -> list[str]:
    """What the program's checks find, in sentences; nothing before the budget is begun."""
    if not answer:
        return []
    sums = totals(field, answer)
    return [sentence for check in field.checks if (sentence := _finding(field, check, sums))]


def _finding(field: FiveYearBudget, check: BudgetCheck, sums: Totals) -> str | None:
    year, place = field.years[check.year - 1], check.year - 1
    short = sums.operating[place] - sums.public[place]
    if check.public_revenue_covers_operating and short > 0:
        return check.sentence or f"{year}: public revenue falls {dollars(short)} short of operating costs."
    if check.no_deficit and sums.gap[place] < 0:
        return check.sentence or f"{year}: expenses exceed revenue by {dollars(-sums.gap[place])}."
    return None


def _sum(rows: Sequence[Sequence[int]]) -> Five:
    return _five([sum(row[year] for row in rows) for year in range(YEARS)])


def _five(values: Sequence[int]) -> Five:
    first, second, third, fourth, fifth = values
    return first, second, third, fourth, fifth
