"""What every check needs: whether a name leads somewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from grants.programs.faults import Finding, Path, did_you_mean, error
from grants.programs.schema import ORGANIZATION_ATTRIBUTES, ApplicationStage, Definition, DiscoveryStage, Form


def known(name: str | None, names: Iterable[str], kind: str, path: Path) -> Iterator[Finding]:
    """An error when a name is given that leads nowhere."""
    choices = list(names)
    if name is not None and name not in choices:
        yield error(path, f"there is no {kind} “{name}”{did_you_mean(name, choices)}")


def all_known(given: Sequence[str], names: Iterable[str], kind: str, path: Path) -> Iterator[Finding]:
    """An error for each name in a list that leads nowhere or stands there twice."""
    choices = list(names)
    for place, name in enumerate(given):
        yield from known(name, choices, kind, (*path, place))
        if name in given[:place]:
            yield error((*path, place), f"“{name}” is in this list twice")


def earlier_stage(
    definition: Definition, stage: str, name: str, path: Path, kind: type[DiscoveryStage] | type[ApplicationStage]
) -> Iterator[Finding]:
    """An error when a name is not that of a stage of this kind before `stage`."""
    wanted = "a discovery stage" if kind is DiscoveryStage else "a stage that awards grants"
    if name not in definition.stages:
        yield from known(name, definition.stages, "stage", path)
    elif definition.stages[name] not in definition.before(stage):
        yield error(path, f"the stage “{name}” does not come before “{stage}”")
    elif not isinstance(definition.stages[name], kind):
        yield error(path, f"the stage “{name}” is not {wanted}")


def attributes(where: Mapping[str, tuple[str, ...]], form: Form | None, path: Path) -> Iterator[Finding]:
    """Errors for what is asked of an applicant: attributes of organizations, or `answers.<question>` of the form."""
    for attribute, accepted in where.items():
        at = (*path, attribute)
        question = attribute.removeprefix("answers.")
        if question == attribute:
            yield from known(attribute, ORGANIZATION_ATTRIBUTES, "attribute", at)
        elif form is None:
            yield error(at, "answers cannot be asked for here; name an attribute of the organization")
        else:
            fields = {field.key: field for field in form.all_fields()}
            yield from known(question, fields, "question", at)
            yield from options(fields.get(question), accepted, at)


def options(field: object, values: Iterable[object], path: Path) -> Iterator[Finding]:
    """An error for each value that is not an option of a choice; other questions take any value."""
    choices = getattr(field, "options", None)
    for value in values if choices else ():
        yield from known(str(value), choices or (), "option", path)
