"""What is up, as those in the room see it: the scores it has, and what may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.applications.models import Application, Submission
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance
from grants.meetings.policy import may_see_scores
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.schema import Rubric
from grants.review.marking import MarkValue
from grants.review.models import Assignment, Scorecard
from grants.review.queries import assignment_for, is_submitted, review_rules, revisions_of, rubric_of
from grants.review.queries.scope import counts, joined, own_assignments
from grants.review.revision_models import ScorecardRevision
from grants.review.scoring import SubmissionScore, summarize


@dataclass(frozen=True)
class Scored:
    """One reviewer's submitted scorecard.

    revisions   what was changed of it at meetings, with the reasons, in order
    """

    reviewer: str
    is_own: bool
    scorecard: Scorecard
    revisions: Sequence[ScorecardRevision] = ()

    @property
    def before(self) -> Decimal | None:
        """The total it was first submitted with, 0 to 100; None where it was not revised, or had none."""
        return self.revisions[0].total_before if self.revisions else None

    @property
    def first_marks(self) -> Mapping[str, MarkValue]:
        """Criterion -> the mark it was first submitted with; empty where it was not revised."""
        return self.revisions[0].before["marks"] if self.revisions else {}

    @property
    def total(self) -> Decimal | None:
        return self.scorecard.total


@dataclass(frozen=True)
class Scores:
    """What an application was given, as somebody in the room may see it.

    rows      the submitted scorecards, by reviewer's name; only their own where they may not see the others'
    score     mean and spread of the totals; None where the others are hidden, or there is none
    hidden    in words, why the others are not shown; nothing when they are
    own       the actor's own assignment
    """

    rubric: Rubric
    rows: Sequence[Scored]
    score: SubmissionScore | None
    hidden: str | None
    own: Assignment | None

    @property
    def totals(self) -> list[float]:
        return [float(one.total) for one in self.rows if one.total is not None]


def scores_for(actor: Actor, item: AgendaItem, seat: Attendance | None) -> Scores | None:
    """The scores of what is up, in four statements; None for a break. Whether the actor is out was asked before."""
    if item.application_id is None:
        return None
    stage = item.meeting.stage
    own = db.session.scalars(
        own_assignments(actor)
        .where(Application.id == item.application_id)
        .options(contains_eager(Assignment.submission).defer(Submission.content))
    ).first()
    rule = review_rules(stage).others_scores
    verdict = may_see_scores(
        reads=actor.may("review.read"),
        rule=rule,
        is_in=bool(seat and seat.is_in),
        owes_own=own is not None and not is_submitted(own),
    )
    rows = _rows(actor, item.application_id)
    if not verdict:
        rows = [one for one in rows if one.is_own]
    totals = [one.total for one in rows]
    score = summarize(totals) if verdict else None
    return Scores(rubric_of(stage), rows, score, verdict.reason, own)


def _rows(actor: Actor, application_id: int) -> list[Scored]:
    cards: Sequence[Scorecard] = db.session.scalars(
        joined(select(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .where(Application.id == application_id, counts())
        .options(
            contains_eager(Scorecard.assignment).options(contains_eager(Assignment.reviewer)),
            selectinload(Scorecard.marks),
        )
        .order_by(Person.name, Scorecard.id)
    ).all()
    revisions = revisions_of([one.id for one in cards])
    return [
        Scored(
            one.assignment.reviewer.name,
            one.assignment.reviewer_id == actor.person_id,
            one,
            revisions.get(one.id, ()),
        )
        for one in cards
    ]


def newest_submission(item: AgendaItem) -> Submission:
    """What is read of the application that is up. Whether the actor may know of it was asked before."""
    return db.session.scalars(
        select(Submission)
        .where(Submission.application_id == item.application_id)
        .order_by(Submission.number.desc(), Submission.id.desc())
        .limit(1)
        .options(joinedload(Submission.application).joinedload(Application.stage))
    ).one()


def own_assignment(actor: Actor, item: AgendaItem) -> Assignment:
    """The actor's own submitted scorecard on what is up, by its assignment.

    raises   Missing when they have none
    """
    found = db.session.scalars(own_assignments(actor).where(Application.id == item.application_id)).first()
    if found is None or not is_submitted(found):
        raise Missing("You have no submitted scorecard on this application.")
    return assignment_for(actor, found.public_id)
