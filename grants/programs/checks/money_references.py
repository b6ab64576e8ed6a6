"""Names in funds, schedules and requirements lead somewhere."""

from collections.abc import Iterator

from grants.programs.checks.common import all_known, attributes, known
from grants.programs.faults import Finding, Path, error
from grants.programs.schema import Definition, IndicatorRef, RequirementRef, Waits


def of_money(definition: Definition) -> Iterator[Finding]:
    """Errors for every name in funds, schedules and requirements that leads nowhere."""
    yield from _funds(definition)
    for key, lines in definition.schedules.items():
        for place, line in enumerate(lines):
            for number, waits in enumerate(line.when):
                yield from _waits(definition, waits, ("schedules", key, place, "when", number))
    for key, requirement in definition.requirements.items():
        yield from known(requirement.form, definition.forms, "form", ("requirements", key, "form"))


def _funds(definition: Definition) -> Iterator[Finding]:
    stages = [stage.key for stage in definition.application_stages]
    for key, fund in definition.funds.items():
        path: Path = ("funds", key)
        if fund.matches is not None:
            yield from known(fund.matches.fund, definition.funds, "fund", (*path, "matches", "fund"))
            if fund.matches.fund == key:
                yield error((*path, "matches", "fund"), "a fund cannot match itself")
        if fund.pays_only is not None:
            yield from all_known(fund.pays_only.stages, stages, "application stage", (*path, "pays_only", "stages"))
            yield from attributes(fund.pays_only.where, None, (*path, "pays_only", "where"))


def _waits(definition: Definition, waits: Waits, path: Path) -> Iterator[Finding]:
    yield from known(waits.matched, definition.funds, "fund", (*path, "matched"))
    if waits.accepted is not None:
        yield from _accepted(definition, waits.accepted, (*path, "accepted"))
    if waits.reached is not None:
        yield from _reached(definition, waits.reached, (*path, "reached"))


def _accepted(definition: Definition, accepted: RequirementRef, path: Path) -> Iterator[Finding]:
    yield from known(accepted.key, definition.requirements, "requirement", path)
    requirement = definition.requirements.get(accepted.key)
    if requirement is not None and accepted.number > requirement.times:
        times = "once" if requirement.times == 1 else f"{requirement.times} times"
        yield error(path, f"“{accepted.key}” is owed {times}, so there is no number {accepted.number}")


def _reached(definition: Definition, reached: IndicatorRef, path: Path) -> Iterator[Finding]:
    yield from known(reached.key, definition.indicators, "indicator", path)
    indicator = definition.indicators.get(reached.key)
    if indicator is not None and reached.year not in indicator.targets:
        years = ", ".join(str(year) for year in sorted(indicator.targets)) or "none"
        yield error(path, f"“{reached.key}” has no target in year {reached.year} (years with a target: {years})")
