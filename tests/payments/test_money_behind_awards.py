"""An agreement is put in force together with its money, or not at all; an award without money waits for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.awards import services as awards
from grants.awards.models import Award
from grants.background.models import Job
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import Role
from grants.payments import services as payments
from grants.payments.models import Fund
from grants.payments.queries import balance_of, check_ledger
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories import awards as factory
from tests.factories.awards import RELEASED
from tests.factories.people import actor, person

SHORT = r"Outside money has \$300,000 free: too little for the award of \$350,000 to School \d+. \$50,000 is missing."


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


class Poor:
    """Awards of $350,000 each, signed by their schools, on a fund that holds this much."""

    def __init__(self, holds: int, count: int) -> None:
        with unit_of_work():
            cycle = factory.cycle()
            self.fund_id = payments.open_fund(SYSTEM, cycle, "outside", "Outside money", holds).id
            self.director = actor(person("Dora Director", Role.DIRECTOR))
            self.finance = person("Fay Finance", Role.FINANCE_OFFICER)
            self.awards = [factory.award(cycle).id for _ in range(count)]
        run_due()
        for number in range(count):
            lead, signatory = self.members(number)
            with unit_of_work():
                awards.accept(lead, self.award(number))
            run_due()
            with unit_of_work():
                awards.sign(signatory, self.award(number), signatory.name, consent=True)

    def award(self, number: int = 0) -> Award:
        return db.session.get_one(Award, self.awards[number])

    def members(self, number: int) -> tuple[Actor, Actor]:
        lead, signatory = (one.person for one in self.award(number).case.organization.memberships)
        return actor(lead), actor(signatory)

    def countersign(self, number: int = 0) -> None:
        with unit_of_work():
            awards.countersign(self.director, self.award(number), self.director.name)

    def receive(self, amount: int) -> None:
        with unit_of_work():
            fund = db.session.get_one(Fund, self.fund_id)
            payments.receive(SYSTEM, fund, amount, "Second transfer", f"second {amount}")
        run_due()

    def balances(self) -> tuple[int, int, int]:
        """What the fund has free, committed and obligated, in whole dollars."""
        found = balance_of(db.session.get_one(Fund, self.fund_id, populate_existing=True))
        return found.free // 100, (found.committed - found.obligated) // 100, found.obligated // 100

    def states(self) -> list[str]:
        db.session.rollback()
        return [self.award(number).state for number in range(len(self.awards))]


def failed_jobs() -> list[str]:
    return list(db.session.scalars(select(Job.name).where(Job.state == "failed")))


def test_an_agreement_is_not_countersigned_before_its_money_is_there(app: Flask) -> None:
    poor = Poor(holds=300_000_00, count=1)
    with pytest.raises(Clash, match=SHORT):
        poor.countersign()
    agreement = poor.award().agreement
    assert agreement is not None
    assert (poor.award().state, agreement.state, agreement.countersigned_at) == ("accepted", "signed", None)
    assert poor.balances() == (300_000, 0, 0)

    poor.receive(49_999_99)
    assert poor.balances() == (349_999, 0, 0)
    poor.receive(1)
    assert poor.balances() == (0, 350_000, 0)  # asked for again by the money that came in
    poor.countersign()
    assert (poor.award().state, poor.balances()) == ("active", (0, 0, 350_000))
    assert (failed_jobs(), check_ledger()) == ([], [])


def test_in_force_means_obligated_and_dated_without_waiting_for_a_job(app: Flask) -> None:
    from grants.payments.models import Installment

    poor = Poor(holds=350_000_00, count=1)
    poor.countersign()
    assert poor.balances() == (0, 0, 350_000)
    due = db.session.scalars(select(Installment.due_on).order_by(Installment.number)).all()
    assert [one.isoformat() for one in due if one] == ["2016-06-11", "2017-07-15", "2018-07-15"]


def test_money_that_a_declined_award_gives_back_goes_to_the_one_that_waits(app: Flask) -> None:
    with unit_of_work():
        cycle = factory.cycle()
        payments.open_fund(SYSTEM, cycle, "outside", "Outside money", 400_000_00)
        first, second = (factory.award(cycle) for _ in range(2))
    run_due()
    assert [bool(one.funding) for one in (first, second)] == [True, False]
    lead = actor(first.case.organization.memberships[0].person)
    with unit_of_work():
        awards.decline(lead, first, "Our principal is leaving.")
    run_due()
    db.session.expire_all()
    assert (first.state, [(part.fund_key, part.amount) for part in second.funding]) == (
        "declined",
        [("outside", 350_000_00)],
    )
    assert (failed_jobs(), check_ledger()) == ([], [])


def test_two_awards_that_race_for_the_last_dollars(app: Flask) -> None:
    """Neither has its money yet when both are countersigned at the same moment: one gets all of it, one is refused."""
    poor = Poor(holds=300_000_00, count=2)
    with unit_of_work():
        fund = db.session.get_one(Fund, poor.fund_id)
        payments.receive(SYSTEM, fund, 100_000_00, "Second transfer", "second")
    db.session.rollback()

    def run(number: int) -> str:
        with app.app_context(), clock_at(RELEASED):
            try:
                poor.countersign(number)
            except Clash as clash:
                return clash.sentence
            finally:
                db.session.remove()
            return "in force"

    with ThreadPoolExecutor(2) as pool:
        outcome = sorted(pool.map(run, range(2)), reverse=True)
    assert outcome[0] == "in force"
    assert "Outside money has $50,000 free: too little" in outcome[1]
    assert "$300,000 is missing." in outcome[1]
    run_due()
    assert sorted(poor.states()) == ["accepted", "active"]
    assert (poor.balances(), check_ledger()) == ((50_000, 0, 350_000), [])


def test_a_director_reads_why_and_finance_what_to_do(app: Flask, client_of: Callable[[Any], FlaskClient]) -> None:
    poor = Poor(holds=300_000_00, count=1)
    director = db.session.get_one(Person, poor.director.person_id)
    page = client_of(director).get(f"/awards/{poor.award().public_id}/countersign").text
    assert ("$50,000 is missing." in page, "Type your" in page) == (True, False)
    refused = client_of(director).post(
        f"/awards/{poor.award().public_id}/countersign", data={"typed_name": "Dora Director"}
    )
    assert (refused.status_code, "$50,000 is missing." in refused.text) == (409, True)
    finance = client_of(poor.finance)
    assert "Find $350,000 for awards without money" in finance.get("/").text
    assert "No money is set aside for" in finance.get("/funds").text
    again = finance.post(f"/awards/{poor.award().public_id}/commit")
    assert (again.status_code, "$50,000 is missing." in again.text) == (409, True)
    poor.receive(50_000_00)
    assert "awards without money" not in finance.get("/").text
