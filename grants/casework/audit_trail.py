"""Reading the record of who did what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import aliased

from grants.casework.models import Case
from grants.casework.visibility import conflicted_cycle_ids, no_conflict_beside, not_conflicted, visible_cases
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.audit import AuditRecord
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.web.acts import acts_called
from grants.web.filters import DEFAULT_ZONE

# Acts whose record weighs a case against the others of its cycle: it has a place on the waitlist, or pitches beyond
# the shortlist.
COMPARING = ("slate.override", "meeting.beyond_shortlist")
# Acts on these once named no case, and the record cannot be written anew: whoever has a conflict reads none of those.
OF_SOME_CASE = ("scorecard",)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
_KEY = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


@dataclass(frozen=True)
class AuditFilters:
    """What the record is narrowed to; empty values narrow nothing. Dates are whole days where the house stands.

    action   part of an act's words, or the beginning of its machine name
    """

    action: str = ""
    who: str = ""
    since: date | None = None
    until: date | None = None


def audit_records(actor: Actor, filters: AuditFilters, page: int = 1, size: int = 30) -> Page[AuditRecord]:
    """The record, the latest first.

    Acts on a case that the reader is conflicted with are left out, and so is what compares another case with it.
    """
    found = select(AuditRecord).where(*_shown(actor, filters))
    return paginate(found.order_by(AuditRecord.number.desc()), page, size)


def audit_ids(actor: Actor, filters: AuditFilters) -> Sequence[int]:
    """Ids of the same records, in the same order."""
    shown = select(AuditRecord.id).where(*_shown(actor, filters))
    return db.session.scalars(shown.order_by(AuditRecord.number.desc())).all()


def audit_records_of(actor: Actor, ids: Sequence[int]) -> Sequence[AuditRecord]:
    """Those of these records that the actor may read, the latest first."""
    found = select(AuditRecord).where(AuditRecord.id.in_(ids), *_shown(actor, AuditFilters()))
    return db.session.scalars(found.order_by(AuditRecord.number.desc())).all()


def cases_of(actor: Actor, records: Sequence[AuditRecord]) -> dict[int, Row[int, str, str]]:
    """Case id -> its id, public id and the name of its organization, of those on record that the actor may open."""
    wanted = {one.case_id for one in records if one.case_id is not None}
    if not wanted:
        return {}
    named = (
        select(Case.id, Case.public_id, Organization.name)
        .join(Case.organization)
        .where(Case.id.in_(wanted), visible_cases(actor))
    )
    return {row.id: row for row in db.session.execute(named)}


def in_words(value: str) -> str | date:
    """A fact as people read it: a day or an instant as one, a key without its underscores, any other text as it is.

    >>> in_words("2016-11-15T17:00:00+00:00").year, in_words("former_employer"), in_words("Sat with us_all.")
    (2016, 'former employer', 'Sat with us_all.')
    """
    if _DAY.fullmatch(value):
        return date.fromisoformat(value)
    if _INSTANT.fullmatch(value):
        return datetime.fromisoformat(value)
    return value.replace("_", " ") if _KEY.fullmatch(value) else value


def _shown(actor: Actor, filters: AuditFilters) -> list[ColumnElement[bool]]:
    conditions = [
        not_conflicted(actor, AuditRecord.case_id),
        _not_part_of_a_hidden_case(actor),
        or_(AuditRecord.action.not_in(COMPARING), no_conflict_beside(actor, AuditRecord.case_id)),
        or_(
            AuditRecord.subject_type.not_in(OF_SOME_CASE),
            AuditRecord.case_id.is_not(None),
            ~conflicted_cycle_ids(actor).exists(),
        ),
    ]
    if filters.action:
        conditions.append(AuditRecord.action.in_(acts_called(filters.action)))
    if filters.who:
        conditions.append(AuditRecord.actor_name.icontains(filters.who.strip(), autoescape=True))
    if filters.since:
        conditions.append(AuditRecord.at >= _midnight(filters.since))
    if filters.until:
        conditions.append(AuditRecord.at < _midnight(filters.until + timedelta(days=1)))
    return conditions


def _not_part_of_a_hidden_case(actor: Actor) -> ColumnElement[bool]:
    """Holds for all but the records of a case that became part of one with which the reader has a conflict."""
    part = aliased(Case)
    hidden = select(part.id).where(part.merged_into_id.is_not(None), ~not_conflicted(actor, part.merged_into_id))
    return or_(AuditRecord.case_id.is_(None), AuditRecord.case_id.not_in(hidden))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(DEFAULT_ZONE))
