"""What must hold in a definition beyond its names: shares, scales, limits, dates, placeholders."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from grants.programs.faults import Finding, Path, did_you_mean, error
from grants.programs.schema import (
    BLOCKS,
    FACTS_OF,
    LETTER_FACTS,
    AmountRule,
    ApplicationStage,
    Bounds,
    Definition,
    DiscoveryStage,
    Group,
    Letter,
    Load,
    PortfolioRule,
    Question,
    Requirement,
    Rubric,
    Words,
    percent,
    placeholders,
)
from grants.programs.schema.letters import PLACEHOLDER
from grants.programs.schema.values import YEARS


def broken(definition: Definition) -> Iterator[Finding]:
    """Errors for what cannot hold."""
    for key, stage in definition.stages.items():
        yield from _dates(stage, ("stages", key))
        if isinstance(stage, ApplicationStage):
            yield from _decision(stage, ("stages", key))
    for key, rubric in definition.rubrics.items():
        yield from _rubric(rubric, ("rubrics", key))
    for key, form in definition.forms.items():
        for section in form.sections.values():
            for field in section.fields.values():
                yield from _limits(field, ("forms", key, "sections", section.key, "fields", field.key))
    for key, lines in definition.schedules.items():
        yield from _shares([line.share for line in lines], ("schedules", key))
    for key, requirement in definition.requirements.items():
        yield from _dates_owed(requirement, ("requirements", key))
    yield from _letters(definition)


def _dates_owed(requirement: Requirement, path: Path) -> Iterator[Finding]:
    late = date(YEARS[-1], 12, 31)
    try:
        requirement.due_dates({"agreement_signed": late, "award_released": late})
    except ValueError:
        yield error(path, "the last of these would be due beyond the calendar")


def _shares(shares: list[Decimal], path: Path) -> Iterator[Finding]:
    if (total := sum(shares, Decimal(0))) != 1:
        yield error(path, f"the shares add up to {percent(total)}, not to 100%")
    for place, share in enumerate(shares):
        if share == 0:
            yield error((*path, place, "share"), "an installment of 0% pays nothing")


def _order(low: object, high: object, path: Path) -> Iterator[Finding]:
    if isinstance(low, int | Decimal) and isinstance(high, int | Decimal) and low > high:
        yield error(path, "the least here is more than the most")


def _dates(stage: DiscoveryStage | ApplicationStage, path: Path) -> Iterator[Finding]:
    said: list[tuple[str, date]] = []
    for name in ("opens", "closes", "reviews_due", "decision_on"):
        day = getattr(stage, name, None)
        if day is not None and said and day < said[-1][1]:
            yield error((*path, name), f"{name} ({day}) is before {said[-1][0]} ({said[-1][1]})")
        if day is not None:
            said.append((name, day))


def _decision(stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    rules = stage.decision
    bounds: list[tuple[Bounds | Load | PortfolioRule, Path]] = [
        (rules.awards, (*path, "decision", "awards")),
        (stage.review.load, (*path, "review", "load")),
        *((rule, (*path, "decision", "portfolio", place)) for place, rule in enumerate(rules.portfolio)),
    ]
    for limits, at in bounds:
        yield from _order(limits.at_least, limits.at_most, at)
    yield from _amount(rules.amount, (*path, "decision", "amount"))


def _amount(amount: AmountRule, path: Path) -> Iterator[Finding]:
    scores = [band.from_score for band in amount.by_score]
    for place, score in enumerate(scores):
        if score in scores[:place]:
            yield error((*path, "by_score", place, "from"), f"there is already an amount from {score:f}")
    if amount.range is None:
        return
    yield from _order(amount.range.at_least, amount.range.at_most, (*path, "range"))
    previous = None
    for place, band in enumerate(amount.range.by_pupils):
        at = (*path, "range", "by_pupils", place)
        yield from _order(band.at_least, band.at_most, at)
        yield from _order(band.from_pupils, band.to_pupils, at)
        if previous is not None and (previous.to_pupils is None or band.from_pupils <= previous.to_pupils):
            yield error((*at, "from_pupils"), "this size is already in the range above; write the sizes smallest first")
        previous = band


def _rubric(rubric: Rubric, path: Path) -> Iterator[Finding]:
    for criterion in rubric.criteria.values():
        at = (*path, "criteria", criterion.key)
        marks = rubric.marks_of(criterion) if not criterion.essential else range(2)
        for level in criterion.levels:
            if level not in marks:
                yield error(
                    (*at, "levels", str(level)), f"there is no mark {level}; they go from {marks[0]} to {marks[-1]}"
                )
        floor = criterion.essential_at_least
        if floor is not None and floor not in marks:
            yield error((*at, "essential_at_least"), f"there is no mark {floor}; the highest is {marks[-1]}")
    if rubric.scored and not any(rubric.share_of(criterion) for criterion in rubric.scored):
        yield error(path, "no criterion has a weight, so no total can be computed")


def _limits(field: Question, path: Path) -> Iterator[Finding]:
    yield from _order(getattr(field, "min", None), getattr(field, "max", None), path)
    yield from _order(getattr(field, "at_least", None), getattr(field, "at_most", None), path)
    if isinstance(words := getattr(field, "words", None), Words):
        yield from _order(words.at_least, words.at_most, (*path, "words"))
    if isinstance(field, Group):
        for inner in field.fields.values():
            yield from _limits(inner, (*path, "fields", inner.key))


# ---- letters


def _letters(definition: Definition) -> Iterator[Finding]:
    outcomes: dict[str, set[str]] = {}
    for stage in definition.application_stages:
        for outcome, key in stage.letters.items():
            outcomes.setdefault(key, set()).add(outcome)
    for key, letter in definition.letters.items():
        yield from _letter(letter, outcomes.get(key, set()), ("letters", key))
    yield from _placeholders(definition.agreement, FACTS_OF["award"], "an agreement", ("agreement",))


def _letter(letter: Letter, outcomes: set[str], path: Path) -> Iterator[Finding]:
    allowed = frozenset(LETTER_FACTS).intersection(*(FACTS_OF[outcome] for outcome in outcomes))
    kind = f"a letter of {' and '.join(sorted(outcomes))}" if outcomes else "a letter"
    parts: list[tuple[Path, str]] = [(("subject",), letter.subject), (("body",), letter.body)]
    parts.append((("signed_by",), letter.signed_by))
    parts += [(("when", place, "add"), addition.add) for place, addition in enumerate(letter.when)]
    for part, text in parts:
        yield from _placeholders(text, allowed, kind, (*path, *part))
        for name in BLOCKS.intersection(placeholders(text)):
            if not any(line.strip() == f"{{{name}}}" for line in text.splitlines()):
                yield error((*path, *part), f"{{{name}}} is a table and stands on a line of its own")


def _placeholders(text: str, allowed: frozenset[str], kind: str, path: Path) -> Iterator[Finding]:
    for name in dict.fromkeys(placeholders(text)):
        if name not in LETTER_FACTS:
            yield error(path, f"there is no placeholder {{{name}}}{did_you_mean(name, allowed)}")
        elif name not in allowed:
            yield error(path, f"{kind} has no {{{name}}}")
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        yield error(path, "a { or } stands alone here; placeholders are written {organization.name}")
