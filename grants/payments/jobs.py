"""What payments do when an award is offered or answered. Run twice, each job changes nothing more."""

import logging

from grants.awards import queries as awards
from grants.background import job
from grants.kernel.policy import SYSTEM
from grants.payments import services
from grants.persistence.session import unit_of_work

log = logging.getLogger(__name__)


@job(services.COMMIT, "Set an award’s money aside")
def commit_award(award_id: str) -> None:
    """Set the money of an offered award aside.

    Too little is no fault: the award waits, finance sees it among those without money, and money that comes in asks
    again.
    """
    try:
        with unit_of_work():
            services.commit_award(SYSTEM, awards.award_by_id(award_id))
    except services.TooLittle:
        log.info("award %s waits for money", award_id)


@job("payments.release_commitment", "Give back money that was set aside")
def release_commitment(award_id: str) -> None:
    """Give the money of a declined award back."""
    with unit_of_work():
        services.release_commitment(SYSTEM, awards.award_by_id(award_id))


@job("payments.plan_installments", "Plan an award’s payments")
def plan_installments(award_id: str) -> None:
    """Plan the payments of an accepted award."""
    with unit_of_work():
        award = awards.award_by_id(award_id)
        services.plan_installments(SYSTEM, award, services.schedule_of(award))
