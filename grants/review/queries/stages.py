"""Stages with something to review."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Scorecard
from grants.review.queries.scope import REVIEWABLE, joined, sits, stands
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class StageLine:
    """One stage as the list of panels shows it; counts leave out cases the reader has a conflict with."""

    stage: CycleStage
    applications: int
    members: int
    assigned: int
    submitted: int


def review_stages(actor: Actor, page: int = 1) -> Page[StageLine]:
    """Application stages that have submissions or a panel, the newest deadline first; five statements."""
    if not actor.may("review.read"):
        return Page((), 1, PAGE_SIZE, 0)
    under_review = and_(Application.state.in_(REVIEWABLE), not_conflicted(actor, Application.case_id))
    found = paginate(
        select(CycleStage)
        .where(
            exists().where(Application.stage_id == CycleStage.id, under_review)
            | exists().where(PanelMember.stage_id == CycleStage.id)
        )
        .options(joinedload(CycleStage.cycle))
        .order_by(CycleStage.closes_at.desc(), CycleStage.id.desc()),
        page,
    )
    shown = [stage.id for stage in found.items]
    applications = _counts(
        select(Application.stage_id, func.count()).where(under_review, Application.stage_id.in_(shown))
    )
    members = _counts(select(PanelMember.stage_id, func.count()).where(PanelMember.stage_id.in_(shown), sits()))
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
            .where(stands(), not_conflicted(actor, Application.case_id), Application.stage_id.in_(shown))
            .group_by(Application.stage_id)
        )
    }
    lines = [
        StageLine(stage, applications.get(stage.id, 0), members.get(stage.id, 0), *cards.get(stage.id, (0, 0)))
        for stage in found.items
    ]
    return Page(lines, found.number, found.size, found.total)


def _counts(statement: Select[int, int]) -> Mapping[int, int]:
    return dict(db.session.execute(statement.group_by(statement.selected_columns[0])).all())
