"""How often, and when last, records were changed, as the audit chain has it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from grants.persistence.audit import AuditRecord
from grants.persistence.session import db


class Changes(NamedTuple):
    """How often a record was changed since it was made, and the last time."""

    times: int
    last_at: datetime


def changes_of(table: str, public_ids: Collection[str], acts: Collection[str]) -> Mapping[str, Changes]:
    """Public id -> its changes by these acts, in one statement; records that never changed are left out."""
    if not public_ids:
        return {}
    rows = db.session.execute(
        select(AuditRecord.subject_id, func.count(), func.max(AuditRecord.at))
        .where(
            AuditRecord.subject_type == table,
            AuditRecord.subject_id.in_(public_ids),
            AuditRecord.action.in_(acts),
        )
        .group_by(AuditRecord.subject_id)
    )
    return {public_id: Changes(times, last_at) for public_id, times, last_at in rows}
