"""What monitoring does in the background: it schedules what is owed, and reminds people before and after."""

from datetime import timedelta

from sqlalchemy import select

from grants.awards.queries import award_by_id
from grants.background import job, periodic
from grants.kernel.clock import today
from grants.kernel.policy import SYSTEM
from grants.monitoring import services
from grants.monitoring.models import Requirement
from grants.monitoring.services.reminding import REMIND_WITHIN, remind
from grants.persistence.session import db, unit_of_work

BATCH = 200


@job("monitoring.schedule", "Schedule what a grantee owes")
def schedule(award_id: str) -> None:
    """Schedule what an award owes, as far as the dates are known."""
    with unit_of_work():
        services.schedule_requirements(SYSTEM, award_by_id(award_id))


@periodic("monitoring.remind", "0 15 * * *", "Write the day’s reminders", long=True)
def remind_all() -> None:
    """Write the day's reminders. Each is written once, so running again writes what is missing."""
    last = today("UTC") + timedelta(days=REMIND_WITHIN)
    owed = select(Requirement.id).where(Requirement.state.in_(("scheduled", "returned")), Requirement.due_on <= last)
    ids = db.session.scalars(owed.order_by(Requirement.id)).all()
    for start in range(0, len(ids), BATCH):
        with unit_of_work() as session:
            batch = Requirement.id.in_(ids[start : start + BATCH])
            for requirement in session.scalars(select(Requirement).where(batch)):
                remind(requirement)
