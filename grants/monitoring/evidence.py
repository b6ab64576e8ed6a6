"""What reviewers of a later stage are told of a grantee: what was owed, and whether it came in time."""

from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.awards.models import Award
from grants.monitoring.calendar import Timeliness
from grants.monitoring.models import Requirement
from grants.monitoring.queries import lateness_of, status_of
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.milestones import Milestone, tell_of_milestones


def _milestones(case_id: int, stage_id: int) -> list[Milestone]:
    owed = db.session.scalars(_owed(), {"case_id": case_id, "stage_id": stage_id})
    return [_milestone(one) for one in owed]


@cache
def _owed() -> Select[Requirement]:
    """The statement, put together once: that takes longer than running it."""
    return (
        select(Requirement)
        .join(Requirement.award)
        .where(Award.case_id == bindparam("case_id"), Award.stage_id == bindparam("stage_id"))
        .options(
            contains_eager(Requirement.award).joinedload(Award.stage).joinedload(CycleStage.cycle),
            joinedload(Requirement.check_in),
        )
        .order_by(Requirement.due_on, Requirement.id)
    )


def _milestone(one: Requirement) -> Milestone:
    lateness = lateness_of(one)
    days_late = lateness.days if lateness.timeliness is Timeliness.LATE else 0
    return Milestone(one.title, status_of(one), one.due_on, days_late, (one.account or "").strip())


tell_of_milestones(_milestones)
