"""How far schools are with the participation rule, as a file that is made in the background."""

from collections.abc import Mapping
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable, listed
from grants.discovery import queries
from grants.discovery.queries import ParticipationFilters
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.web.exports import local

SCHOOLS: Final = "discovery.schools"
_COLUMNS: Final = ("School", "Sector", "City", "People who came", "Events", "Events that count", "Needed", "Met at")


@exportable(SCHOOLS, "reach.read", "school", "schools", holds="Every school of the directory that could apply.")
def schools(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """Schools as the list is narrowed, by name.

    wanted   the cycle's public id, and the fields of ParticipationFilters
    """
    cycle = next(one for one in queries.cycles_with_events() if one.public_id == wanted["cycle"])
    stage = next(iter(queries.discovery_stages(cycle)), None)
    least = stage.complete_when.at_least if stage else None
    filters = ParticipationFilters(**{name: value for name, value in wanted.items() if name != "cycle"})

    def cells(school: Organization, people: int, events: int, counted: int, met_at: Any) -> tuple[Any, ...]:
        return school.name, school.sector, school.city, people, events, counted, least, local(met_at, cycle.time_zone)

    return listed(_COLUMNS, queries.every_participation(actor, cycle, stage, filters), Organization.id, cells)
