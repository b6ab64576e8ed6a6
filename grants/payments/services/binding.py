"""What follows for money when an agreement is put in force, in the transaction that does it."""

from grants.awards.models import Award
from grants.awards.purse import register_purse
from grants.kernel.policy import SYSTEM
from grants.payments.services.commitments import obligate_award, shortage
from grants.payments.services.planning import date_installments, plan_installments, schedule_of


class Funds:
    """The funds of the award's cycle, as agreements ask them."""

    def lacking(self, award: Award) -> str | None:
        """Which funds hold too little for the award, and how much is missing."""
        return shortage(award)

    def bind(self, award: Award) -> None:
        """Obligate the award, and date the payments that count from the signatures.

        raises   TooLittle
        """
        obligate_award(SYSTEM, award)
        lines = schedule_of(award)
        plan_installments(SYSTEM, award, lines)
        date_installments(SYSTEM, award, lines)


register_purse(Funds())
