"""Reading programs and cycles. Definitions are read once for each content and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Date, case, func, literal, select, true
from sqlalchemy.orm import joinedload, selectinload, undefer
from sqlalchemy.sql.expression import false

from grants.kernel.clock import now, today
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.earlier import in_todays_shape
from grants.programs.models import Cycle, CycleStage, ProgramVersion
from grants.programs.schema import Definition

_definitions: dict[str, Definition] = {}
_MOST_KEPT = 64


def definition_of(record: Cycle | ProgramVersion) -> Definition:
    """The definition a cycle runs by, or that a version holds. It is frozen, and shared between callers."""
    version = record.program_version if isinstance(record, Cycle) else record
    if (kept := _definitions.get(version.sha256)) is not None:
        return kept
    definition = Definition.model_validate(in_todays_shape(version.definition))
    if len(_definitions) >= _MOST_KEPT:
        _definitions.clear()
    return _definitions.setdefault(version.sha256, definition)


def can_open_a_door(cycle: Cycle, key: str) -> bool:
    """Whether what is done in a discovery stage of a cycle, read with its stages, can still lead to an application."""
    doors = definition_of(cycle).doors_of(key)
    ahead = (
        now() <= stage.closes_at + timedelta(minutes=stage.grace_minutes)
        for stage in cycle.stages
        if stage.key in doors
    )
    return cycle.closed_at is None and any(ahead)


def cycle_day(ahead: timedelta = timedelta()) -> ColumnElement[date]:
    """Today, or a day so far ahead, in the zone of the statement's Cycle; the zones in use cost one statement."""
    zones = db.session.scalars(select(Cycle.time_zone).distinct())
    days = {zone: literal(today(zone) + ahead, Date) for zone in zones}
    return case(days, value=Cycle.time_zone, else_=literal(today("UTC") + ahead, Date)) if days else literal(None, Date)


@dataclass(frozen=True)
class ProgramRow:
    """One program in a list: its newest version, how many versions there are, and its cycles."""

    newest: ProgramVersion
    versions: int
    cycles: tuple[Cycle, ...]


def _visible(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.may("program.read") or actor.may("program.manage") else false()


def programs(actor: Actor) -> list[ProgramRow]:
    """Every program the actor may see, by title."""
    newest = (
        select(ProgramVersion.program_key, func.max(ProgramVersion.number).label("number"))
        .group_by(ProgramVersion.program_key)
        .subquery()
    )
    versions = db.session.scalars(
        select(ProgramVersion)
        .join(
            newest,
            (newest.c.program_key == ProgramVersion.program_key) & (newest.c.number == ProgramVersion.number),
        )
        .where(_visible(actor))
        .order_by(ProgramVersion.title, ProgramVersion.program_key)
        .options(undefer(ProgramVersion.definition))
    ).all()
    cycles = cycles_seen_by(actor)
    return [
        ProgramRow(
            newest=version,
            versions=version.number,
            cycles=tuple(cycle for cycle in cycles if cycle.program_version.program_key == version.program_key),
        )
        for version in versions
    ]


def version_for(actor: Actor, public_id: str) -> ProgramVersion:
    """One version of a program.

    raises   Missing when there is none that the actor may see
    """
    version = db.session.scalar(
        select(ProgramVersion)
        .where(ProgramVersion.public_id == public_id, _visible(actor))
        .options(joinedload(ProgramVersion.loaded_by))
    )
    if version is None:
        raise Missing("There is no such program.")
    return version


def versions_of(actor: Actor, program_key: str) -> Sequence[ProgramVersion]:
    """All versions of a program, the newest first."""
    return db.session.scalars(
        select(ProgramVersion)
        .where(ProgramVersion.program_key == program_key, _visible(actor))
        .options(joinedload(ProgramVersion.loaded_by))
        .order_by(ProgramVersion.number.desc())
    ).all()


def newest_version(program_key: str) -> ProgramVersion | None:
    """The version that a cycle would open with today; None when the program is not loaded."""
    return db.session.scalar(
        select(ProgramVersion)
        .where(ProgramVersion.program_key == program_key)
        .order_by(ProgramVersion.number.desc())
        .limit(1)
    )


def same_content(program_key: str, sha256: str) -> ProgramVersion | None:
    """The version of a program with this content, if it is already known."""
    return db.session.scalar(
        select(ProgramVersion).where(ProgramVersion.program_key == program_key, ProgramVersion.sha256 == sha256)
    )


def cycles_seen_by(actor: Actor) -> Sequence[Cycle]:
    """Every cycle the actor may see, the newest first, with stages and version."""
    return db.session.scalars(
        select(Cycle)
        .where(_visible(actor))
        .options(joinedload(Cycle.program_version), selectinload(Cycle.stages))
        .order_by(Cycle.opened_at.desc(), Cycle.id.desc())
    ).all()


def cycle_for(actor: Actor, public_id: str) -> Cycle:
    """One cycle with its stages and version.

    raises   Missing when there is none that the actor may see
    """
    cycle = db.session.scalar(
        select(Cycle)
        .where(Cycle.public_id == public_id, _visible(actor))
        .options(joinedload(Cycle.program_version), selectinload(Cycle.stages))
    )
    if cycle is None:
        raise Missing("There is no such cycle.")
    return cycle


def stage_for(actor: Actor, public_id: str) -> CycleStage:
    """One stage of a cycle.

    raises   Missing when there is none that the actor may see
    """
    stage = db.session.scalar(
        select(CycleStage)
        .where(CycleStage.public_id == public_id, _visible(actor))
        .options(joinedload(CycleStage.cycle).joinedload(Cycle.program_version))
    )
    if stage is None:
        raise Missing("There is no such stage.")
    return stage


def cycle_keyed(key: str) -> Cycle | None:
    """The cycle of that key, for jobs and commands that know it by name."""
    return db.session.scalar(select(Cycle).where(Cycle.key == key))
