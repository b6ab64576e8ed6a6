"""What is owed under awards, as a file that is made in the background."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable, listed
from grants.kernel.policy import Actor
from grants.monitoring import queries
from grants.monitoring.models import Requirement

REQUIREMENTS: Final = "monitoring.requirements"
_COLUMNS: Final = ("Organization", "Cycle", "Grant", "Requirement", "Kind", "Due", "State", "In time", "Rating")


@exportable(
    *(REQUIREMENTS, "requirement.read", "requirement", "requirements"),
    holds="All that is owed under awards that you may see.",
)
def requirements(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """Requirements as the list is narrowed and sorted.

    wanted   the fields of RequirementFilters, and of which organization they are looked at, if of one alone
    """
    looking, narrowed = replace(actor, looks_at=wanted["looks_at"]), dict(wanted)
    del narrowed["looks_at"]
    found = queries.every_requirement(looking.in_view, queries.RequirementFilters(**narrowed))
    return listed(_COLUMNS, found, Requirement.id, _cells)


def _cells(one: Requirement) -> tuple[Any, ...]:
    stage, rating = one.award.stage, one.check_in.rating if one.check_in else None
    about = (one.award.case.organization.name, stage.cycle.title, stage.title, one.title, one.kind)
    return (*about, one.due_on, one.state, queries.lateness_of(one).words, rating)
