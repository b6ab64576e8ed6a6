"""What grantees owe, and what is measured: reports, check-ins, readings."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select

from grants.monitoring import services as monitoring
from grants.monitoring.models import IndicatorReading, Requirement
from grants.persistence.session import db
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording.stage import CheckInRecord, Meeting, OwedRecord, ReadingRecord


def acts(tale: Tale, stage: str) -> Iterator[Act]:
    """What was met of what a stage's awards owe. A school that was not awarded owes nothing, and is passed over."""
    record = tale.recording.stages[stage]
    for owed in record.requirements:
        yield from _owed(tale, stage, owed)
    for kind in record.check_ins:
        for school, meeting in kind.schools.items():
            yield Act(tale.at(meeting.at), partial(_hold, tale, stage, school, kind, meeting))
    for reading in record.readings:
        yield Act(tale.at(reading.at), partial(_read, tale, stage, reading))


def _owed(tale: Tale, stage: str, owed: OwedRecord) -> Iterator[Act]:
    for school, account in owed.accounts.items():
        yield Act(tale.at(owed.submitted), partial(_submit, tale, stage, school, owed, account))
        if (back := owed.returned.get(school)) is not None:
            yield Act(tale.at(back.at), partial(_return, tale, stage, school, owed, back.by, back.says))
            yield Act(tale.at(back.again), partial(_submit, tale, stage, school, owed, back.account))
        if owed.accepted:
            yield Act(tale.at(owed.accepted), partial(_accept, tale, stage, school, owed))


def _requirement(tale: Tale, stage: str, school: str, key: str, number: int) -> Requirement | None:
    award = tale.award(stage, school)
    if award is None:
        return None
    found = select(Requirement).where(
        Requirement.award_id == award.id, Requirement.key == key, Requirement.number == number
    )
    return db.session.scalars(found).one()


def _submit(tale: Tale, stage: str, school: str, owed: OwedRecord, account: str) -> None:
    if (requirement := _requirement(tale, stage, school, owed.key, owed.number)) is not None:
        monitoring.submit_requirement(tale.actor(tale.hand(school, "lead")), requirement, account)


def _return(tale: Tale, stage: str, school: str, owed: OwedRecord, officer: str, reason: str) -> None:
    if (requirement := _requirement(tale, stage, school, owed.key, owed.number)) is not None:
        monitoring.return_requirement(tale.actor(officer), requirement, reason)


def _accept(tale: Tale, stage: str, school: str, owed: OwedRecord) -> None:
    if (requirement := _requirement(tale, stage, school, owed.key, owed.number)) is not None:
        monitoring.accept_requirement(tale.actor(tale.recording.officer_of(school)), requirement)


def _hold(tale: Tale, stage: str, school: str, kind: CheckInRecord, meeting: Meeting) -> None:
    if (requirement := _requirement(tale, stage, school, kind.key, kind.number)) is not None:
        monitoring.record_check_in(
            tale.actor(kind.by), requirement, meeting.held, meeting.attended, meeting.notes, meeting.rating
        )


def _read(tale: Tale, stage: str, record: ReadingRecord) -> None:
    award = tale.award(stage, record.school)
    if award is None:
        return
    reading = db.session.scalars(
        select(IndicatorReading).where(
            IndicatorReading.award_id == award.id,
            IndicatorReading.indicator == record.indicator,
            IndicatorReading.year == record.year,
        )
    ).one()
    hand = tale.actor(tale.hand(record.school, record.by))
    monitoring.record_reading(hand, reading, record.value, record.note, record.groups or None)
