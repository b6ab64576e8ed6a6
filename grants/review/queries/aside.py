"""Scorecards that were submitted before their reviewer's conflict of interest was known: kept, and counted nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.session import db
from grants.review.models import Assignment, Conflict, Scorecard
from grants.review.queries.scope import joined
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class SetAside:
    """One such scorecard.

    total   0 to 100, as it was given; None where the reviewer abstained from everything that counts
    since   when the first of the conflicts that stand was noted
    """

    reviewer: str
    total: Decimal | None
    submitted_at: datetime | None
    since: datetime


def set_aside(actor: Actor, application_id: int) -> Sequence[SetAside]:
    """The scorecards of an application that are set aside, by reviewer's name; for officers, in one statement."""
    if not actor.may("review.organize"):
        return ()
    since = func.min(Conflict.since)
    rows = db.session.execute(
        joined(
            select(Person.name, Scorecard.total, Scorecard.submitted_at, since)
            .select_from(Scorecard)
            .join(Scorecard.assignment)
        )
        .join(Assignment.reviewer)
        .join(Conflict, (Conflict.case_id == Application.case_id) & (Conflict.person_id == Assignment.reviewer_id))
        .where(
            Application.id == application_id,
            Scorecard.state == ScorecardState.SUBMITTED,
            Conflict.lifted_at.is_(None),
            not_conflicted(actor, Application.case_id),
        )
        .group_by(Scorecard.id, Person.name, Scorecard.total, Scorecard.submitted_at)
        .order_by(Person.name, Scorecard.id)
    )
    return [SetAside(*row) for row in rows]
