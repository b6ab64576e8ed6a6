"""What would become of each line of a directory: added, changed, the same, alike to one that is here, or wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from grants.people.details import OrganizationDetails
from grants.people.directory import FIELDS, Fault, Read, faults_of, overlaid
from grants.people.directory_models import DirectoryImport, DirectoryLine
from grants.people.likeness import match_keys, reasons
from grants.people.models import Organization
from grants.people.pair_models import MatchKey
from grants.persistence.moves import lock
from grants.persistence.session import db

EXAMINED_AT_ONCE: Final = 500
_IDENTIFIERS: Final = ("nces_id", "cds_id")
_AGAIN: Final = "has the same identifier."


class Known(NamedTuple):
    """What the lines of a chunk are held against.

    by_id    (field, identifier) -> the organization that has it
    earlier  (field, identifier) -> the number of the line of the same file that has it
    repeated number of such a line -> (field, identifier) and the number of the first line that has it again
    by_key   match key -> organizations that have it
    """

    by_id: dict[tuple[str, str], Organization]
    earlier: dict[tuple[str, str], int]
    by_key: dict[str, list[Organization]]
    repeated: dict[int, tuple[tuple[str, str], int]]


def examine_some(kept: DirectoryImport) -> bool:
    """Examine the next lines of a directory.

    returns  whether more may be left
    """
    lock(kept)
    if kept.state != "examining":
        return False
    lines = db.session.scalars(
        select(DirectoryLine)
        .where(DirectoryLine.import_id == kept.id, DirectoryLine.outcome.is_(None))
        .order_by(DirectoryLine.number, DirectoryLine.id)
        .limit(EXAMINED_AT_ONCE)
    ).all()
    reads = [kept.read(line.cells) for line in lines]
    known = _known(kept, [read.details for read in reads])
    for line, read in zip(lines, reads, strict=True):
        line.name = read.details.name
        line.nces_id, line.cds_id = (_short(getattr(read.details, field)) for field in _IDENTIFIERS)
        _examine(line, read, known)
    _doubt(kept, known.repeated)
    if len(lines) < EXAMINED_AT_ONCE:
        kept.state = "ready"
        return False
    return True


def examine_line(line: DirectoryLine, read: Read, organization: Organization | None) -> None:
    """Say what would become of a line that is of this organization, or of a new one."""
    known = details_of(organization) if organization else None
    described = overlaid(known, read) if known else read.details
    faults = faults_of(described, read, line.directory.columns, line.cells)
    line.organization_id, line.changes = organization.id if organization else None, None
    if faults:
        line.outcome, line.faults = "wrong", [_told(line.directory, fault) for fault in faults]
    elif known is None:
        line.outcome = "add"
    else:
        changes = _changes(known, described)
        line.outcome, line.changes = ("change", changes) if changes else ("same", None)


def details_of(organization: Organization) -> OrganizationDetails:
    """An organization as it is described now."""
    return OrganizationDetails(**{one.name: getattr(organization, one.name) for one in fields(OrganizationDetails)})


def _examine(line: DirectoryLine, read: Read, known: Known) -> None:
    unusable = read.details.problems()  # "unknown" in many lines is no identifier that they share
    ids = [
        (field, value) for field in _IDENTIFIERS if field not in unusable and (value := getattr(read.details, field))
    ]
    same = {one.id: one for key in ids if (one := known.by_id.get(key))}
    twice = next((key for key in ids if known.earlier.get(key, line.number) < line.number), None)
    for key in ids:
        known.earlier.setdefault(key, line.number)
    if twice is not None:
        known.repeated.setdefault(known.earlier[twice], (twice, line.number))
    if len(same) > 1 or twice is not None:
        sentence = (
            f"Line {known.earlier[twice]} {_AGAIN}"
            if twice is not None
            else f"Its identifiers are those of two: {' and '.join(sorted(one.name for one in same.values()))}."
        )
        line.outcome, line.faults = "wrong", [_told(line.directory, Fault(*(twice or ids[0]), sentence))]
        return
    examine_line(line, read, next(iter(same.values()), None))
    if line.outcome == "add" and (found := _alike(read.details, known)):
        line.outcome, line.organization_id, line.why = "alike", found[0].id, " and ".join(found[1])


def _doubt(kept: DirectoryImport, repeated: Mapping[int, tuple[tuple[str, str], int]]) -> None:
    """Of two lines with one identifier neither is known to be the right one: the earlier is as wrong as the later."""
    found = select(DirectoryLine).where(DirectoryLine.import_id == kept.id, DirectoryLine.number.in_(repeated))
    for line in db.session.scalars(found.order_by(DirectoryLine.number, DirectoryLine.id)):
        key, number = repeated[line.number]
        told = _told(kept, Fault(*key, f"Line {number} {_AGAIN}"))
        known = (line.faults or []) if line.outcome == "wrong" else []
        if not any(one[2].endswith(_AGAIN) for one in known):  # a later part of the file has it once more
            line.faults = [*known, told]
        line.outcome, line.organization_id, line.changes, line.why = "wrong", None, None, None


def _alike(details: OrganizationDetails, known: Known) -> tuple[Organization, tuple[str, ...]] | None:
    """The organization here that is most like a new one, and why; None when none is."""
    near = {one.id: one for key in match_keys(details) for one in known.by_key.get(key, ())}
    weighed = [(one, why) for _, one in sorted(near.items()) if (why := reasons(details, one))]
    return max(weighed, key=lambda pair: len(pair[1]), default=None)


def _known(kept: DirectoryImport, all_details: Sequence[OrganizationDetails]) -> Known:
    ids = {field: {value for one in all_details if (value := getattr(one, field))} for field in _IDENTIFIERS}
    columns = {field: getattr(Organization, field) for field in _IDENTIFIERS}
    organizations = db.session.scalars(
        select(Organization)
        .where(or_(*(columns[field].in_(ids[field]) for field in _IDENTIFIERS)))
        .options(joinedload(Organization.merged_into))
    )
    by_id = {
        # The identifier of one that was merged into another leads to that one.
        (field, value): one.merged_into or one
        for one in organizations
        for field in _IDENTIFIERS
        if (value := getattr(one, field))
    }
    keys = {key for one in all_details for key in match_keys(one)}
    by_key: dict[str, list[Organization]] = {}
    rows = select(MatchKey.key, Organization).join(Organization, Organization.id == MatchKey.organization_id)
    for key, one in db.session.execute(rows.where(MatchKey.key.in_(keys))):
        by_key.setdefault(key, []).append(one)
    return Known(by_id, _earlier(kept, ids), by_key, {})


def _earlier(kept: DirectoryImport, ids: Mapping[str, set[str]]) -> dict[tuple[str, str], int]:
    """Where the identifiers stand in lines that were examined before."""
    found: dict[tuple[str, str], int] = {}
    for field in _IDENTIFIERS:
        column = getattr(DirectoryLine, field)
        rows = select(column, DirectoryLine.number).where(
            DirectoryLine.import_id == kept.id, DirectoryLine.outcome.is_not(None), column.in_(ids[field])
        )
        for value, number in db.session.execute(rows.order_by(DirectoryLine.number, DirectoryLine.id)):
            found.setdefault((field, value), number)
    return found


def _changes(known: OrganizationDetails, described: OrganizationDetails) -> dict[str, Any]:
    before, after = known.values(), described.values()
    return {field: [_said(before[field]), _said(after[field])] for field in after if before[field] != after[field]}


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _told(kept: DirectoryImport, fault: Fault) -> list[str]:
    place = kept.columns.get(fault.field)
    title = FIELDS.get(fault.field, fault.field) if place is None else kept.titles[place]
    return [title, fault.cell, fault.sentence]


def _short(value: str | None) -> str | None:
    return value[:40] if value else None
