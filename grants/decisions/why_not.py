"""Why an application is not awarded: the constraint that binds, in a sentence, found by solving the slate again.

A reason is only said when it was seen: a limit that the award would break as the slate stands, or a floor without
which the application gets in. What would give way to it, and what would fund it, are slates that were really solved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from grants.decisions.best_set import Field, best_set, fewest_to_drop
from grants.decisions.limits import Limit, number
from grants.decisions.slate import Outcome, ProposedSlate, held_places
from grants.decisions.slate_rules import Candidate
from grants.kernel.marks import rounded
from grants.kernel.money import dollars


@dataclass(frozen=True)
class WhyNot:
    """The answer for one application.

    because    the binding constraints, in one sentence or more
    trade      what happens to the others when it is awarded all the same; None when no slate can hold it
    what_if    how far the binding limits would have to move, and whether it would then be the one they reach; None
               when no limit stands in its way
    gives_way  ids of those who would lose their award to it
    """

    candidate: str
    because: str
    trade: str | None = None
    what_if: str | None = None
    gives_way: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.because, self.trade, self.what_if) if part)


def why_not(slate: ProposedSlate, candidate: str) -> WhyNot:
    """The full answer: the reason, the trade and the what-if. Solves up to two slates more than `because`.

    candidate   id of a candidate that the rules do not award
    raises      KeyError when unknown; ValueError when it is awarded
    """
    reason = because(slate, candidate)
    place = _place(slate.field, candidate)
    if place is None or candidate in slate.rules.held_out:
        return WhyNot(candidate, reason)
    gives_way, trade = _trade(slate, place)
    return WhyNot(candidate, reason, trade, _what_if(slate, place), gives_way)


def because(slate: ProposedSlate, candidate: str) -> str:
    """The binding constraint in words. Solves again only where a lower score is awarded before this one.

    candidate   id of a candidate that the rules do not award
    raises      KeyError when unknown; ValueError when it is awarded
    """
    line = slate.line(candidate)
    if line.outcome is Outcome.AWARD:
        raise ValueError(f"{line.candidate.name} is awarded.")
    if line.barred:
        return " ".join(line.barred)
    place = _place(slate.field, candidate)
    if place is None or candidate in slate.rules.held_out:
        return "People decided that it gets no award, whatever the rules would choose."
    lower = sorted(other for other in slate.awarded if other > place)
    return _floors_that_bind(slate, place, lower) or " ".join(
        _sentence(limit, slate, place) for limit in _broken(slate, place)
    )


def _broken(slate: ProposedSlate, place: int) -> list[Limit]:
    """The limits that stand in the way as the slate is; of several groups of funds only the narrowest."""
    broken = [limit for limit in slate.field.limits if not limit.is_floor and not limit.holds({*slate.awarded, place})]
    funds = [limit for limit in broken if limit.kind == "fund"]
    return [limit for limit in broken if limit.kind != "fund"] + funds[:1]


def _sentence(limit: Limit, slate: ProposedSlate, place: int) -> str:
    if limit.kind in {"pool", "fund"}:
        whose = "The pool has" if limit.kind == "pool" else f"The money that may pay it ({limit.title}) has"
        left = limit.bound - limit.used(slate.awarded)
        return f"{whose} {dollars(left)} left; this award needs {dollars(limit.weights[place])}."
    if limit.bound == 0:
        return f"The rules allow {_plain(limit)}."
    takers = sorted(other for other in slate.awarded if limit.weights[other])
    who = f"{number(len(takers)).capitalize()} application{'' if len(takers) == 1 else 's'}"
    places = "the place" if limit.bound == 1 else f"the {number(limit.bound)} places"
    whose = f" for “{limit.title}”" if limit.title else ""
    verb = "fills" if len(takers) == 1 else "fill"
    return f"{who}{_standing(takers, slate.field, place)} {verb} {places}{whose}."


def _standing(takers: Sequence[int], field: Field, place: int) -> str:
    """How those who took the places compare, as far as it is true of all of them."""
    if all(field.merit[other] > field.merit[place] for other in takers):
        return " with a higher score" if len(takers) == 1 else " with higher scores"
    if max(takers) < place:
        return " placed before it by the tie rules" if len(takers) == 1 else " with higher or tied scores"
    return ""


def _floors_that_bind(slate: ProposedSlate, place: int, lower: Sequence[int]) -> str | None:
    """The rules of "at least" that put lower scores before this one: a group without which it gets in, none of them
    to spare."""

    def gets_in_without(floors: Sequence[Limit]) -> bool:
        best = slate.best_without(floors)
        return best is not None and place in best

    binding = [limit for limit in slate.field.limits if limit.is_floor and limit.used(slate.awarded) == limit.bound]
    if not lower or not binding or not gets_in_without(binding):
        return None
    for limit in tuple(binding):
        fewer = [other for other in binding if other != limit]
        if gets_in_without(fewer):
            binding = fewer
    if not binding:
        return None
    favoured = [other for other in lower if any(limit.weights[other] for limit in binding)]
    names = _names(slate.field.candidates[other] for other in favoured or lower)
    rules = _listed([limit.words for limit in binding])
    this = "this rule" if len(binding) == 1 else "these rules"
    verb = "is" if len(binding) == 1 and binding[0].bound == 1 else "are"
    return f"{_capital(rules)} {verb} required, which puts {names} before it; without {this} it would be awarded."


def _trade(slate: ProposedSlate, place: int) -> tuple[tuple[str, ...], str]:
    field = slate.field
    held_in, held_out = held_places(field, slate.rules)
    forced = best_set(field, held_in | {place}, held_out)
    if forced is None:
        rules = _listed([limit.words for limit in fewest_to_drop(field, held_in | {place}, held_out)])
        return (), f"No slate that contains it keeps {rules}."
    out = [field.candidates[other] for other in sorted(slate.awarded - forced)]
    more = [field.candidates[other] for other in sorted(forced - slate.awarded - {place})]
    joined = f", {_names(more)} would come in" if more else ""
    merit = sum((field.candidates[other].score or Decimal(0) for other in forced), Decimal(0))
    sums = f"sum to {_figures(merit, slate.merit)}" if merit != slate.merit else "sum to the same"
    sentence = f"Awarding it, {_names(out)} would give way{joined} and the awarded scores would {sums}."
    return tuple(candidate.id for candidate in out), sentence


def _what_if(slate: ProposedSlate, place: int) -> str | None:
    """Move every limit in the way just far enough, solve again, and say who would be awarded then."""
    with_it = {*slate.awarded, place}
    moved = [
        limit if limit.is_floor or limit.holds(with_it) else limit.reaching(with_it) for limit in slate.field.limits
    ]
    changed = [new for new, old in zip(moved, slate.field.limits, strict=True) if new != old]
    best = best_set(slate.field, *held_places(slate.field, slate.rules), moved)
    if best is None or not changed:
        return None
    room = _capital(_listed([_plain(limit) for limit in changed]))
    if place in best:
        return f"{room} would fund it."
    return (
        f"{room} would go to {_names(slate.field.candidates[other] for other in sorted(best - slate.awarded))} first."
    )


def _plain(limit: Limit) -> str:
    return limit.words.removeprefix("at most ")


def _names(candidates: Iterable[Candidate]) -> str:
    """ "Tern (76.3)", "Tern (76.3) and Gull (75.0)", or the first three and how many more."""
    named = [f"{candidate.name} ({rounded(candidate.score or Decimal(0))})" for candidate in candidates]
    return _listed(named if len(named) <= 4 else [*named[:3], f"{number(len(named) - 3)} more"])


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _figures(new: Decimal, old: Decimal) -> str:
    """Two sums with as many decimals as it takes to tell them apart, one at least."""
    places = next((n for n in range(1, 5) if rounded(new, n) != rounded(old, n)), 4)
    return f"{rounded(new, places)} instead of {rounded(old, places)}"


def _place(field: Field, candidate: str) -> int | None:
    return next((place for place, one in enumerate(field.candidates) if one.id == candidate), None)
