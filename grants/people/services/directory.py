"""Bringing in a school directory: uploaded, its columns matched, examined, decided on, applied. Each chunk of lines is
one transaction, and a line is done once, however often the work is begun."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from sqlalchemy import ColumnElement, and_, insert, select, update

from grants.background import enqueue
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Problem
from grants.kernel.policy import Actor, require_permission
from grants.people.details import KINDS, SECTORS
from grants.people.directory import FIELDS, guess_columns, overlaid
from grants.people.directory_files import Table
from grants.people.directory_models import DirectoryImport, DirectoryLine
from grants.people.queries import actor_of
from grants.people.services.examining import details_of, examine_line
from grants.people.services.organizations import add_organization, change_organization
from grants.persistence import audit
from grants.persistence.base import new_public_id
from grants.persistence.moves import lock
from grants.persistence.session import db

EXAMINE: Final = "people.examine_directory"
APPLY: Final = "people.apply_directory"
APPLIED_AT_ONCE: Final = 100


def keep_directory(actor: Actor, name: str, content: bytes, table: Table) -> DirectoryImport:
    """Keep an uploaded directory and have its lines examined; columns are matched as the last time, or by their titles.

    table    as directory_files.table_of read it from the content, before the transaction
    raises   Refused
    """
    require_permission(actor, "organization.manage")
    last = _matched_before(table.titles)
    kept = DirectoryImport(
        name=name,
        sha256=sha256(content).hexdigest(),
        size=len(content),
        titles=table.titles,
        columns=dict(last.columns) if last else guess_columns(table.titles),
        kind=last.kind if last else "school",
        sector=last.sector if last else None,
        state="examining",
        made_by_id=actor.person_id,
        made_at=now(),
    )
    db.session.add(kept)
    db.session.flush()
    lines = [
        {"public_id": new_public_id(), "import_id": kept.id, "number": number, "cells": cells, "name": ""}
        for number, cells in table.lines
    ]
    db.session.execute(insert(DirectoryLine), lines)
    audit.record(actor, "directory.upload", kept, after={"file": name, "sha256": kept.sha256, "lines": len(lines)})
    ask_for(EXAMINE, kept, kept.round)
    return kept


def match_columns(
    actor: Actor, kept: DirectoryImport, columns: Mapping[str, int], kind: str, sector: str | None = None
) -> None:
    """Say which column is which, and have the lines examined anew.

    raises   Refused; Invalid; Clash once some of it was brought in
    """
    require_permission(actor, "organization.manage")
    lock(kept)
    if kept.applied_at is not None:
        raise Clash("Some of this directory is brought in already. Upload the file again to match it another way.")
    if unknown := set(columns) - set(FIELDS):
        raise Invalid(f"There is no field {min(unknown)}.")
    if "name" not in columns:
        raise Invalid("Say which column holds the name.", {"name": "Say which column holds the name."})
    if kind not in KINDS or (sector is not None and sector not in SECTORS):
        raise Invalid("Choose what the organizations of the file are.")
    kept.sector = sector
    kept.columns, kept.kind, kept.state, kept.round = dict(columns), kind, "examining", kept.round + 1
    blank = {"outcome": None, "changes": None, "faults": None, "organization_id": None, "why": None}
    db.session.execute(update(DirectoryLine).where(DirectoryLine.import_id == kept.id).values(**blank))
    ask_for(EXAMINE, kept, kept.round)


def decide(actor: Actor, line: DirectoryLine, *, is_same: bool) -> None:
    """Say of a line that is alike whether it is the organization it resembles, or a new one.

    raises   Refused; Clash when that was decided before
    """
    require_permission(actor, "organization.manage")
    lock(line)
    if line.outcome != "alike" or line.organization is None:
        raise Clash("Somebody decided on this line a moment ago.")
    line.why = None
    if is_same:
        examine_line(line, line.directory.read(line.cells), line.organization)
    else:
        line.outcome, line.organization_id = "add", None


def bring_in(actor: Actor, kept: DirectoryImport, *, adds_only: bool) -> None:
    """Have what was examined brought in; what nobody has decided on waits for another time.

    raises   Refused; Clash while it is examined or brought in
    """
    require_permission(actor, "organization.manage")
    lock(kept)
    if kept.state not in {"ready", "done"}:
        raise Clash("This directory is being worked on. Wait until it is done.")
    kept.state, kept.adds_only, kept.round = "applying", adds_only, kept.round + 1
    kept.applied_by_id, kept.applied_at, kept.finished_at = actor.person_id, now(), None
    audit.record(actor, "directory.apply", kept, after={"file": kept.name, "adds_only": adds_only})
    ask_for(APPLY, kept, kept.round)


def apply_some(kept: DirectoryImport) -> bool:
    """Bring in the next lines, as whoever asked for it; what cannot be is kept with its sentence.

    returns  whether more may be left
    """
    lock(kept)
    if kept.state != "applying" or kept.applied_by is None:
        return False
    actor = actor_of(kept.applied_by)
    require_permission(actor, "organization.manage")
    lines = db.session.scalars(
        select(DirectoryLine)
        .where(_to_do(kept))
        .order_by(DirectoryLine.number, DirectoryLine.id)
        .limit(APPLIED_AT_ONCE)
    ).all()
    for line in lines:
        try:
            _apply(actor, kept, line)
        except Problem as problem:
            sentences = problem.errors.values() if isinstance(problem, Invalid) else ()
            line.outcome, line.faults = "wrong", [["", "", one] for one in (*sentences, problem.sentence)[:1]]
    if len(lines) < APPLIED_AT_ONCE:
        kept.state, kept.finished_at = "done", now()
        return False
    return True


def _apply(actor: Actor, kept: DirectoryImport, line: DirectoryLine) -> None:
    read = kept.read(line.cells)
    if line.outcome == "add":
        line.organization = add_organization(actor, read.details)
    elif line.organization is not None:
        change_organization(actor, line.organization, overlaid(details_of(line.organization), read))
    line.done_at = now()


def _to_do(kept: DirectoryImport) -> ColumnElement[bool]:
    wanted = ("add",) if kept.adds_only else ("add", "change")
    return and_(DirectoryLine.import_id == kept.id, DirectoryLine.outcome.in_(wanted), DirectoryLine.done_at.is_(None))


def _matched_before(titles: list[str]) -> DirectoryImport | None:
    recent = db.session.scalars(select(DirectoryImport).order_by(DirectoryImport.id.desc()).limit(20))
    return next((one for one in recent if one.titles == titles), None)


def ask_for(job: str, kept: DirectoryImport, round_: int, part: int = 1) -> None:
    """Ask for a part of the work on a directory; once, however often it is asked for."""
    key = job_key(job, kept.public_id, round_, part)
    enqueue(db.session(), job, key=key, directory_id=kept.public_id, round_=round_, part=part)


def job_key(job: str, directory_id: str, round_: int, part: int) -> str:
    """Names a part of the work of one round."""
    return f"{job}:{directory_id}:{round_}:{part}"
