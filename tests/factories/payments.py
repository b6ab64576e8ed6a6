"""An award with its funds and the people around it, taken as far along its way as a test needs."""

from datetime import date

from sqlalchemy import select

from grants.awards import services as awards
from grants.awards.models import Award
from grants.background.runner import run_due
from grants.kernel.money import dollars
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import Role
from grants.payments import services as payments
from grants.payments.models import Fund, Installment
from grants.payments.queries import balance_of
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories.awards import award, cycle
from tests.factories.people import actor, person


class Story:
    """The people of one award, and what it came to."""

    def __init__(self) -> None:
        with unit_of_work():
            of = cycle()
            payments.open_fund(SYSTEM, of, "outside", "Outside money", 1_000_000_00)
            payments.open_fund(SYSTEM, of, "local", "Local money", 500_000_00)
            payments.open_fund(SYSTEM, of, "charters_only", "Charter money", 900_000_00)
            self.award: Award = award(of)
            self.lead, self.signatory = self.members()
            self.officer = actor(person("Olive Officer", Role.PROGRAM_OFFICER))
            self.finance = actor(person("Fay Finance", Role.FINANCE_OFFICER))
            self.director = actor(person("Dora Director", Role.DIRECTOR))
        run_due()

    def members(self) -> tuple[Actor, Actor]:
        """The lead and the signatory of the award's school."""
        lead, signatory = (one.person for one in self.award.case.organization.memberships)
        return actor(lead), actor(signatory)

    def funds(self) -> dict[str, tuple[str, ...]]:
        """Fund -> free, and the running totals committed, obligated, paid."""
        positions = [balance_of(fund) for fund in db.session.scalars(select(Fund).order_by(Fund.id))]
        return {
            one.fund.key: tuple(dollars(cents) for cents in (one.free, one.committed, one.obligated, one.paid))
            for one in positions
        }

    def installments(self) -> list[Installment]:
        return list(db.session.scalars(select(Installment).order_by(Installment.number)))

    def sign_all(self) -> None:
        with unit_of_work():
            awards.accept(self.lead, self.award)
        run_due()
        with unit_of_work():
            awards.sign(self.signatory, self.award, self.signatory.name, consent=True)
        with unit_of_work():
            awards.countersign(self.director, self.award, self.director.name)
        run_due()

    def first(self) -> Installment:
        return self.installments()[0]

    def pay_first(self, paid_on: date) -> Installment:
        """Ask for, approve and pay the first installment."""
        with unit_of_work():
            payments.request(self.officer, self.first())
        with unit_of_work():
            payments.approve(self.finance, self.first())
        with unit_of_work():
            payments.mark_paid(self.finance, self.first(), "ACH 4711", paid_on)
        return self.first()

    def person(self, who: Actor) -> Person:
        """The person behind an actor, to sign in as."""
        return db.session.get_one(Person, who.person_id)


def in_force() -> Story:
    """An award whose agreement is signed, its first installment ready to be asked for."""
    one = Story()
    one.sign_all()
    return one
