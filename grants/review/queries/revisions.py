"""What scorecards gave before they were revised."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, bindparam, column, select, table
from sqlalchemy.orm import joinedload

from grants.applications.models import Submission
from grants.people.models import Person
from grants.persistence.session import db
from grants.review.models import Assignment, Scorecard
from grants.review.revision_models import ScorecardRevision
from grants.review.states import ScorecardState

# Meetings are a later step, which this one may not import; that a line of an agenda belongs to one is all it asks.
_item = table("agenda_item", column("public_id"), column("meeting_id")).alias("discussed_line")
_meeting = table("meeting", column("id"), column("title")).alias("discussing_meeting")


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


def first_totals(application_ids: Collection[int]) -> Mapping[int, Mapping[int, Decimal | None]]:
    """Application's id -> reviewer's id -> the total first submitted, of scorecards revised since; in one statement.

    Of assignments that were not taken back; whether the scorecards count, and whether the actor may know of the
    applications, is asked before.
    """
    found: dict[int, dict[int, Decimal | None]] = {}
    rows = db.session.execute(_first_totals(), {"applications": list(application_ids)})
    for application_id, reviewer_id, total in rows:
        found.setdefault(application_id, {})[reviewer_id] = total
    return found


@cache
def _first_totals() -> Select[int, int, Decimal | None]:
    """The statement, put together once: that takes longer than running it."""
    return (
        select(Submission.application_id, Assignment.reviewer_id, ScorecardRevision.total_before)
        .select_from(ScorecardRevision)
        .join(ScorecardRevision.scorecard)
        .join(Scorecard.assignment)
        .join(Submission, Assignment.submission_id == Submission.id)
        .where(
            Submission.application_id.in_(bindparam("applications", expanding=True, type_=Integer)),
            Assignment.revoked_at.is_(None),
        )
        .order_by(ScorecardRevision.id.desc())
    )


class Revised(NamedTuple):
    """One revision as a file holds it; totals are 0 to 100, or None where everything that counts was abstained from."""

    at: datetime
    by: str
    before: Decimal | None
    after: Decimal | None
    reason: str
    meeting: str


def revised(scorecard_ids: Collection[int]) -> Mapping[int, Sequence[Revised]]:
    """Scorecard's id -> its revisions in their order, with who made them and at which meeting; in one statement.

    Whether the actor may know of the scorecards is asked before.
    """
    found: dict[int, list[Revised]] = {}
    for number, *said in db.session.connection().execute(_revised(), {"cards": list(scorecard_ids)}):
        found.setdefault(number, []).append(Revised(*said))
    return found


@cache
def _revised() -> Select[Any]:
    """The statement, put together once: a file asks it for each of its parts."""
    one = ScorecardRevision
    return (
        select(one.scorecard_id, one.at, Person.name, one.total_before, one.total_after, one.reason, _meeting.c.title)
        .join(one.by)
        .join(_item, _item.c.public_id == one.discussed_in)
        .join(_meeting, _meeting.c.id == _item.c.meeting_id)
        .where(one.scorecard_id.in_(bindparam("cards", expanding=True, type_=Integer)))
        .order_by(one.id)
    )


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
    for one in db.session.scalars(_revisions_of(), {"cards": list(scorecard_ids)}):
        found.setdefault(one.scorecard_id, []).append(one)
    return found


@cache
def _revisions_of() -> Select[ScorecardRevision]:
    """The statement, put together once: that takes longer than running it."""
    of_cards = ScorecardRevision.scorecard_id.in_(bindparam("cards", expanding=True))
    return select(ScorecardRevision).where(of_cards).order_by(ScorecardRevision.id)


def own_revisions(assignment: Assignment) -> Sequence[ScorecardRevision]:
    """What its reviewer changed of a submitted scorecard when it was discussed, in order; of a draft nothing."""
    card = assignment.scorecard
    if card is None or card.state != ScorecardState.SUBMITTED:
        return ()
    return revisions_of([card.id]).get(card.id, ())
