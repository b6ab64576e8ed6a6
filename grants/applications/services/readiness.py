"""A school says where it stands. It informs, and decides only where an entry rule asks for it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from grants.applications.answers import Unreadable, normalise
from grants.applications.completeness import faults_of
from grants.applications.models import ReadinessCheck
from grants.applications.policy import may_write
from grants.applications.queries import Assessment
from grants.applications.services.drafts import person
from grants.casework import services as casework
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.schema import Form


def assess(actor: Actor, asked: Assessment, typed: Mapping[str, Any], based_on: int) -> ReadinessCheck:
    """Keep what a school says; questions may stay empty.

    typed      field key -> text as typed; a field that is missing was left empty
    based_on   the version the writer had before them; 0 when nothing was said yet
    raises     Refused for anyone but the school's writers; Invalid by field for what cannot be read or is over a limit;
               Clash when it cannot be written now, or a colleague wrote meanwhile
    """
    require_permission(actor, "readiness.write")
    require(may_write(actor, asked.organization.id))
    if not asked.is_asked:
        raise Clash("An organization of this kind does not apply here, so nothing is asked of it.")
    if not asked.is_open:
        raise Clash("This can be filled in from the opening of the stage to the end of the cycle.")
    answers = _answers(asked.form, typed)
    case = casework.open_case(actor, asked.stage.cycle_id, asked.organization.id)
    lock(case)
    mine = ReadinessCheck.case_id == case.id, ReadinessCheck.stage_id == asked.stage.id
    check = db.session.scalar(select(ReadinessCheck).where(*mine))
    if check is not None and check.version != based_on:
        if check.answers == answers:
            return check
        raise Clash(
            f"{check.written_by.name} has saved other answers since you opened this page. What you typed is here; "
            "look at theirs in another window, then save again to let yours stand."
        )
    is_new, check = check is None, check or ReadinessCheck(case_id=case.id, stage_id=asked.stage.id, version=0)
    writer = person(actor)
    check.answers, check.version, check.written_at, check.written_by = answers, check.version + 1, now(), writer
    db.session.add(check)
    db.session.flush()
    if is_new:
        sentence = f"{actor.name} filled in “{asked.form.title}”."
        casework.note_event(actor, case, "discovery", sentence, audience="applicant")
    audit.record(actor, "readiness.write", check, after={"version": check.version}, case_id=case.id)
    return check


def _answers(form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in form.all_fields():
        try:
            answer = normalise(field, typed.get(field.key))
        except Unreadable as wrong:
            errors[field.key] = " ".join(wrong.faults.values())
            continue
        if answer is not None and (faults := list(faults_of(field, answer))):
            errors[field.key] = " ".join(faults)
        elif answer is not None:
            answers[field.key] = answer
    if errors:
        raise Invalid("Some answers cannot be kept like this.", errors)
    return answers
