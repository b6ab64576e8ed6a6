"""Loading definitions, opening cycles, and moving their dates."""

import re
from collections.abc import Mapping
from typing import Any

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.persistence.audit import record
from grants.persistence.session import db
from grants.programs.dates import StageDates, too_late, wrong_dates
from grants.programs.loading import load_definition, sha256_of
from grants.programs.models import Cycle, CycleStage, ProgramVersion
from grants.programs.queries import cycle_keyed, definition_of, newest_version, same_content
from grants.programs.schema import Definition

_KEY = re.compile(r"[a-z][a-z0-9-]{0,59}")


def load_program(actor: Actor, text: str | bytes, filename: str) -> ProgramVersion:
    """Keep a definition file as a version of its program.

    The same content, whatever its layout and comments, is the version that is already there; changed content is the
    next number. Cycles keep the version they opened with.

    raises   Refused; DefinitionError with every error by line
    """
    require_permission(actor, "program.manage")
    definition = load_definition(text, filename)
    sha256 = sha256_of(definition)
    if (known := same_content(definition.program, sha256)) is not None:
        return known
    previous = newest_version(definition.program)
    version = ProgramVersion(
        program_key=definition.program,
        number=previous.number + 1 if previous else 1,
        title=definition.title,
        source=text.decode("utf-8-sig") if isinstance(text, bytes) else text,
        definition=definition.frozen(),
        sha256=sha256,
        loaded_at=now(),
        loaded_by_id=actor.person_id,
    )
    db.session.add(version)
    db.session.flush()
    record(
        actor,
        "program.load",
        version,
        after={"program": version.program_key, "number": version.number, "sha256": sha256, "file": filename},
    )
    return version


def open_cycle(
    actor: Actor,
    version: ProgramVersion,
    key: str,
    title: str,
    dates: Mapping[str, StageDates],
    illustrative: bool = False,
) -> Cycle:
    """Open one run of a program; it keeps this version for good.

    key      the cycle's own short name, unique: small letters, digits and -
    dates    stage key -> its dates, for every stage of the definition

    raises   Refused; Invalid with a sentence for each stage whose dates do not hold, or when every deadline is over;
             Clash when the key is taken
    """
    require_permission(actor, "cycle.manage")
    definition = definition_of(version)
    if errors := _what_stands_in_the_way(definition, key, title, dates):
        raise Invalid("The cycle cannot open yet.", errors)
    if cycle_keyed(key) is not None:
        raise Clash(f"There is already a cycle with the short name “{key}”.")
    cycle = Cycle(key=key, title=title.strip(), program_version=version, illustrative=illustrative)
    cycle.time_zone, cycle.opened_at = definition.time_zone, now()
    cycle.stages = _stages(definition, dates)
    db.session.add(cycle)
    db.session.flush()
    record(actor, "cycle.open", cycle, after={"key": key, "program": version.program_key, "version": version.number})
    return cycle


def _stages(definition: Definition, dates: Mapping[str, StageDates]) -> list[CycleStage]:
    return [
        CycleStage(key=stage.key, position=place, kind=stage.kind, title=stage.title, **vars(dates[stage.key]))
        for place, stage in enumerate(definition.stages.values(), start=1)
    ]


def _what_stands_in_the_way(
    definition: Definition, key: str, title: str, dates: Mapping[str, StageDates]
) -> dict[str, str]:
    """Field, or stage key -> why a cycle cannot open so."""
    errors = dict(wrong_dates(definition, dates))
    if not errors and (sentence := too_late(definition, dates, now())) is not None:
        errors["dates"] = sentence
    if _KEY.fullmatch(key) is None:
        errors["key"] = "Write small letters, digits and -, at most 60, beginning with a letter."
    if not title.strip():
        errors["title"] = "A cycle needs a title."
    return errors


def move_dates(actor: Actor, stage: CycleStage, dates: StageDates) -> None:
    """Change the dates of one stage, until its decisions are released.

    raises   Refused; Invalid when the dates are out of order; Clash after release
    """
    require_permission(actor, "cycle.manage")
    if stage.released_at is not None:
        raise Clash(f"The decisions of {stage.title} are released; its dates stand.")
    definition = definition_of(stage.cycle)
    others = {other.key: dates_of(other) for other in stage.cycle.stages}
    errors = dict(wrong_dates(definition, {**others, stage.key: dates}))
    if stage.key in errors:
        raise Invalid("These dates do not hold.", {stage.key: errors[stage.key]})
    before = _facts(dates_of(stage))
    for name, value in vars(dates).items():
        setattr(stage, name, value)
    db.session.flush()
    record(actor, "cycle.move_dates", stage, before=before, after=_facts(dates))


def dates_of(stage: CycleStage) -> StageDates:
    """The dates a stage has now."""
    return StageDates(stage.opens_at, stage.closes_at, stage.grace_minutes, stage.reviews_due_at, stage.decision_on)


def _facts(dates: StageDates) -> dict[str, Any]:
    return dict(vars(dates))
