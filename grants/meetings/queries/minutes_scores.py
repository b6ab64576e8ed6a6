"""The scores in the minutes of a meeting: what was given in writing, and at a pitch what was given to it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from grants.applications.models import Application
from grants.documents.facts import Block, table
from grants.kernel.marks import rounded
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.policy import may_see_scores
from grants.meetings.queries.meetings import is_over, seat_of
from grants.meetings.queries.pitch_cards import is_pitch
from grants.people.models import Person
from grants.persistence.session import db
from grants.review.models import Assignment, Scorecard
from grants.review.pitch_models import PitchCard
from grants.review.queries import counts_at_pitch, review_rules, totals_before
from grants.review.queries.scope import counts, joined, own_assignments
from grants.review.scoring import summarize
from grants.review.states import ScorecardState


class ScoreLine(NamedTuple):
    """One reviewer's totals, 0 to 100: as first submitted, and as they are now; None for who abstained."""

    name: str
    first: Decimal | None
    total: Decimal | None
    is_revised: bool = False


def scores_table(scores: Sequence[ScoreLine]) -> Block:
    """The written scores of one line; both, where some were revised."""
    mean = _mean([one.total for one in scores])
    if not any(one.is_revised for one in scores):
        rows = [(one.name, _said(one.total)) for one in scores]
        return table("Scores of 100", ("Reviewer", "Submitted"), rows, numeric=(1,), total=("Mean", mean))
    both = [(one.name, _said(one.first), _said(one.total) if one.is_revised else "") for one in scores]
    first = _mean([one.first for one in scores])
    columns = ("Reviewer", "Submitted", "After discussion")
    return table("Scores of 100", columns, both, numeric=(1, 2), total=("Mean", first, mean))


def pitch_table(scores: Sequence[ScoreLine]) -> Block:
    """What one pitch was given."""
    rows = [(one.name, _said(one.total)) for one in scores]
    mean = _mean([one.total for one in scores])
    return table("The pitch, of 100", ("Member", "Given"), rows, numeric=(1,), total=("Mean", mean))


def _mean(totals: Sequence[Decimal | None]) -> str:
    score = summarize(totals)
    return rounded(score.mean) if score else ""


def _said(total: Decimal | None) -> str:
    return "abstained" if total is None else rounded(total)


def items_with_scores(actor: Actor, meeting: Meeting, items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """The lines whose scores the reader may see."""
    was_there = select(Attendance.id).where(
        Attendance.meeting_id == meeting.id,
        Attendance.person_id == actor.person_id,
        Attendance.first_joined_at.is_not(None),
    )
    is_in = db.session.scalar(was_there) is not None
    own = own_assignments(actor).where(Assignment.stage_id == meeting.stage_id).with_only_columns(Application.id)
    owed = own.where(~Assignment.scorecard.has(Scorecard.state == ScorecardState.SUBMITTED)).order_by(None)
    owes = set(db.session.scalars(owed).all())
    rule, reads = review_rules(meeting.stage).others_scores, actor.may("review.read")
    return [
        one for one in items if may_see_scores(reads=reads, rule=rule, is_in=is_in, owes_own=one.application_id in owes)
    ]


def scores_of(items: Sequence[AgendaItem]) -> Mapping[int, Sequence[ScoreLine]]:
    """Line's id -> the written scores of its application that count."""
    by_application = {one.application_id: one.id for one in items}
    rows = db.session.execute(
        joined(
            select(Application.id, Person.name, Scorecard.id, Scorecard.total)
            .select_from(Scorecard)
            .join(Scorecard.assignment)
        )
        .join(Assignment.reviewer)
        .where(Application.id.in_(by_application), counts())
        .order_by(Person.name, Scorecard.id)
    ).all()
    before = totals_before([row[2] for row in rows])
    found: dict[int, list[ScoreLine]] = {}
    for application_id, name, card_id, total in rows:
        line = ScoreLine(name, before.get(card_id, total), total, card_id in before)
        found.setdefault(by_application[application_id], []).append(line)
    return found


def items_with_pitches(actor: Actor, meeting: Meeting, items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """The lines whose pitch's scores the reader may see: while they may still score one, not before they did."""
    if not is_pitch(meeting):
        return []
    seat, rule = seat_of(actor, meeting), review_rules(meeting.stage).others_scores
    own = select(PitchCard.application_id).where(
        PitchCard.reviewer_id == actor.person_id, PitchCard.state == ScorecardState.SUBMITTED
    )
    given = set(db.session.scalars(own).all())
    scoring = seat is not None and seat.votes and not is_over(meeting) and actor.may("review.score")
    was_there, reads = seat is not None and seat.first_joined_at is not None, actor.may("review.read")
    return [
        one
        for one in items
        if may_see_scores(reads=reads, rule=rule, is_in=was_there, owes_own=scoring and one.application_id not in given)
    ]


def pitch_scores_of(items: Sequence[AgendaItem]) -> Mapping[int, Sequence[ScoreLine]]:
    """Line's id -> what its pitch was given, by member's name."""
    by_application = {one.application_id: one.id for one in items}
    rows = db.session.execute(
        select(PitchCard.application_id, Person.name, PitchCard.total)
        .join(PitchCard.application)
        .join(PitchCard.reviewer)
        .where(PitchCard.application_id.in_(by_application), counts_at_pitch())
        .order_by(Person.name, PitchCard.id)
    )
    found: dict[int, list[ScoreLine]] = {}
    for application_id, name, total in rows:
        found.setdefault(by_application[application_id], []).append(ScoreLine(name, total, total))
    return found
