"""Stages with something to review."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.queries.scope import REVIEWABLE, joined, stands
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class StageLine:
    """One stage as the list of panels shows it; counts leave out cases the reader has a conflict with."""

    stage: CycleStage
    applications: int
    members: int
    assigned: int
    submitted: int


def review_stages(actor: Actor) -> list[StageLine]:
    """Application stages that have submissions or a panel, the newest deadline first; four statements."""
    if not actor.may("review.read"):
        return []
    applications = _counts(
        select(Application.stage_id, func.count()).where(
            Application.state.in_(REVIEWABLE), not_conflicted(actor, Application.case_id)
        )
    )
    members = _counts(select(PanelMember.stage_id, func.count()))
    cards = {
        stage_id: (assigned, submitted)
        for stage_id, assigned, submitted in db.session.execute(
            joined(
                select(
                    Application.stage_id,
                    func.count(),
                    func.count(case((Scorecard.state == ScorecardState.SUBMITTED, 1))),
                ).select_from(Assignment)
            )
            .outerjoin(Scorecard, Scorecard.assignment_id == Assignment.id)
            .where(stands(), not_conflicted(actor, Application.case_id))
            .group_by(Application.stage_id)
        )
    }
    stages = db.session.scalars(
        select(CycleStage)
        .where(CycleStage.id.in_(applications.keys() | members.keys()))
        .options(joinedload(CycleStage.cycle))
        .order_by(CycleStage.closes_at.desc(), CycleStage.id.desc())
    )
    return [
        StageLine(stage, applications.get(stage.id, 0), members.get(stage.id, 0), *cards.get(stage.id, (0, 0)))
        for stage in stages
    ]


def _counts(statement: Select[int, int]) -> Mapping[int, int]:
    return dict(db.session.execute(statement.group_by(statement.selected_columns[0])).all())
