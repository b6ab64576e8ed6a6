"""Stages with something to review."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.kernel.policy import Actor
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember, Tally
from grants.review.queries.scope import is_reviewable, sits


@dataclass(frozen=True)
class StageLine:
    """One stage as the list of panels shows it; counts leave out cases the reader has a conflict with."""

    stage: CycleStage
    applications: int
    members: int
    assigned: int
    submitted: int


def review_stages(actor: Actor, page: int = 1) -> Page[StageLine]:
    """Application stages that have submissions or a panel, the newest deadline first; four statements."""
    if not actor.may("review.read"):
        return Page((), 1, PAGE_SIZE, 0)
    under_review = is_reviewable(actor)
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
    cards = {
        stage_id: (applications, assigned, submitted)
        for stage_id, applications, assigned, submitted in db.session.execute(
            select(
                Application.stage_id,
                func.count(),
                func.coalesce(func.sum(Tally.assigned), 0),
                func.coalesce(func.sum(Tally.scorecards), 0),
            )
            .outerjoin(Tally, Tally.application_id == Application.id)
            .where(under_review, Application.stage_id.in_(shown))
            .group_by(Application.stage_id)
        )
    }
    on_panel = select(PanelMember.stage_id, func.count()).where(PanelMember.stage_id.in_(shown), sits())
    members = dict(db.session.execute(on_panel.group_by(PanelMember.stage_id)).all())
    lines = []
    for stage in found.items:
        applications, *counts = cards.get(stage.id, (0, 0, 0))
        lines.append(StageLine(stage, applications, members.get(stage.id, 0), *counts))
    return Page(lines, found.number, found.size, found.total)
