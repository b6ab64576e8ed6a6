"""Reviewers are reminded by the clock."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.background import periodic
from grants.kernel.clock import now
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import services
from grants.review.models import PanelMember
from grants.review.queries.scope import sits, with_program
from grants.review.services.reminding import STEPS

BATCH: Final = 100


@periodic("review.remind", "5 15 * * *", "Remind reviewers of open scorecards", long=True)
def remind_reviewers() -> None:
    """Write the day's reminders. Each is written once, so running again writes what is missing."""
    first, last = now() + timedelta(days=min(STEPS) - 30), now() + timedelta(days=max(STEPS) + 1)
    members = (
        select(PanelMember.id)
        .join(PanelMember.stage)
        .where(CycleStage.reviews_due_at.between(first, last), CycleStage.released_at.is_(None), sits())
    )
    ids = db.session.scalars(members.order_by(PanelMember.id)).all()
    for start in range(0, len(ids), BATCH):
        with unit_of_work() as session:
            batch = (
                select(PanelMember)
                .where(PanelMember.id.in_(ids[start : start + BATCH]))
                .options(joinedload(PanelMember.person), with_program(PanelMember.stage))
            )
            for member in session.scalars(batch.order_by(PanelMember.id)):
                services.remind_of_reviews(member)
