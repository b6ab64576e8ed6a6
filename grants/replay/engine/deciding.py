"""Decision: the slate is solved from the marks, explained, approved, its letters checked, and released."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select

from grants.applications.models import Application
from grants.casework.models import Case
from grants.decisions import services as decisions
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries import letter_counts
from grants.persistence.session import db
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale


def acts(tale: Tale, stage: str) -> Iterator[Act]:
    """The slate of a stage, as far as it came."""
    record = tale.recording.stages[stage].slate
    if record is None:
        return
    made = record.made
    yield Act(tale.at(made.at), partial(_make, tale, stage, made.by))
    if record.proposed:
        yield Act(tale.at(record.proposed.at), partial(_propose, tale, stage, record.proposed.by))
    for approval in record.approved:
        yield Act(tale.at(approval.at), partial(_approve, tale, stage, approval.by))
    if record.checked:
        yield Act(tale.at(record.checked.at), partial(_check, tale, stage, record.checked.by))
    if record.released:
        yield Act(tale.at(record.released.at), partial(_release, tale, stage, record.released.by))


def _slate(tale: Tale, stage: str) -> Slate:
    return db.session.scalars(
        select(Slate).where(Slate.stage == tale.stage(stage)).order_by(Slate.id.desc()).limit(1)
    ).one()


def _make(tale: Tale, stage: str, officer: str) -> None:
    record = tale.recording.stages[stage].slate
    if record is None:
        return
    actor = tale.actor(officer)
    solution = decisions.solve_slate(actor, tale.stage(stage))
    slate = decisions.make_slate(actor, tale.stage(stage), record.title, solution)
    schools = {organization: key for key, organization in tale.story.organizations.items()}
    for line, organization in db.session.execute(
        select(SlateLine, Case.organization_id)
        .join(SlateLine.application)
        .join(Application.case)
        .where(SlateLine.slate_id == slate.id)
        .order_by(SlateLine.rank, SlateLine.id)
    ):
        if text := record.feedback.get(schools[organization]):
            decisions.write_feedback(actor, line, text)


def _propose(tale: Tale, stage: str, officer: str) -> None:
    decisions.propose(tale.actor(officer), _slate(tale, stage))


def _approve(tale: Tale, stage: str, approver: str) -> None:
    slate = _slate(tale, stage)
    decisions.approve(tale.actor(approver), slate, slate.content_sha256 or "")


def _check(tale: Tale, stage: str, checker: str) -> None:
    slate = _slate(tale, stage)
    actor = tale.actor(checker)
    counts = {one.outcome: one.letters for one in letter_counts(actor, slate)}
    decisions.check_letters(actor, slate, counts)


def _release(tale: Tale, stage: str, officer: str) -> None:
    decisions.release(tale.actor(officer), _slate(tale, stage))
