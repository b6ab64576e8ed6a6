"""From the offer to the first payment, through the services and their jobs, as the people of the story act."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.awards import services as awards
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.money import dollars
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.payments import services as payments
from grants.payments.models import Fund, LedgerEntry, LedgerTransaction
from grants.payments.queries.check import check_ledger
from grants.payments.queries.funds import balance_of
from grants.persistence.session import db, unit_of_work
from tests.factories import awards as factory
from tests.factories.awards import RELEASED
from tests.factories.payments import Story

pytestmark = pytest.mark.scenario


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


def test_an_award_is_offered_accepted_signed_and_paid(app: Flask) -> None:
    story = Story()
    # Drawn from the two funds that may pay a district school, two to one as they are free.
    committed = {
        "outside": ("$766,666.67", "$233,333.33", "$0", "$0"),
        "local": ("$383,333.33", "$116,666.67", "$0", "$0"),
        "charters_only": ("$900,000", "$0", "$0", "$0"),
    }
    assert story.funds() == committed
    assert story.award.answer_by_on == date(2016, 6, 11)

    with clock_at(datetime(2016, 5, 20, 17, tzinfo=UTC)):
        with unit_of_work():
            awards.accept(story.lead, story.award)
        run_due()
        planned = [(one.title, dollars(one.amount), one.due_on, one.state) for one in story.installments()]
        assert planned == [
            ("To launch", "$175,000", None, "planned"),
            ("After a year", "$105,000", date(2017, 7, 15), "planned"),
            ("After two years", "$70,000", date(2018, 7, 15), "planned"),
        ]
        with pytest.raises(Clash, match="The agreement has not been signed"), unit_of_work():
            payments.request(story.officer, story.first())

    with clock_at(datetime(2016, 6, 1, 17, tzinfo=UTC)):
        with pytest.raises(Clash, match="Only a signatory"), unit_of_work():
            awards.sign(story.lead, story.award, story.lead.name, consent=True)
        with unit_of_work():
            awards.sign(story.signatory, story.award, story.signatory.name.upper(), consent=True)
        agreement = story.award.agreement
        assert agreement is not None
        assert agreement.document.file is not None
        assert agreement.document_sha256 == agreement.document.file.sha256
        with unit_of_work():
            awards.countersign(story.director, story.award, "dora  director")
        run_due()
        assert (story.award.state, story.award.agreement.state) == ("active", "countersigned")
        assert story.funds()["outside"] == ("$766,666.67", "$233,333.33", "$233,333.33", "$0")
        assert story.first().due_on == date(2016, 7, 1)
        executed = story.award.agreement.executed
        assert executed is not None
        assert (executed.version, executed.state) == (2, "released")
        assert [one["name"] for one in executed.facts["signatures"]] == [story.signatory.name.upper(), "dora director"]

    with clock_at(datetime(2016, 7, 1, 17, tzinfo=UTC)):
        with unit_of_work():
            payments.request(story.officer, story.first())
        with unit_of_work():
            payments.approve(story.finance, story.first())
        with unit_of_work():
            payments.mark_paid(story.finance, story.first(), "ACH 4711", date(2016, 7, 1))
        run_due()

    assert story.first().state == "paid"
    assert story.funds() == {
        "outside": ("$766,666.67", "$233,333.33", "$233,333.33", "$116,666.67"),
        "local": ("$383,333.33", "$116,666.67", "$116,666.67", "$58,333.33"),
        "charters_only": ("$900,000", "$0", "$0", "$0"),
    }
    assert check_ledger() == []
    paid_out = select(func.sum(LedgerEntry.amount)).join(LedgerTransaction).where(LedgerTransaction.kind == "pay")
    assert db.session.scalar(paid_out) == 175_000_00
    sent = db.session.execute(select(Message.template, func.count()).group_by(Message.template)).all()
    assert dict(sent) == {"awards.agreement_to_sign": 1, "awards.in_force": 2, "payments.paid": 2}


def test_what_the_last_installment_takes_is_exactly_the_rest(app: Flask) -> None:
    story = Story()
    story.sign_all()
    for requirement in ("yearly_report.1", "yearly_report.2"):
        with unit_of_work():
            payments.note_met(story.officer, story.award, "accepted", requirement)
    with unit_of_work():
        payments.note_met(story.officer, story.award, "reached", "attendance.year2")
    for number in (2, 0, 1):
        installment = story.installments()[number]
        with unit_of_work():
            payments.request(story.officer, installment)
        with unit_of_work():
            payments.approve(story.finance, installment)
        with unit_of_work():
            payments.mark_paid(story.finance, installment, f"ACH {number}", installment.payments[0].requested_at.date())
    assert {one.key: balance_of(one).obligated - balance_of(one).paid for one in db.session.scalars(select(Fund))} == {
        "outside": 0,
        "local": 0,
        "charters_only": 0,
    }
    assert check_ledger() == []


def test_a_declined_award_gives_its_money_back(app: Flask) -> None:
    story = Story()
    with unit_of_work():
        awards.decline(story.signatory, story.award, "Our principal is leaving.")
    run_due()
    run_due()
    assert story.award.state == "declined"
    assert story.funds()["outside"] == ("$1,000,000", "$0", "$0", "$0")
    assert check_ledger() == []


def test_an_award_without_enough_money_waits_for_it(app: Flask) -> None:
    with unit_of_work():
        cycle = factory.cycle()
        fund = payments.open_fund(SYSTEM, cycle, "outside", "Outside money", 300_000_00)
        award = factory.award(cycle)
    sentence = r"Outside money has \$300,000 free: too little for the award of \$350,000 to School \d+."
    with pytest.raises(Clash, match=sentence), unit_of_work():
        payments.commit_award(SYSTEM, award)
    with unit_of_work():
        payments.receive(SYSTEM, fund, 50_000_00, "Second transfer", "second")
        payments.commit_award(SYSTEM, award)
    assert [(part.fund_key, part.amount) for part in award.funding] == [("outside", 350_000_00)]


@pytest.mark.parametrize("typed", ["", "Someone Else"])
def test_a_signature_is_the_signers_own_name_and_consent(app: Flask, typed: str) -> None:
    story = Story()
    with unit_of_work():
        awards.accept(story.lead, story.award)
    with pytest.raises(Clash, match="being prepared"), unit_of_work():
        awards.sign(story.signatory, story.award, story.signatory.name, consent=True)
    run_due()
    with pytest.raises(Invalid, match="Type your name"), unit_of_work():
        awards.sign(story.signatory, story.award, typed, consent=True)
    with pytest.raises(Invalid, match="Tick the box"), unit_of_work():
        awards.sign(story.signatory, story.award, story.signatory.name, consent=False)
    assert story.award.agreement is not None
    assert story.award.agreement.state == "made"


def test_one_person_never_signs_for_both_sides(app: Flask) -> None:
    story = Story()
    both = Actor(
        story.signatory.person_id,
        story.signatory.name,
        roles=story.signatory.roles | {Role.DIRECTOR},
        memberships=story.signatory.memberships,
    )
    with unit_of_work():
        awards.accept(both, story.award)
    run_due()
    with unit_of_work():
        awards.sign(both, story.award, both.name, consent=True)
    with pytest.raises(Clash, match="You signed this agreement"), unit_of_work():
        awards.countersign(both, story.award, both.name)
    colleague = Actor(story.lead.person_id, story.lead.name, roles=both.roles, memberships=story.lead.memberships)
    with pytest.raises(Clash, match="You belong to this school"), unit_of_work():
        awards.countersign(colleague, story.award, colleague.name)
    with pytest.raises(Refused), unit_of_work():
        awards.countersign(story.officer, story.award, story.officer.name)
    assert story.award.state == "accepted"


def test_an_offer_is_answered_in_time_or_extended(app: Flask) -> None:
    story = Story()
    # The day ends in Oakland, not in London.
    with clock_at(datetime(2016, 6, 12, 7, 1, tzinfo=UTC)):
        with pytest.raises(Clash, match="The time to answer this offer has passed"), unit_of_work():
            awards.accept(story.lead, story.award)
        with unit_of_work():
            awards.extend_offer(story.officer, story.award, date(2016, 6, 20), "The board meets on the 18th.")
        with unit_of_work():
            awards.accept(story.lead, story.award)
    assert story.award.state == "accepted"
