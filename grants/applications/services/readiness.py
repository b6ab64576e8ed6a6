"""A school says where it stands. It informs, and decides only where an entry rule asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from grants.applications.answers import Unreadable, normalise
from grants.applications.completeness import faults_of
from grants.applications.content import mark_of
from grants.applications.models import ReadinessCheck
from grants.applications.policy import may_write
from grants.applications.queries import Assessment
from grants.applications.services.drafts import person
from grants.applications.services.writing import Write
from grants.casework import services as casework
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.schema import AnyField, Form

SITTING = timedelta(minutes=30)
"""What one person writes without a longer pause is one act on record: each answer is saved as it is typed."""


@dataclass
class Said:
    """What became of several writes, by field key.

    check    what stands now; nothing while nothing was said
    faults   what is not kept, because it cannot be read or is over a limit, each with a sentence
    stale    what is not kept, because somebody has changed that answer since, each in its kept shape
    """

    check: ReadinessCheck | None
    faults: dict[str, str] = field(default_factory=dict)
    stale: dict[str, Any] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.faults or self.stale)


def assess(actor: Actor, asked: Assessment, writes: Mapping[str, Write]) -> Said:
    """Keep what a school says, answer by answer; questions may stay empty.

    writes   field key -> text as typed, based on the mark (see `mark_of`) of the answer the writer had before them
    raises   Refused for anyone but the school's writers; Clash when it cannot be written now
    """
    require_permission(actor, "readiness.write")
    require(may_write(actor, asked.organization.id))
    if not asked.is_asked:
        raise Clash("An organization of this kind does not apply here, so nothing is asked of it.")
    if not asked.is_open:
        raise Clash(
            "This can be filled in from the opening of the stage until the last application that it is for is closed."
        )
    case = casework.open_case(actor, asked.stage.cycle_id, asked.organization.id)
    lock(case)
    mine = ReadinessCheck.case_id == case.id, ReadinessCheck.stage_id == asked.stage.id
    said = Said(db.session.scalar(select(ReadinessCheck).where(*mine)))
    kept = dict(said.check.answers) if said.check else {}
    answers = _settle(said, asked.form, kept, writes)
    if answers != kept:
        said.check = _keep(actor, asked, case, said.check, answers)
    return said


def _settle(said: Said, form: Form, kept: Mapping[str, Any], writes: Mapping[str, Write]) -> dict[str, Any]:
    """The answers after these writes; what is not taken over of them is put into `said`."""
    answers = dict(kept)
    for key, write in writes.items():
        answer, fault = _read(form.field(key), write.typed)
        if fault:
            said.faults[key] = fault
        elif answer != kept.get(key) and write.based_on != mark_of(kept.get(key)):
            said.stale[key] = answer
        elif answer is None:
            answers.pop(key, None)
        else:
            answers[key] = answer
    return answers


def _read(asked: AnyField, typed: Any) -> tuple[Any, str]:
    """What was typed in its kept shape, and why it cannot be kept."""
    try:
        answer = normalise(asked, typed)
    except Unreadable as wrong:
        return None, " ".join(wrong.faults.values())
    return answer, " ".join(faults_of(asked, answer)) if answer is not None else ""


def _keep(
    actor: Actor, asked: Assessment, case: Case, check: ReadinessCheck | None, answers: dict[str, Any]
) -> ReadinessCheck:
    writer, is_new = person(actor), check is None
    check = check or ReadinessCheck(case_id=case.id, stage_id=asked.stage.id, version=0)
    goes_on = not is_new and check.written_by_id == writer.id and now() - check.written_at < SITTING
    check.answers, check.version, check.written_at, check.written_by = answers, check.version + 1, now(), writer
    db.session.add(check)
    db.session.flush()
    if is_new:
        sentence = f"{actor.name} filled in “{asked.form.title}”."
        casework.note_event(actor, case, "discovery", sentence, audience="applicant")
    if not goes_on:
        audit.record(actor, "readiness.write", check, after={"version": check.version}, case_id=case.id)
    return check
