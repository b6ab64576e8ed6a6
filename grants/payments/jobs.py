"""What payments do when an award is offered, answered or put in force. Run twice, each job changes nothing more."""

from grants.awards import queries as awards
from grants.awards.models import Award
from grants.background import job
from grants.kernel.policy import SYSTEM
from grants.payments import services
from grants.persistence.session import unit_of_work
from grants.programs.queries import definition_of
from grants.programs.schema import ScheduleLine


@job("payments.commit_award")
def commit_award(award_id: str) -> None:
    """Set the money of an offered award aside; while its funds hold too little this fails, and is tried again."""
    with unit_of_work():
        services.commit_award(SYSTEM, awards.award_by_id(award_id))


@job("payments.release_commitment")
def release_commitment(award_id: str) -> None:
    """Give the money of a declined award back."""
    with unit_of_work():
        services.release_commitment(SYSTEM, awards.award_by_id(award_id))


@job("payments.plan_installments")
def plan_installments(award_id: str) -> None:
    """Plan the payments of an accepted award."""
    with unit_of_work():
        award = awards.award_by_id(award_id)
        services.plan_installments(SYSTEM, award, _schedule(award))


@job("payments.obligate_award")
def obligate_award(award_id: str) -> None:
    """Bind the money of an award whose agreement is in force, and date the payments that count from there."""
    with unit_of_work():
        award = awards.award_by_id(award_id)
        lines = _schedule(award)
        services.obligate_award(SYSTEM, award)
        services.plan_installments(SYSTEM, award, lines)
        services.date_installments(SYSTEM, award, lines)


def _schedule(award: Award) -> tuple[ScheduleLine, ...]:
    definition = definition_of(award.stage.cycle)
    return definition.schedule(definition.application_stage(award.stage.key).schedule)
