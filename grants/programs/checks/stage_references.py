"""Names in stages lead somewhere: forms, rubrics, earlier stages, funds, criteria, questions."""

from collections.abc import Iterator

from grants.programs.checks.common import all_known, attributes, earlier_stage, known
from grants.programs.checks.form_references import asks
from grants.programs.faults import Finding, Path, error
from grants.programs.schema import ApplicationStage, Definition, DiscoveryStage, EntryRule, Form, Readiness


def of_stages(definition: Definition) -> Iterator[Finding]:
    """Errors for every name in a stage that leads nowhere, or to something of the wrong kind."""
    for key, stage in definition.stages.items():
        path: Path = ("stages", key)
        if isinstance(stage, DiscoveryStage):
            yield from known(stage.readiness, definition.forms, "form", (*path, "readiness"))
        else:
            yield from _parts(definition, stage, path)
            yield from _entry(definition, key, stage.enter, (*path, "enter"))
            yield from _review(definition, stage, path)
            yield from _decision(definition, stage, (*path, "decision"))
            yield from _eligibility(stage, path)


def _parts(definition: Definition, stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    yield from known(stage.form, definition.forms, "form", (*path, "form"))
    yield from known(stage.schedule, definition.schedules, "schedule", (*path, "schedule"))
    yield from all_known(stage.owes, definition.requirements, "requirement", (*path, "owes"))
    yield from all_known(stage.indicators, definition.indicators, "indicator", (*path, "indicators"))
    for outcome, letter in stage.letters.items():
        yield from known(letter, definition.letters, "letter", (*path, "letters", outcome))


def _eligibility(stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    keys = [question.key for question in stage.eligibility]
    for place, key in enumerate(keys):
        if key in keys[:place]:
            yield error((*path, "eligibility", place, "key"), f"the key “{key}” is already used above")


def _entry(definition: Definition, stage: str, rule: EntryRule, path: Path) -> Iterator[Finding]:
    for name, parts in (("all", rule.all or ()), ("any", rule.any or ())):
        for place, part in enumerate(parts):
            yield from _entry(definition, stage, part, (*path, name, place))
    if rule.not_ is not None:
        yield from _entry(definition, stage, rule.not_, (*path, "not"))
    if rule.completed is not None:
        yield from earlier_stage(definition, stage, rule.completed, (*path, "completed"), DiscoveryStage)
    if rule.awarded is not None:
        yield from earlier_stage(definition, stage, rule.awarded, (*path, "awarded"), ApplicationStage)
    if rule.readiness is not None:
        yield from _readiness(definition, stage, rule.readiness, (*path, "readiness"))


def _readiness(definition: Definition, stage: str, rule: Readiness, path: Path) -> Iterator[Finding]:
    yield from earlier_stage(definition, stage, rule.stage, (*path, "stage"), DiscoveryStage)
    asked = definition.stages.get(rule.stage)
    if not isinstance(asked, DiscoveryStage):
        return
    if asked.readiness is None:
        yield error((*path, "stage"), f"the stage “{asked.key}” has no readiness form")
    elif asked.readiness in definition.forms:
        yield from asks(rule.when, definition.forms[asked.readiness], (*path, "when"))


def _review(definition: Definition, stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    review = (*path, "review")
    yield from known(stage.review.rubric, definition.rubrics, "rubric", (*review, "rubric"))
    if stage.pitch is not None:
        yield from known(stage.pitch.rubric, definition.rubrics, "rubric", (*path, "pitch", "rubric"))
    for place, evidence in enumerate(stage.review.earlier_evidence):
        name, _, what = evidence.partition(".")
        kind: type[DiscoveryStage] | type[ApplicationStage] = (
            DiscoveryStage if what == "attendance" else ApplicationStage
        )
        yield from earlier_stage(definition, stage.key, name, (*review, "earlier_evidence", place), kind)
    if (keep := stage.review.keep_reviewers_from) is not None:
        yield from earlier_stage(definition, stage.key, keep, (*review, "keep_reviewers_from"), ApplicationStage)
    for place, field in enumerate(stage.review.subjects):
        yield from _question(definition.forms.get(stage.form), field, "choice", (*review, "subjects", place))


def _decision(definition: Definition, stage: ApplicationStage, path: Path) -> Iterator[Finding]:
    rules = stage.decision
    form = definition.forms.get(stage.form)
    yield from all_known(rules.funds, definition.funds, "fund", (*path, "funds"))
    if rules.pool_shared_with is not None:
        yield from _shared_pool(definition, stage, rules.pool_shared_with, (*path, "pool_shared_with"))
    for place, rule in enumerate(rules.portfolio):
        yield from attributes(rule.where, form, (*path, "portfolio", place, "where"))
    yield from _ties(definition, stage, form, (*path, "ties"))
    yield from _question(form, rules.amount.asked_field, "money", (*path, "amount", "asked_field"))
    if rules.amount.range is not None:
        at = (*path, "amount", "range", "pupils_field")
        yield from _question(form, rules.amount.range.pupils_field, "number", at)


def _ties(definition: Definition, stage: ApplicationStage, form: Form | None, path: Path) -> Iterator[Finding]:
    rubric = definition.rubrics.get(stage.review.rubric)
    for place, tie in enumerate(stage.decision.ties):
        if tie.criterion is not None and rubric is not None:
            scored = [criterion.key for criterion in rubric.scored]
            yield from known(tie.criterion, scored, "scored criterion", (*path, place, "criterion"))
        if tie.attribute is not None:
            yield from attributes({tie.attribute: ()}, form, (*path, place, "attribute"))


def _shared_pool(definition: Definition, stage: ApplicationStage, shared: str, path: Path) -> Iterator[Finding]:
    owner = definition.stages.get(shared)
    if not isinstance(owner, ApplicationStage):
        yield from known(shared, [other.key for other in definition.application_stages], "application stage", path)
    elif owner.key == stage.key:
        yield error(path, "a stage cannot share a pool with itself")
    elif owner.decision.pool is None:
        yield error(path, f"the stage “{shared}” has no pool of its own to share")


def _question(form: Form | None, name: str | None, kind: str, path: Path) -> Iterator[Finding]:
    if form is None or name is None:
        return
    fields = {field.key: field for field in form.all_fields()}
    yield from known(name, fields, "question", path)
    if name in fields and fields[name].type != kind:
        yield error(path, f"the question “{name}” is not of type {kind}")
