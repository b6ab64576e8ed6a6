"""Cards that were submitted before their reviewer's conflict of interest was known: kept, and counted nowhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, Conflict, Scorecard
from grants.review.pitch_models import PitchCard
from grants.review.queries.scope import REVIEWABLE, joined
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class SetAside:
    """One such card.

    total      0 to 100, as it was given; None where the reviewer abstained from everything that counts
    since      when the first of the conflicts that stand was noted
    at_pitch   it was given at the pitch, not in writing
    """

    application_id: int
    reviewer: str
    total: Decimal | None
    submitted_at: datetime | None
    since: datetime
    at_pitch: bool = False


def set_aside(actor: Actor, application_id: int) -> Sequence[SetAside]:
    """The cards on an application that are set aside, by reviewer's name, those in writing first; for officers and
    auditors, in two statements.
    """
    return set_aside_among(actor, [application_id]).get(application_id, ())


def set_aside_among(actor: Actor, application_ids: Collection[int]) -> Mapping[int, Sequence[SetAside]]:
    """The same of many, by application's id."""
    found: dict[int, list[SetAside]] = {}
    for one in _set_aside(actor, Application.id.in_(application_ids)):
        found.setdefault(one.application_id, []).append(one)
    return found


def set_aside_on(actor: Actor, stage: CycleStage) -> Sequence[SetAside]:
    """The same of all that are under review on a stage."""
    return _set_aside(actor, Application.stage_id == stage.id, Application.state.in_(REVIEWABLE))


def _set_aside(actor: Actor, *of_these: ColumnElement[bool]) -> list[SetAside]:
    if not actor.may("panel.read"):
        return []
    written = _aside(
        actor,
        joined(
            select(Application.id, Person.name, Scorecard.total, Scorecard.submitted_at)
            .select_from(Scorecard)
            .join(Scorecard.assignment)
        ).join(Assignment.reviewer),
        Scorecard,
        Assignment.reviewer_id,
    )
    pitched = _aside(
        actor,
        select(Application.id, Person.name, PitchCard.total, PitchCard.submitted_at)
        .select_from(PitchCard)
        .join(PitchCard.application)
        .join(PitchCard.reviewer),
        PitchCard,
        PitchCard.reviewer_id,
    )
    return [
        SetAside(number, reviewer, total, submitted_at, since, at_pitch)
        for statement, at_pitch in ((written, False), (pitched, True))
        for number, reviewer, total, submitted_at, since in db.session.execute(statement.where(*of_these))
    ]


def _aside(
    actor: Actor, statement: Select[*tuple[Any, ...]], card: type[Scorecard | PitchCard], reviewer_id: Any
) -> Select[*tuple[Any, ...]]:
    """The statement, which selects from such cards, narrowed to those of reviewers with a conflict that stands."""
    return (
        statement.join(Conflict, (Conflict.case_id == Application.case_id) & (Conflict.person_id == reviewer_id))
        .where(
            card.state == ScorecardState.SUBMITTED,
            Conflict.lifted_at.is_(None),
            not_conflicted(actor, Application.case_id),
        )
        .add_columns(func.min(Conflict.since))
        .group_by(card.id, Application.id, Person.name, card.total, card.submitted_at)
        .order_by(Person.name, card.id)
    )
