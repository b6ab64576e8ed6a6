"""What a definition holds but nothing uses, and promises that do not meet: payments, letters, criteria."""

from collections.abc import Iterable, Iterator

from grants.kernel.money import dollars
from grants.programs.faults import Finding, Path, note, warning
from grants.programs.schema import ApplicationStage, Definition, DiscoveryStage, ScheduleLine, placeholders


def loose_ends(definition: Definition) -> Iterator[Finding]:
    """Warnings and notes on what is unused or does not meet; the definition is known to have no errors."""
    yield from _unused(definition)
    for stage in definition.application_stages:
        yield from _payments(definition, stage)
        yield from _letters(definition, stage)
        yield from _judged(definition, stage)


def _unused(definition: Definition) -> Iterator[Finding]:
    stages = definition.application_stages
    discovery = [stage for stage in definition.stages.values() if isinstance(stage, DiscoveryStage)]
    pitches = [stage.pitch.rubric for stage in stages if stage.pitch]
    owed = {key for stage in stages for key in stage.owes}
    forms = {stage.form for stage in stages} | {stage.readiness for stage in discovery}
    used: list[tuple[str, str, Iterable[str], set[str | None]]] = [
        ("forms", "form", definition.forms, {*forms, *(item.form for item in definition.requirements.values())}),
        ("rubrics", "rubric", definition.rubrics, {*(stage.review.rubric for stage in stages), *pitches}),
        ("schedules", "schedule", definition.schedules, {stage.schedule for stage in stages}),
        ("requirements", "requirement", definition.requirements, {*owed}),
        ("indicators", "indicator", definition.indicators, {key for stage in stages for key in stage.indicators}),
        ("letters", "letter", definition.letters, {key for stage in stages for key in stage.letters.values()}),
    ]
    for group, kind, keys, in_use in used:
        for key in keys:
            if key not in in_use:
                yield note((group, key), f"no stage uses the {kind} “{key}”")


# ---- payments that wait for what nobody owes


def _payments(definition: Definition, stage: ApplicationStage) -> Iterator[Finding]:
    if stage.schedule is None:
        return
    for place, line in enumerate(definition.schedule(stage.schedule)):
        at = ("schedules", stage.schedule, place)
        for number, waits in enumerate(line.when):
            path = (*at, "when", number)
            if waits.accepted is not None and waits.accepted.key not in stage.owes:
                yield warning(path, f"waits for “{waits.accepted.key}”, which grantees of “{stage.title}” do not owe")
            if waits.reached is not None and waits.reached.key not in stage.indicators:
                yield warning(
                    path, f"waits for “{waits.reached.key}”, which is not measured at grantees of “{stage.title}”"
                )
        yield from _too_early(definition, line, at)


def _too_early(definition: Definition, line: ScheduleLine, path: Path) -> Iterator[Finding]:
    for number, waits in enumerate(line.when):
        if waits.accepted is None or line.due.on is None:
            continue
        owed = definition.requirement(waits.accepted.key).due_dates({})[waits.accepted.number - 1]
        if owed is not None and owed > line.due.on:
            yield warning(
                (*path, "when", number),
                f"this installment is due {line.due.on}, before {waits.accepted} on {owed}, for which it waits",
            )


# ---- letters and criteria


def _letters(definition: Definition, stage: ApplicationStage) -> Iterator[Finding]:
    letter = definition.letter_for(stage, "award")
    if not any("award.amount" in placeholders(text) for text in letter.texts):
        yield warning(("letters", letter.key), f"the award letter of “{stage.title}” never says {{award.amount}}")
    amounts = {band.amount for band in stage.decision.amount.by_score} | {stage.decision.amount.flat}
    for place, addition in enumerate(letter.when):
        if addition.tier is not None and stage.decision.amount.range is None and addition.tier not in amounts:
            yield warning(
                ("letters", letter.key, "when", place, "tier"),
                f"no award of “{stage.title}” is {dollars(addition.tier)}, so this is never added",
            )


def _judged(definition: Definition, stage: ApplicationStage) -> Iterator[Finding]:
    form, rubric = definition.form(stage.form), definition.rubric(stage.review.rubric)
    judged = {key for section in form.sections.values() for key in section.judged_by}
    for key, criterion in rubric.criteria.items():
        if judged and key not in judged:
            yield note(
                ("rubrics", rubric.key, "criteria", key),
                f"no section of the form “{form.title}” says that it is judged by “{criterion.title}”",
            )
