"""A scorecard as it stands, and what its reviewer may do and see."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from grants.applications.models import Application
from grants.casework.visibility import has_conflict
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
    REVIEWABLE,
    counts,
    declared_for_application,
    joined,
    standing_of,
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
    declared, conflicted, revoked_at, state, member = db.session.execute(_scorable(), {"id": assignment.id}).one()
    return ScorableAssignment(
        reviewer_id=assignment.reviewer_id,
        is_declared=bool(declared),
        conflict_declared=bool(conflicted),
        is_revoked=revoked_at is not None,
        is_reviewable=state in REVIEWABLE,
        is_closed=assignment.stage.released_at is not None,
        left=_left(member, assignment.stage),
    )


@cache
def _scorable() -> Select[bool, bool, datetime | None, str, PanelMember | None]:
    """The statement, put together once: that takes longer than running it."""
    member = aliased(PanelMember)
    asked = select(
        declared_for_application(Assignment.reviewer_id),
        has_conflict(Assignment.reviewer_id, Application.case_id),
        Assignment.revoked_at,
        Application.state,
        member,
    ).select_from(Assignment)
    on_panel = and_(member.stage_id == Assignment.stage_id, member.person_id == Assignment.reviewer_id)
    return joined(asked).outerjoin(member, on_panel).where(Assignment.id == bindparam("id"))


def _left(member: PanelMember | None, stage: CycleStage) -> Step | None:
    if member is None:
        return None
    set_committed_value(member, "stage", stage)  # the assignment's own, which is read already
    return next(iter(standing_of(member).left), None)


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
