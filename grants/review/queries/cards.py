"""A scorecard as it stands, and what its reviewer may do and see."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from grants.applications.models import Application
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import Pitch, Rubric
from grants.review.marking import ABSTAIN, Card, MarkValue
from grants.review.models import Assignment, Mark, PanelMember, Scorecard
from grants.review.pitch_models import PitchCard, PitchMark
from grants.review.policy import ScorableAssignment, may_see_others
from grants.review.queries.piles import is_submitted
from grants.review.queries.scope import (
    counts,
    declared_for_application,
    has_conflict,
    joined,
    standing_of,
    with_program,
)
from grants.review.steps import Step


def rubric_of(stage: CycleStage) -> Rubric:
    """The rubric by which the stage's submissions are judged."""
    definition = definition_of(stage.cycle)
    return definition.rubric(definition.application_stage(stage.key).review.rubric)


def pitch_of(stage: CycleStage) -> Pitch | None:
    """What the program says of the stage's pitch; None where it has none."""
    return definition_of(stage.cycle).application_stage(stage.key).pitch


def pitch_rubric_of(stage: CycleStage) -> Rubric:
    """The rubric by which the stage's pitches are judged.

    raises   Missing where the stage has no pitch
    """
    if (pitch := pitch_of(stage)) is None:
        raise Missing("This stage has no pitch.")
    return definition_of(stage.cycle).rubric(pitch.rubric)


def card_of(scorecard: Scorecard | PitchCard | None) -> Card:
    """What stands on a scorecard, or on a card of a pitch; an empty card where none is begun."""
    marks: Sequence[Mark | PitchMark] = scorecard.marks if scorecard else []
    answers = {mark.criterion: value for mark in marks if (value := _value(mark)) is not None}
    return Card(answers, {mark.criterion: mark.comment for mark in marks if mark.comment})


def _value(mark: Mark | PitchMark) -> MarkValue | None:
    if mark.abstained:
        return ABSTAIN
    return mark.value if mark.passed is None else mark.passed


def scorable(assignment: Assignment) -> ScorableAssignment:
    """What the policy asks before anything is written on the assignment's scorecard, as it is at this moment."""
    declared, conflicted, revoked_at = db.session.execute(
        joined(
            select(
                declared_for_application(Assignment.reviewer_id),
                has_conflict(Assignment.reviewer_id, Application.case_id),
                Assignment.revoked_at,
            ).select_from(Assignment)
        ).where(Assignment.id == assignment.id)
    ).one()
    return ScorableAssignment(
        reviewer_id=assignment.reviewer_id,
        is_declared=bool(declared),
        conflict_declared=bool(conflicted),
        is_revoked=revoked_at is not None,
        is_closed=assignment.stage.released_at is not None,
        left=_left(assignment),
    )


def _left(assignment: Assignment) -> Step | None:
    member = db.session.scalar(
        select(PanelMember)
        .where(PanelMember.stage_id == assignment.stage_id, PanelMember.person_id == assignment.reviewer_id)
        .options(with_program(PanelMember.stage))
    )
    return next(iter(standing_of(member).left), None) if member else None


def others_totals(actor: Actor, assignment: Assignment) -> Sequence[Decimal] | None:
    """The other reviewers' totals on the same submission, highest first, without names; None while they are hidden."""
    if assignment.reviewer_id != actor.person_id:
        return None
    rule = definition_of(assignment.stage.cycle).application_stage(assignment.stage.key).review.others_scores
    if not may_see_others(rule, is_submitted(assignment)):
        return None
    totals = db.session.scalars(
        joined(select(Scorecard.total).join(Scorecard.assignment))
        .where(
            Application.id == assignment.submission.application_id,
            Assignment.id != assignment.id,
            counts(),
            Scorecard.total.is_not(None),
        )
        .order_by(Scorecard.total.desc())
    )
    return [total for total in totals if total is not None]
