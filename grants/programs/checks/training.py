"""Samples of a stage's training: their anchors are marks that the stage's rubric has, and teach something."""

from collections.abc import Iterator

from grants.programs.checks.common import known
from grants.programs.faults import Finding, Path, error, note, warning
from grants.programs.schema import Anchor, ApplicationStage, Criterion, Definition, Rubric, Sample


def of_training(definition: Definition) -> Iterator[Finding]:
    """Errors for anchors that no reviewer could give: of no criterion, outside the scale, or of the wrong kind."""
    for stage, path in _trained(definition):
        rubric = definition.rubrics.get(stage.review.rubric)
        if rubric is None or stage.review.calibration is None:
            continue
        for key, sample in stage.review.calibration.samples.items():
            at = (*path, "samples", key, "anchors")
            for name, anchor in sample.anchors.items():
                yield from known(name, rubric.criteria, "criterion", (*at, name))
                if (criterion := rubric.criteria.get(name)) is not None:
                    yield from _fits(rubric, criterion, anchor, (*at, name))


def on_training(definition: Definition) -> Iterator[Finding]:
    """Warnings and notes on samples that would teach little; the definition is known to have no errors."""
    for stage, path in _trained(definition):
        calibration, rubric = stage.review.calibration, definition.rubric(stage.review.rubric)
        if calibration is None:
            continue
        spans = [marks[-1] - marks[0] for criterion in rubric.scored if (marks := rubric.marks_of(criterion))]
        if spans and calibration.within >= min(spans):
            yield warning(
                (*path, "within"), f"every mark is within {calibration.within} of every other: nothing is ever off"
            )
        for key, sample in calibration.samples.items():
            yield from _gaps(rubric, sample, (*path, "samples", key))


def _trained(definition: Definition) -> Iterator[tuple[ApplicationStage, Path]]:
    for stage in definition.application_stages:
        if stage.review.calibration is not None:
            yield stage, ("stages", stage.key, "review", "calibration")


def _fits(rubric: Rubric, criterion: Criterion, anchor: Anchor, path: Path) -> Iterator[Finding]:
    if criterion.essential:
        if anchor.passed is None:
            yield error(path, f"“{criterion.title}” is essential: its anchor is passed, yes or no")
    elif anchor.mark is None:
        yield error(path, f"“{criterion.title}” is scored: its anchor is a mark")
    elif anchor.mark not in (marks := rubric.marks_of(criterion)):
        yield error(
            (*path, "mark"),
            f"the mark {anchor.mark} is not on the scale of “{criterion.title}”: {marks[0]} to {marks[-1]}",
        )


def _gaps(rubric: Rubric, sample: Sample, path: Path) -> Iterator[Finding]:
    for key, criterion in rubric.criteria.items():
        if key not in sample.anchors:
            yield note(
                (*path, "anchors"),
                f"no anchor for “{criterion.title}”: reviewers mark it and do not learn how others would",
            )
    marks = [anchor.mark for anchor in sample.anchors.values() if anchor.mark is not None]
    if len(marks) > 2 and len(set(marks)) == 1:
        yield note(
            (*path, "anchors"), f"every anchor is {marks[0]}: a sample teaches more where it is good and bad at once"
        )
