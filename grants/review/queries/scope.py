"""Which applications, assignments and scorecards exist for whom, as SQL predicates."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeVarTuple

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from grants.applications.models import Application, Submission
from grants.casework.visibility import Time, free_of_conflict, has_conflict, not_conflicted
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.states import ScorecardState
from grants.review.steps import StepsTaken, text_hash

REVIEWABLE: Final = ("submitted", "returned")
"""States of an application in which its newest submission is read and scored; there is none without a submission."""

# Each is named once: SQLAlchemy looks through a table whenever it meets an alias of it for the first time.
_first, _any, _newest = aliased(Submission), aliased(Submission), aliased(Submission)
Column = ColumnElement[Any] | Any
Selected = TypeVarTuple("Selected")


def with_program(stage: InstrumentedAttribute[CycleStage] | None = None) -> ExecutableOption:
    """Load a statement's stages, or those of a relationship, with cycle and program version."""
    cycle = joinedload(CycleStage.cycle) if stage is None else joinedload(stage).joinedload(CycleStage.cycle)
    return cycle.joinedload(Cycle.program_version)


def sits() -> ColumnElement[bool]:
    """Holds for members of a panel who have not left it; needs `PanelMember` in the statement."""
    return PanelMember.left_at.is_(None)


def declared_for_application(person_id: Column, during: Time | None = None) -> ColumnElement[bool]:
    """Holds where the person declared their conflicts when the application was already among the stage's applicants.

    Needs `Application` in the statement. Who applies after that, by an extended deadline, is asked about again.
    during   a time past: who has left the panel since then still sat on it
    """
    return exists().where(
        PanelMember.stage_id == Application.stage_id,
        PanelMember.person_id == person_id,
        sits() if during is None else or_(sits(), PanelMember.left_at > during[0]),
        _first.application_id == Application.id,
        _first.number == 1,
        PanelMember.declared_at >= _first.submitted_at,
    )


def in_force() -> ColumnElement[bool]:
    """Holds for assignments that are neither revoked nor in conflict, whatever became of the application.

    Needs `Assignment`, its `Submission` and `Application` in the statement.
    """
    return and_(Assignment.revoked_at.is_(None), ~has_conflict(Assignment.reviewer_id, Application.case_id))


def stands() -> ColumnElement[bool]:
    """Holds for assignments that are in force on an application under review. Needs the same."""
    return and_(in_force(), Application.state.in_(REVIEWABLE))


def counts() -> ColumnElement[bool]:
    """Holds for scorecards whose marks count. Needs the same as `stands`, and `Scorecard`."""
    return and_(stands(), Scorecard.state == ScorecardState.SUBMITTED)


def is_open() -> ColumnElement[bool]:
    """Holds for assignments whose scorecard is still to be submitted; asked before whether they stand, which most are
    that nobody waits for.
    """
    submitted = (Scorecard.assignment_id == Assignment.id, Scorecard.state == ScorecardState.SUBMITTED)
    return ~exists().where(*submitted)


def standing_of(member: PanelMember) -> StepsTaken:
    """How far a member of a panel is, read with stage, cycle and program version."""
    rules = definition_of(member.stage.cycle).application_stage(member.stage.key).review
    return StepsTaken(
        agreed=member.terms_sha256 == text_hash(rules.terms),
        described=member.profile_at is not None,
        declared=member.declared_at is not None,
        trained=None if rules.calibration is None else member.calibrated_at is not None,
    )


def open_stages(actor: Actor) -> list[int]:
    """Ids of the stages for which the actor has accepted the terms in force, confirmed their profile, and trained where
    the stage asks for it. One statement; what a program asks for is kept by its hash.
    """
    return [member.stage_id for member in members_of(actor) if standing_of(member).is_open]


def members_of(actor: Actor) -> Sequence[PanelMember]:
    """The actor's places on panels, with stages, cycles and program versions."""
    return db.session.scalars(_members(), {"me": actor.person_id}).all()


@cache
def _members() -> Select[PanelMember]:
    """The statement, put together once: that takes longer than running it."""
    mine = select(PanelMember).where(PanelMember.person_id == bindparam("me"), sits())
    return mine.options(with_program(PanelMember.stage))


def own_assignments(actor: Actor) -> Select[Assignment]:
    """The assignments a reviewer may know of, all of which stand; nothing before they took every step and declared."""
    asked = as_reviewer(actor, members_of(actor))
    return _assignments_of(asked["me"], asked["ties"], asked["stages"])


@cache
def own_in_general() -> Select[Assignment]:
    """The same for whoever `as_reviewer` says, as a statement that stays the same: what every request of a reviewer
    asks is put together once, since that takes longer than running it.
    """
    several: dict[str, BindParameter[Any]] = {name: bindparam(name, expanding=True) for name in ("ties", "stages")}
    return _assignments_of(bindparam("me"), several["ties"], several["stages"])


def as_reviewer(actor: Actor, members: Sequence[PanelMember]) -> dict[str, Any]:
    """What `own_in_general` is run with; `members` are the actor's places on panels."""
    return on_panels(actor, [member.stage_id for member in members if standing_of(member).is_open])


def on_panels(actor: Actor, stages: Sequence[int]) -> dict[str, Any]:
    """The same for stages on whose panels the actor is known to have taken every step."""
    own = sorted(actor.ties)
    return {"me": actor.person_id, "ties": own, "stages": stages if actor.may("review.score") else []}


def _assignments_of(person_id: Column, own: Any, stages: Any) -> Select[Assignment]:
    came = select(_first.submitted_at).where(_first.application_id == Application.id, _first.number == 1)
    # Their place on the panel is found once, and then its pile: one reviewer's, of a stage with thousands of others.
    mine = and_(
        PanelMember.person_id == person_id,
        PanelMember.stage_id.in_(stages),
        sits(),
        Assignment.revoked_at.is_(None),
        Application.state.in_(REVIEWABLE),
        free_of_conflict(person_id, own, Application.case_id),
        # As in `declared_for_application`, for a place that is known.
        PanelMember.declared_at >= came.correlate(Application).scalar_subquery(),
    )
    place = and_(Assignment.stage_id == PanelMember.stage_id, Assignment.reviewer_id == PanelMember.person_id)
    return joined(select(Assignment)).join(PanelMember, place).order_by(Assignment.id).where(mine)


def joined(statement: Select[*Selected]) -> Select[*Selected]:
    """The same statement with each assignment's submission and application in it."""
    return statement.join(Submission, Assignment.submission_id == Submission.id).join(
        Application, Submission.application_id == Application.id
    )


def reviewable_applications(actor: Actor, stage: CycleStage) -> Select[Application]:
    """The stage's applications that are under review, without those the actor has a conflict with."""
    return select(Application).where(Application.stage_id == stage.id, is_reviewable(actor))


def is_reviewable(actor: Actor) -> ColumnElement[bool]:
    """Holds for applications under review, but those the actor has a conflict with."""
    return and_(Application.state.in_(REVIEWABLE), not_conflicted(actor, Application.case_id))


@cache
def newest_submission_id() -> ColumnElement[int]:
    """The id of an application's newest submission; needs `Application` in the statement."""
    number = (
        select(func.max(_any.number)).where(_any.application_id == Application.id).correlate(Application)
    ).scalar_subquery()
    return (
        select(_newest.id)
        .where(_newest.application_id == Application.id, _newest.number == number)
        .correlate(Application)
        .scalar_subquery()
    )
