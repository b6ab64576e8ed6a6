"""Names in forms lead somewhere: conditions, options, answers carried forward, criteria."""

from collections.abc import Iterator, Mapping

from grants.programs.checks.common import all_known, earlier_stage, known, options
from grants.programs.faults import Finding, Path, error
from grants.programs.schema import ApplicationStage, Condition, Definition, DiscoveryStage, Form, Group, Question


def of_forms(definition: Definition) -> Iterator[Finding]:
    """Errors for every name in a form that leads nowhere, and for keys used twice."""
    for key, form in definition.forms.items():
        path: Path = ("forms", key)
        yield from _keys(form, path)
        yield from _judged_by(definition, form, path)
        for section in form.sections.values():
            for field in section.fields.values():
                at = (*path, "sections", section.key, "fields", field.key)
                yield from _field(definition, form, field, at)


def _keys(form: Form, path: Path) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for section in form.sections.values():
        for key in section.fields:
            if key in seen:
                at = (*path, "sections", section.key, "fields", key)
                yield error(at, f"the key “{key}” is already used in the section “{seen[key]}” of this form")
            seen.setdefault(key, section.key)


def _judged_by(definition: Definition, form: Form, path: Path) -> Iterator[Finding]:
    users = _users(definition, form)
    names = {stage.review.rubric for stage in users} | {stage.pitch.rubric for stage in users if stage.pitch}
    if not names <= set(definition.rubrics):
        return  # said where the rubric is named
    rubrics = [definition.rubrics[name] for name in names or definition.rubrics]
    criteria = {key for rubric in rubrics for key in rubric.criteria}
    for section in form.sections.values():
        yield from all_known(section.judged_by, criteria, "criterion", (*path, "sections", section.key, "judged_by"))


def _users(definition: Definition, form: Form) -> list[ApplicationStage]:
    return [stage for stage in definition.application_stages if stage.form == form.key]


def _field(definition: Definition, form: Form, field: Question, path: Path) -> Iterator[Finding]:
    if field.show_if is not None:
        yield from asks(field.show_if, form, (*path, "show_if"), own=field)
    if field.carry_forward is not None:
        yield from _carried(definition, form, field, field.carry_forward, (*path, "carry_forward"))
    if isinstance(field, Group):
        for inner in field.fields.values():
            at = (*path, "fields", inner.key)
            if inner.carry_forward is not None:
                yield error((*at, "carry_forward"), "a question in a group cannot carry forward; the whole group can")
            if inner.show_if is not None:
                yield from asks(inner.show_if, form, (*at, "show_if"), own=inner, beside=field.fields)


def asks(
    condition: Condition,
    form: Form,
    path: Path,
    own: Question | None = None,
    beside: Mapping[str, Question] | None = None,
) -> Iterator[Finding]:
    """Errors of a condition: each question it looks at stands in the form, and has the option it compares with.

    own      the question that the condition belongs to, which cannot look at itself
    beside   further questions it may look at: those of the same group
    """
    for name, parts in (("all", condition.all or ()), ("any", condition.any or ())):
        for place, part in enumerate(parts):
            yield from asks(part, form, (*path, name, place), own, beside)
    if condition.not_ is not None:
        yield from asks(condition.not_, form, (*path, "not"), own, beside)
    if condition.field is None:
        return
    fields: dict[str, Question] = {field.key: field for field in form.all_fields()} | dict(beside or {})
    yield from known(condition.field, fields, "question", (*path, "field"))
    if own is not None and condition.field == own.key:
        yield error((*path, "field"), "a question cannot depend on its own answer")
    compared = [condition.equals] if condition.equals is not None else []
    yield from options(fields.get(condition.field), [*compared, *condition.one_of], path)


def _carried(definition: Definition, form: Form, field: Question, source: str, path: Path) -> Iterator[Finding]:
    stage_key, _, field_key = source.partition(".")
    stage = definition.stages.get(stage_key)
    if stage is None:
        yield from known(stage_key, definition.stages, "stage", path)
        return
    for user in _users(definition, form):
        yield from earlier_stage(definition, user.key, stage_key, path, type(stage))
    asked = definition.forms.get((stage.readiness if isinstance(stage, DiscoveryStage) else stage.form) or "")
    if asked is None:
        return
    fields: dict[str, Question] = {earlier.key: earlier for earlier in asked.all_fields()}
    yield from known(field_key, fields, f"question in the form of “{stage_key}” named", path)
    if field_key in fields and type(fields[field_key]) is not type(field):
        yield error(path, f"“{source}” is a question of another type, so its answer cannot be carried here")
