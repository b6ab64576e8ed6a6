"""The record of who did what, as a file that is made in the background."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from grants.casework.audit_trail import AuditFilters, audit_ids, audit_records_of
from grants.casework.export_kinds import Table, exportable
from grants.casework.queries import conflicted_cycles
from grants.casework.todos import VERIFIED
from grants.kernel.policy import Actor

RECORD: Final = "casework.record"
_COLUMNS: Final = ("Number", "When (UTC)", "Who", "Acting as", "Act", "On", "Id", "Before", "After", "SHA-256")


def as_json(filters: AuditFilters) -> dict[str, str | None]:
    """Filters as they are kept until the file is made."""
    days = [day.isoformat() if day else None for day in (filters.since, filters.until)]
    return {"action": filters.action, "who": filters.who, "since": days[0], "until": days[1]}


@exportable(RECORD, "audit.read", "act", "acts", holds="Every act of the record that you may see.")
def record(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """The record as it is narrowed, the latest first.

    wanted   as `as_json` made it
    """
    since, until = (wanted[one] and date.fromisoformat(wanted[one]) for one in ("since", "until"))
    filters = AuditFilters(wanted["action"], wanted["who"], since, until)
    numbered = not conflicted_cycles(actor)

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for one in audit_records_of(actor, ids):
            number, about = one.number if numbered else None, (one.subject_type, one.subject_id)
            said = (one.before, one.after) if numbered or one.action != VERIFIED else ("", "")
            changed = (*(str(part or "") for part in said), one.sha256)
            yield (number, one.at, one.actor_name, one.acting_as, one.action, *about, *changed)

    return Table(_COLUMNS, audit_ids(actor, filters), rows, at_once=1000)
