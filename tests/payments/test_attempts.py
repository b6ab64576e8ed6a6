"""Paying an installment: who may, when, once; and what goes wrong on the way."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import OrganizationRole, Role
from grants.messages.models import Message
from grants.payments import services
from grants.payments.models import Installment, LedgerTransaction, Payment
from grants.payments.queries import check_ledger
from grants.persistence.session import db, unit_of_work
from tests.beginnings import Begin
from tests.factories.awards import RELEASED
from tests.factories.payments import Story, in_force
from tests.factories.people import actor, join, organization, person

TODAY = date(2016, 5, 12)


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


@pytest.fixture
def story(begin: Begin) -> Story:
    return begin(in_force)


def paid_transactions() -> int:
    return db.session.scalar(select(func.count()).where(LedgerTransaction.kind == "pay")) or 0


def request_first(story: Story) -> None:
    with unit_of_work():
        services.request(story.officer, story.first())


def test_what_is_missing_is_said(story: Story) -> None:
    last = story.installments()[2]
    missing = "The yearly report 2 has not been accepted. The target for attendance in year 2 has not been reached."
    with pytest.raises(Clash, match=missing), unit_of_work():
        services.request(story.officer, last)
    assert (last.state, last.payments) == ("planned", [])


def test_a_school_asks_for_its_own_payments_only(story: Story) -> None:
    with unit_of_work():
        stranger, viewer = person(), person()
        join(stranger, organization())
        join(viewer, story.award.case.organization, OrganizationRole.VIEWER)
    for someone in (stranger, viewer):
        with pytest.raises(Refused, match="asks for its payments"), unit_of_work():
            services.request(actor(someone), story.first())
    with unit_of_work():
        services.request(story.lead, story.first())
    assert story.first().payments[0].requested_by_id == story.lead.person_id


def test_maker_is_never_checker_whatever_the_roles(story: Story) -> None:
    everything = replace(story.officer, roles=story.officer.roles | {Role.FINANCE_OFFICER, Role.DIRECTOR})
    with unit_of_work():
        services.request(everything, story.first())
    with pytest.raises(Clash, match="You asked for this payment"), unit_of_work():
        services.approve(everything, story.first())
    assert story.first().state == "requested"


def test_the_database_knows_that_maker_is_not_checker(story: Story) -> None:
    request_first(story)
    own = update(Payment).values(approved_by_id=Payment.requested_by_id)
    with pytest.raises(IntegrityError, match="two_people"), db.engine.begin() as connection:
        connection.execute(own)


def test_who_waived_a_condition_does_not_approve(story: Story) -> None:
    second = story.installments()[1]
    both = replace(story.officer, roles=story.officer.roles | {Role.FINANCE_OFFICER})
    with unit_of_work():
        services.note_met(both, story.award, "accepted", "yearly_report.1", waived_because="The school merged.")
        services.request(story.lead, second)
    with pytest.raises(Clash, match="You waived a condition"), unit_of_work():
        services.approve(both, second)
    with unit_of_work():
        services.approve(story.finance, second)
    assert second.state == "approved"


def test_a_condition_that_fails_meanwhile_stops_the_approval(story: Story) -> None:
    second = story.installments()[1]
    with unit_of_work():
        services.note_met(story.officer, story.award, "accepted", "yearly_report.1")
        services.request(story.officer, second)
    with unit_of_work():
        services.note_met(story.officer, story.award, "accepted", "yearly_report.1", holds=False)
    with pytest.raises(Clash, match="has not been accepted"), unit_of_work():
        services.approve(story.finance, second)


def test_a_payment_is_paid_once(story: Story) -> None:
    first = story.pay_first(TODAY)
    with pytest.raises(Clash, match=r"is paid, so “mark paid” is no longer open"), unit_of_work():
        services.mark_paid(story.finance, first, "ACH 4711", TODAY)
    assert paid_transactions() == 1


def test_the_same_payment_with_another_reference_is_an_error(story: Story) -> None:
    payment = story.pay_first(TODAY).payments[0]
    with pytest.raises(Clash, match="posted before with other content"), unit_of_work():
        payment.bank_reference = "ACH 9999"
        services.pay(story.finance, payment)
    assert (payment.bank_reference, paid_transactions()) == ("ACH 4711", 1)


@pytest.mark.parametrize(
    ("reference", "paid_on", "field"),
    [
        (" ", TODAY, "bank_reference"),
        ("ACH 1", TODAY + timedelta(days=1), "paid_on"),
        ("ACH 1", TODAY - timedelta(days=1), "paid_on"),
    ],
)
def test_what_the_bank_says_must_hold(story: Story, reference: str, paid_on: date, field: str) -> None:
    request_first(story)
    with unit_of_work():
        services.approve(story.finance, story.first())
    with pytest.raises(Invalid) as wrong, unit_of_work():
        services.mark_paid(story.finance, story.first(), reference, paid_on)
    assert list(wrong.value.errors) == [field]
    assert (story.first().state, paid_transactions()) == ("approved", 0)


def test_a_refused_payment_can_be_asked_for_again(story: Story) -> None:
    request_first(story)
    with pytest.raises(Invalid, match="Say why"), unit_of_work():
        services.refuse(story.finance, story.first(), " ")
    with unit_of_work():
        services.refuse(story.finance, story.first(), "The address is missing.")
    assert (story.first().state, story.first().stopped_because) == ("planned", "The address is missing.")
    first = story.pay_first(TODAY)
    assert [(one.attempt, one.refusal_reason, one.bank_reference) for one in first.payments] == [
        (1, "The address is missing.", None),
        (2, None, "ACH 4711"),
    ]
    assert check_ledger() == []


def test_what_is_held_waits_and_goes_on(story: Story) -> None:
    request_first(story)
    with unit_of_work():
        services.hold(story.finance, story.first(), "The account is being checked.")
    with pytest.raises(Clash, match="is held"), unit_of_work():
        services.approve(story.director, story.first())
    with unit_of_work():
        services.resume(story.officer, story.first())
    assert story.pay_first(TODAY).state == "paid"


def test_a_cancelled_installment_frees_its_money(story: Story) -> None:
    with pytest.raises(Refused), unit_of_work():
        services.cancel(story.officer, story.first(), "No longer needed.")
    with unit_of_work():
        services.cancel(story.director, story.first(), "No longer needed.")
    # Half of the award came back to both funds; the rest stays bound.
    assert story.funds()["outside"] == ("$883,333.34", "$116,666.66", "$116,666.66", "$0")
    assert story.funds()["local"] == ("$441,666.66", "$58,333.34", "$58,333.34", "$0")
    assert check_ledger() == []


def test_what_the_bank_returns_is_obligated_again_and_paid_anew(story: Story) -> None:
    before = story.funds()
    story.pay_first(TODAY)
    with pytest.raises(Invalid, match="as the bank says it"), unit_of_work():
        services.note_return(story.finance, story.first(), " ")
    with pytest.raises(Refused), unit_of_work():
        services.note_return(story.officer, story.first(), "The account is closed.")
    with unit_of_work():
        services.note_return(story.finance, story.first(), "The account is closed.")
    first = story.first()
    assert (first.state, first.stopped_because, story.funds()) == ("returned", "The account is closed.", before)
    assert check_ledger() == []
    with pytest.raises(Clash, match="no longer open"), unit_of_work():
        services.note_return(story.finance, first, "Again.")

    with unit_of_work():
        services.resume(story.finance, first)
    story.pay_first(TODAY)
    assert [(one.attempt, one.return_reason) for one in story.first().payments] == [
        (1, "The account is closed."),
        (2, None),
    ]
    assert (story.first().state, paid_transactions(), check_ledger()) == ("paid", 2, [])
    mails = select(Message.template, func.count()).where(Message.template.like("payments.%")).group_by(Message.template)
    assert dict(db.session.execute(mails).all()) == {"payments.paid": 4, "payments.returned": 2}


def test_what_the_bank_returned_can_be_cancelled_for_good(story: Story) -> None:
    free = story.funds()["outside"][0]
    story.pay_first(TODAY)
    with unit_of_work():
        services.note_return(story.finance, story.first(), "The school is closing.")
    with unit_of_work():
        services.cancel(story.director, story.first(), "The school is closing.")
    assert (free, story.funds()["outside"]) == ("$766,666.67", ("$883,333.34", "$116,666.66", "$116,666.66", "$0"))
    assert check_ledger() == []


def at_once(app: Flask, act: Callable[[], object]) -> list[str]:
    """What came of one act done by two at the same moment: done, or the kind of refusal, in order of the word."""
    barrier = Barrier(2)

    def run(_: int) -> str:
        with app.app_context(), clock_at(RELEASED):
            barrier.wait()
            try:
                with unit_of_work():
                    act()
            except Clash:
                return "Clash"
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(run, range(2)))


def test_two_approvals_at_once_are_one(app: Flask, story: Story) -> None:
    request_first(story)
    first = story.first().id
    db.session.rollback()
    outcome = at_once(app, lambda: services.approve(story.finance, db.session.get_one(Installment, first)))
    assert outcome == ["Clash", "done"]
    assert story.first().state == "approved"


def test_two_payments_at_once_are_one(app: Flask, story: Story) -> None:
    request_first(story)
    with unit_of_work():
        services.approve(story.finance, story.first())
    first = story.first().id
    db.session.rollback()

    def pay() -> None:
        services.mark_paid(story.finance, db.session.get_one(Installment, first), "ACH 4711", TODAY)

    assert at_once(app, pay) == ["Clash", "done"]
    assert paid_transactions() == 1
    assert check_ledger() == []


def test_two_releases_of_the_last_money_at_once_leave_none_overdrawn(app: Flask, story: Story) -> None:
    """Two awards, and money for one: the second is told that too little is left."""
    from tests.factories.awards import award

    with unit_of_work():
        others = [award(story.award.stage.cycle, amount=700_000_00).id for _ in range(2)]
    ids = iter(others)

    def commit() -> None:
        from grants.awards.models import Award
        from grants.kernel.policy import SYSTEM

        services.commit_award(SYSTEM, db.session.get_one(Award, next(ids)))

    assert at_once(app, commit) == ["Clash", "done"]
    assert check_ledger() == []


def test_the_deadline_of_a_day_is_the_cycles(story: Story) -> None:
    """One in the morning in London is still the day before in Oakland, so that day has not come to be paid on."""
    request_first(story)
    with unit_of_work():
        services.approve(story.finance, story.first())
    with clock_at(datetime(2016, 5, 14, 1, tzinfo=UTC)):
        with pytest.raises(Invalid), unit_of_work():
            services.mark_paid(story.finance, story.first(), "ACH 1", date(2016, 5, 14))
        with unit_of_work():
            services.mark_paid(story.finance, story.first(), "ACH 1", date(2016, 5, 13))
    assert db.session.scalar(text("SELECT count(*) FROM payment WHERE paid_on IS NOT NULL")) == 1
