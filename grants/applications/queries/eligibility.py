"""Eligibility questions that keep an applicant from going on, and those that staff have let pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from grants.applications.completeness import eligibility_key
from grants.applications.models import Application, EligibilityOverride, OverrideChange
from grants.applications.queries.drafts import rules_of
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.schema import EligibilityQuestion


def barring(application: Application, answers: Mapping[str, Any]) -> tuple[EligibilityQuestion, ...]:
    """The eligibility questions whose answers keep the applicant from going on; each says why, and whom to ask.

    One that staff have let pass bars no longer, whatever is answered there.
    """
    failed = [
        question
        for question in rules_of(application).eligibility
        if answers.get(eligibility_key(question)) is (not question.must_be)
    ]
    if not failed:
        return ()
    officer = application.case.officer
    ask = f" Whom to ask: {officer.name}, {officer.email}." if officer else ""
    passed = {one.field for one in overrides_of(application)}
    return tuple(
        question.model_copy(update={"sentence": f"{question.sentence}{ask}"})
        for question in failed
        if eligibility_key(question) not in passed
    )


@dataclass(frozen=True)
class LetPass:
    """An eligibility question that staff let pass, as it stands now: why, who said so last, and when."""

    field: str
    reason: str
    given_by: Person
    given_at: datetime


def overrides_of(application: Application) -> list[LetPass]:
    """The eligibility questions that staff let pass, but for those where they took it back."""
    return [
        LetPass(first.field, change.reason, change.made_by, change.made_at)
        if change
        else LetPass(first.field, first.reason, first.given_by, first.given_at)
        for first, change in rulings_on(application)
        if change is None or change.stands
    ]


def rulings_on(application: Application) -> Sequence[tuple[EligibilityOverride, OverrideChange | None]]:
    """Every question that was ever let pass, with the latest change to that."""
    later = aliased(OverrideChange)
    latest = select(func.max(later.id)).where(later.override_id == EligibilityOverride.id).scalar_subquery()
    rows = db.session.execute(
        select(EligibilityOverride, OverrideChange)
        .outerjoin(OverrideChange, OverrideChange.id == latest)
        .where(EligibilityOverride.application_id == application.id)
        .options(joinedload(EligibilityOverride.given_by), joinedload(OverrideChange.made_by))
        .order_by(EligibilityOverride.id)
    )
    return rows.all()
