"""Awards, as a file that is made in the background."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from grants.awards import queries
from grants.awards.models import Award
from grants.casework.export_kinds import Table, exportable, listed
from grants.kernel.policy import Actor
from grants.web.exports import local

AWARDS: Final = "awards.awards"
_COLUMNS: Final = ("Organization", "Cycle", "Stage", "Amount", "State", "Agreement", "Answer by", "Offered")


@exportable(AWARDS, "award.list", "award", "awards", holds="Every award that you may see.")
def awards(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """Awards as the list is narrowed and sorted.

    wanted   the fields of AwardFilters
    """
    return listed(_COLUMNS, queries.every_award(actor, queries.AwardFilters(**wanted)), Award.id, _cells)


def _cells(one: Award) -> tuple[Any, ...]:
    about = (one.case.organization.name, one.stage.cycle.title, one.stage.title, Decimal(one.amount) / 100, one.state)
    return (
        *about,
        one.agreement.state if one.agreement else None,
        one.answer_by_on,
        local(one.offered_at, one.stage.cycle.time_zone),
    )
