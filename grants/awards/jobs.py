"""What awards do in the background. It looks at how things stand, so that twice is once."""

from sqlalchemy import select

from grants.awards import services
from grants.background import job
from grants.decisions.models import Decision
from grants.kernel.policy import SYSTEM
from grants.persistence.session import unit_of_work


@job("awards.offer", "Offer an award")
def offer(decision_id: str) -> None:
    """Offer the award of a decision that was just released."""
    with unit_of_work() as session:
        services.offer_award(SYSTEM, session.scalars(select(Decision).where(Decision.public_id == decision_id)).one())
