"""Kinds of conflict of interest: each finding is of one kind, and what the stages look for has one that says so."""

from collections.abc import Iterator

from grants.programs.faults import Finding, error, note
from grants.programs.schema import Definition


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
    """Notes on rules whose findings are of no kind by name; the definition is known to have no errors."""
    named = {finding for kind in definition.conflict_kinds.values() for finding in kind.found_by}
    last = list(definition.conflict_kinds.values())[-1]
    said: set[str] = set()
    for stage in definition.application_stages:
        for rule in stage.review.conflicts:
            if rule not in named | said | {"declared", "stated_ties"}:
                said.add(rule)
                yield note(
                    ("conflict_kinds",), f"no kind is found_by {rule}: what this rule finds counts as “{last.title}”"
                )
