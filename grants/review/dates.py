"""What review contributes to a reviewer's calendar: until when their scorecards are due."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.persistence.changes import changes_of
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment
from grants.review.queries.scope import joined, stands


def dates(actor: Actor) -> list[Entry]:
    """When reviews are due, for each stage in which the actor reads something; cases hidden from them do not count."""
    if not actor.may("review.score"):
        return []
    reads = (
        joined(select(Assignment.stage_id).select_from(Assignment))
        .where(Assignment.reviewer_id == actor.person_id, stands(), not_conflicted(actor, Application.case_id))
        .group_by(Assignment.stage_id)
        .subquery()
    )
    stages = db.session.scalars(
        select(CycleStage)
        .join(reads, reads.c.stage_id == CycleStage.id)
        .join(CycleStage.cycle)
        .options(contains_eager(CycleStage.cycle))
        .where(CycleStage.reviews_due_at.is_not(None))
        .order_by(CycleStage.reviews_due_at, CycleStage.id)
    ).all()
    moved = changes_of("cycle_stage", [stage.public_id for stage in stages], ["cycle.move_dates"])
    found = []
    for stage in stages:
        change = moved.get(stage.public_id)
        found.append(
            Entry(
                f"reviews:{stage.public_id}",
                f"Reviews due: {stage.title}, {stage.cycle.title}",
                stage.reviews_due_at or stage.closes_at,
                change.last_at if change else stage.cycle.opened_at,
                url=address_of("review.assignments"),
                changes=change.times if change else 0,
            )
        )
    return found
