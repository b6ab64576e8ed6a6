"""Kinds of conflict of interest: each finding is of one kind, and what the stages look for has one that says so."""

from collections.abc import Iterator

from grants.programs.faults import Finding, error, note
from grants.programs.schema import Definition
from grants.programs.schema.conflicts import RELATIONS


def of_conflict_kinds(definition: Definition) -> Iterator[Finding]:
    """Errors for findings that would be of two kinds, and for kinds that nobody could tell apart."""
    taken: dict[str, str] = {}
    titles: dict[str, str] = {}
    for key, kind in definition.conflict_kinds.items():
        path = ("conflict_kinds", key)
        if (other := titles.setdefault(kind.title.casefold(), key)) != key:
            yield error((*path, "title"), f"“{kind.title}” is what “{other}” is called too")
        for place, finding in enumerate(kind.found_by):
            if finding in kind.found_by[:place]:
                yield error((*path, "found_by", place), f"“{finding}” is in this list twice")
            elif (first := taken.setdefault(finding, key)) != key:
                yield error((*path, "found_by"), f"“{finding}” is of the kind “{first}” already: say found_by there")


def on_conflict_kinds(definition: Definition) -> Iterator[Finding]:
    """Notes on what the stages look for and is of no kind by name; the definition is known to have no errors."""
    last = list(definition.conflict_kinds.values())[-1]
    # Who belongs to an applicant is looked for whatever a stage says.
    rules = dict.fromkeys(["same_organization", *_looked_for(definition)])
    for rule in rules:
        if definition.lacks_kind_for(rule):
            yield note(
                ("conflict_kinds",), f"no kind is found_by {rule}: what this rule finds counts as “{last.title}”"
            )
    if "stated_ties" in rules and (loose := [one for one in RELATIONS if definition.lacks_kind_for(one)]):
        names, path = ", ".join(loose), ("conflict_kinds",)
        yield note(path, f"no kind is found_by {names}: such a tie in a profile counts as “{last.title}”")


def _looked_for(definition: Definition) -> Iterator[str]:
    return (rule for stage in definition.application_stages for rule in stage.review.conflicts)
