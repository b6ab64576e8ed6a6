"""What reviewing does in the background: working out how far a stage's scores can be trusted."""

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.background import job
from grants.persistence.session import db, unit_of_work
from grants.programs.models import Cycle, CycleStage
from grants.review.models import Assignment
from grants.review.services.analysing import analyse
from grants.review.services.tallies import ANALYSE, reckon


@job(ANALYSE, "Work out how far a panel’s scores can be trusted", long=True)
def analyse_stage(stage_id: str) -> None:
    """Analyse one stage, as its scores are now."""
    stage = db.session.scalar(
        select(CycleStage)
        .where(CycleStage.public_id == stage_id)
        .options(joinedload(CycleStage.cycle).joinedload(Cycle.program_version))
    )
    if stage is not None:
        analyse(stage)


@job("review.reckon", "Add up a panel’s scorecards", long=True)
def reckon_all() -> None:
    """Add up every application that has reviewers, a batch at a time: for databases older than the tallies."""
    last, batch = 0, 100
    read = exists().where(Assignment.submission_id == Submission.id, Submission.application_id == Application.id)
    while True:
        with unit_of_work():
            ids = db.session.scalars(
                select(Application.id).where(Application.id > last, read).order_by(Application.id).limit(batch)
            ).all()
            reckon(ids)
        if len(ids) < batch:
            return
        last = ids[-1]
