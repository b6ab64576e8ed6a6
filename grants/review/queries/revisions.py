"""What scorecards gave before they were revised."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.persistence.session import db
from grants.review.models import Assignment, Scorecard
from grants.review.revision_models import ScorecardRevision


def totals_before(scorecard_ids: Collection[int]) -> Mapping[int, Decimal | None]:
    """Scorecard's id -> the total it was first submitted with, of those that were revised since; in one statement.

    Whether the actor may know of the scorecards is asked before.
    """
    if not scorecard_ids:
        return {}
    rows = db.session.execute(
        select(ScorecardRevision.scorecard_id, ScorecardRevision.total_before)
        .where(ScorecardRevision.scorecard_id.in_(scorecard_ids))
        .order_by(ScorecardRevision.id.desc())
    )
    return dict(rows.all())


def revisions_in(discussed_in: Collection[str]) -> Mapping[str, Sequence[ScorecardRevision]]:
    """Line of an agenda -> the revisions made at it, in their order. Whether one may know of it is asked before."""
    found: dict[str, list[ScorecardRevision]] = {}
    for one in db.session.scalars(
        select(ScorecardRevision)
        .where(ScorecardRevision.discussed_in.in_(discussed_in))
        .options(
            joinedload(ScorecardRevision.scorecard).joinedload(Scorecard.assignment).joinedload(Assignment.reviewer)
        )
        .order_by(ScorecardRevision.id)
    ):
        found.setdefault(one.discussed_in, []).append(one)
    return found


def revisions_of(scorecard_ids: Collection[int]) -> Mapping[int, Sequence[ScorecardRevision]]:
    """Scorecard's id -> its revisions in their order, of those that were revised; in one statement.

    Whether the actor may know of the scorecards is asked before.
    """
    found: dict[int, list[ScorecardRevision]] = {}
    for one in db.session.scalars(
        select(ScorecardRevision)
        .where(ScorecardRevision.scorecard_id.in_(scorecard_ids))
        .order_by(ScorecardRevision.id)
    ):
        found.setdefault(one.scorecard_id, []).append(one)
    return found


def own_revisions(assignment: Assignment) -> Sequence[ScorecardRevision]:
    """What its reviewer changed of a scorecard when it was discussed, in order."""
    card = assignment.scorecard
    return revisions_of([card.id]).get(card.id, ()) if card else ()
