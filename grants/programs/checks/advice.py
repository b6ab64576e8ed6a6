"""What a careful colleague would notice in a definition that holds together but may not be meant."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise, product

from grants.kernel.money import dollars
from grants.programs.faults import Finding, Path, note, warning
from grants.programs.schema import (
    AmountRule,
    ApplicationStage,
    Definition,
    EntryFacts,
    EntryRule,
    Rubric,
)

LEAST_SHARE = Decimal("0.02")
"""A criterion that makes up less than this of the total hardly ever changes an order."""
MOST_SHARE = Decimal("0.8")


def advice(definition: Definition) -> Iterator[Finding]:
    """Warnings and notes on stages, rubrics, amounts and pools; the definition is known to have no errors."""
    yield from _entries(definition)
    for key, rubric in definition.rubrics.items():
        yield from _weights(rubric, ("rubrics", key))
    for stage in definition.application_stages:
        path: Path = ("stages", stage.key)
        yield from _tiers(definition, stage.decision.amount, definition.rubric(stage.review.rubric), path)
        yield from _pool(definition, stage, (*path, "decision"))
        yield from _portfolio(stage, (*path, "decision", "portfolio"))
        yield from _reviewing(definition, stage, (*path, "review"))
        yield from _pitching(stage, (*path, "pitch"))


# ---- who can enter


def _entries(definition: Definition) -> Iterator[Finding]:
    reachable: set[str] = set()
    for key, stage in definition.stages.items():
        if not isinstance(stage, ApplicationStage):
            reachable.add(key)
        elif not _someone_enters(stage.enter, reachable):
            yield warning(("stages", key, "enter"), f"nobody can enter “{stage.title}”: no case can satisfy this rule")
        elif stage.decision.awards.at_most == 0:
            yield warning(("stages", key, "decision", "awards"), f"“{stage.title}” can award nothing: at most 0 awards")
        else:
            reachable.add(key)


def _someone_enters(rule: EntryRule, reachable: set[str]) -> bool:
    """Whether some case could enter: every mix of what can be true of a case is tried."""
    leaves = rule.leaves()
    completed = sorted({leaf.completed for leaf in leaves if leaf.completed in reachable and leaf.completed})
    awarded = sorted({leaf.awarded for leaf in leaves if leaf.awarded in reachable and leaf.awarded})
    if any(leaf.readiness for leaf in leaves) or len(completed) + len(awarded) > 12:
        return True  # answers are free: whether they can hold together is not ours to work out
    for mix in product((True, False), repeat=len(completed) + len(awarded) + 1):
        invited, *held = mix
        facts = EntryFacts(
            completed=frozenset(key for key, is_so in zip(completed, held, strict=False) if is_so),
            awarded=frozenset(key for key, is_so in zip(awarded, held[len(completed) :], strict=True) if is_so),
            invited=invited,
        )
        if rule.admits(facts):
            return True
    return False


# ---- weights and tiers


def _weights(rubric: Rubric, path: Path) -> Iterator[Finding]:
    for criterion in rubric.scored:
        at = (*path, "criteria", criterion.key)
        share = rubric.share_of(criterion)
        if share < LEAST_SHARE:
            yield warning(
                at, f"“{criterion.title}” makes up {_percent(share)} of the total: its mark decides next to nothing"
            )
        elif share > MOST_SHARE and len(rubric.scored) > 1:
            yield warning(
                at, f"“{criterion.title}” makes up {_percent(share)} of the total: the others decide next to nothing"
            )
        if not criterion.levels:
            yield note(at, f"no mark of “{criterion.title}” is described; reviewers agree better on described marks")


def _percent(share: Decimal) -> str:
    return f"{share * 100:.1f}%".replace(".0%", "%")


def lowest_total(rubric: Rubric) -> Decimal:
    """The least total a reviewer can give, out of 100: on a scale from 1 to 4 the lowest mark is already 25."""
    if rubric.by_points or not rubric.scored:
        return Decimal(0)
    return Decimal(100 * rubric.scale.from_) / rubric.scale.to


def _tiers(definition: Definition, amount: AmountRule, rubric: Rubric, path: Path) -> Iterator[Finding]:
    at = (*path, "decision", "amount", "by_score")
    bands = amount.bands
    if bands and not rubric.scored:
        yield warning(at, f"amounts go by score, but the rubric “{rubric.title}” gives none")
        return
    for higher, lower in pairwise(bands):
        if higher.amount <= lower.amount:
            yield warning(
                at,
                f"from {higher.from_score:f} an award is {dollars(higher.amount)}, no more than the "
                f"{dollars(lower.amount)} from {lower.from_score:f}: a better score earns no more",
            )
    least = lowest_total(rubric)
    below = [band for band in bands if band.from_score <= least]
    for band in below[1:]:
        yield warning(
            at,
            f"the amount from {band.from_score:f} can never be given: the lowest total possible is {least:.0f}, "
            f"which already earns {dollars(below[0].amount)}",
        )
    if bands and bands[-1].from_score > least:
        yield note(
            at,
            f"a total from {least:.0f} up to {bands[-1].from_score:f} has no amount: such an application "
            "cannot be awarded, even with money left",
        )
    yield from _sizes(amount, (*path, "decision", "amount", "range", "by_pupils"))


def _sizes(amount: AmountRule, path: Path) -> Iterator[Finding]:
    sizes = amount.range.by_pupils if amount.range else ()
    for place, (smaller, larger) in enumerate(pairwise(sizes), start=1):
        if smaller.to_pupils is not None and larger.from_pupils > smaller.to_pupils + 1:
            gap = f"{smaller.to_pupils + 1:,} to {larger.from_pupils - 1:,}"
            yield warning((*path, place), f"there is a gap: no amount for applicants that serve {gap} pupils")
    if sizes and sizes[-1].to_pupils is not None:
        yield note((*path, len(sizes) - 1), f"applicants that serve more than {sizes[-1].to_pupils:,} have no amount")


# ---- pools


def _pool(definition: Definition, stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    rules = stage.decision
    pool = definition.pool_of(stage.key)
    if pool is None:
        if rules.awards.at_most is None:
            yield warning(path, f"“{stage.title}” has neither a pool nor a most number of awards: nothing limits it")
        return
    if rules.pool is not None:
        yield from _fewest(definition, stage, pool, path)
        yield from _funds(definition, stage, pool, (*path, "funds"))
    if rules.amount.largest > pool:
        yield warning(
            (*path, "pool"), f"the pool of {dollars(pool)} cannot pay one award of {dollars(rules.amount.largest)}"
        )


def _fewest(definition: Definition, stage: ApplicationStage, pool: int, path: Path) -> Iterator[Finding]:
    sharing = definition.sharing_pool(stage.key)
    needed = sum(_fewest_awards(other) * other.decision.amount.smallest for other in sharing)
    fewest = sum(_fewest_awards(other) for other in sharing)
    if needed > pool:
        yield warning(
            (*path, "pool"),
            f"the pool of {dollars(pool)} cannot pay the fewest awards: {fewest} of at least "
            f"{dollars(stage.decision.amount.smallest)} need {dollars(needed)}",
        )
    most = stage.decision.awards.at_most
    if len(sharing) == 1 and most and needed <= pool < most * stage.decision.amount.smallest:
        affordable = pool // stage.decision.amount.smallest
        yield warning(
            (*path, "pool"),
            f"at most {most} awards are allowed, but the pool of {dollars(pool)} never pays more than {affordable}",
        )


def _fewest_awards(stage: ApplicationStage) -> int:
    """At least so many: the most that `awards` or any one portfolio rule asks for; their sum where they exclude."""
    by_attribute: dict[tuple[str, ...], int] = {}
    for rule in stage.decision.portfolio:
        # Rules on the same attributes with different values speak of different applicants, so they add up.
        kind = tuple(sorted(rule.where))
        by_attribute[kind] = by_attribute.get(kind, 0) + rule.at_least
    return max(stage.decision.awards.at_least, *by_attribute.values(), 0)


def _funds(definition: Definition, stage: ApplicationStage, pool: int, path: Path) -> Iterator[Finding]:
    funds = [definition.fund(key) for key in stage.decision.funds] or list(definition.funds.values())
    amounts = [fund.amount for fund in funds]
    if amounts and None not in amounts:
        held = sum(amount for amount in amounts if amount is not None)
        if held < pool:
            yield warning(path, f"its funds hold {dollars(held)}, less than the pool of {dollars(pool)}")


def _portfolio(stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    most, fewest = stage.decision.awards.at_most, _fewest_awards(stage)
    if most is not None and fewest > most:
        yield warning(path, f"these rules ask for at least {fewest} awards, but at most {most} may be made")


# ---- reviewing


def _pitching(stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    pitch = stage.pitch
    if pitch is None:
        return
    if stage.review.identity == "blind":
        yield note(
            path,
            f"review of “{stage.title}” is blind, and a pitch shows who applies: have the scorecards in before "
            "the panel is invited to it",
        )
    most = stage.decision.awards.at_most
    if pitch.shortlist is not None and most is not None and pitch.shortlist < most:
        yield note(
            (*path, "shortlist"), f"at most {pitch.shortlist} may pitch, and as many as {most} awards may be made"
        )


def _reviewing(definition: Definition, stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    if stage.review.identity == "blind" and not any(
        field.hidden_when_blind for field in definition.form(stage.form).all_fields()
    ):
        yield warning(
            (*path, "identity"), f"review is blind, but no question of the form “{stage.form}” is hidden_when_blind"
        )
    if stage.review.reviewers_each == 1:
        yield note((*path, "reviewers_each"), "one reviewer each: nothing shows how far another would have agreed")
