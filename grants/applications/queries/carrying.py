"""Answers of an earlier stage that a draft may start from."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager

from grants.applications.models import Application, Submission
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import AnyField, Form, PersonList


@dataclass(frozen=True)
class Carried:
    """An answer of an earlier stage that a field may start from."""

    field: str
    value: Any
    stage: str
    submitted_at: datetime


def carried_forward(application: Application, form: Form) -> dict[str, Carried]:
    """For the fields that carry forward, what the same case last submitted to the field they name; by field key."""
    fields = {one.key: one for one in form.all_fields() if one.carry_forward}
    wanted = {key: (one.carry_forward or "").split(".", 1) for key, one in fields.items()}
    if not wanted:
        return {}
    stages = sorted({stage for stage, _ in wanted.values()})
    found = db.session.scalars(_submitted(), {"case_id": application.case_id, "stages": stages})
    earlier = {submission.application.stage.key: submission for submission in found}
    return {
        key: Carried(key, _fitting(fields[key], value), source.application.stage.title, source.submitted_at)
        for key, (stage, origin) in wanted.items()
        if (source := earlier.get(stage)) and (value := source.content["answers"].get(origin)) is not None
    }


@cache
def _submitted() -> Select[Submission]:
    """What a case submitted in some stages, the newest last: put together once, which takes longer than running it."""
    return (
        select(Submission)
        .join(Submission.application)
        .join(Application.stage)
        .where(Application.case_id == bindparam("case_id"), CycleStage.key.in_(bindparam("stages", expanding=True)))
        .options(contains_eager(Submission.application).contains_eager(Application.stage))
        .order_by(Submission.number)
    )


def _fitting(field: AnyField, value: Any) -> Any:
    """An earlier answer without what this form does not ask: people keep the details that it asks for."""
    if isinstance(field, PersonList) and isinstance(value, list):
        return [{detail: one.get(detail) for detail in field.ask} for one in value]
    return value
