"""What waits for whom, at each step of an award's way, in a number of statements that does not grow."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from grants.awards import queries as awards_queries
from grants.awards import services as awards
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.monitoring import queries as monitoring_queries
from grants.monitoring import services as monitoring
from grants.payments import services as payments
from grants.payments import todos as payment_todos
from grants.payments.models import Fund
from grants.persistence.session import db, unit_of_work
from tests.factories.awards import RELEASED, award
from tests.factories.monitoring import conflict, requirement
from tests.factories.payments import Story


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Iterator[None]:
    """A home page asks, so that links can be built."""
    with clock_at(RELEASED), app.test_request_context():
        yield


@pytest.fixture
def story(app: Flask, in_a_request: None) -> Story:
    with app.test_request_context(method="POST"):
        return Story()


def waiting(actor: Actor) -> list[tuple[str, str]]:
    """(urgency, title) of everything in these three capabilities that waits for someone."""
    found = [*awards_queries.todos(actor), *payment_todos.todos(actor), *monitoring_queries.todos(actor)]
    return [(one.urgency, one.title) for one in found]


def test_each_step_waits_for_the_person_who_takes_it(app: Flask, story: Story) -> None:
    school = story.award.case.organization.name
    grant = f"Launch grant of $350,000 for {school}"
    assert waiting(story.lead) == waiting(story.signatory) == [("due", f"Answer the offer: {grant}")]
    assert waiting(story.officer) == waiting(story.finance) == waiting(story.director) == []

    with app.test_request_context(method="POST"):
        with unit_of_work():
            awards.accept(story.lead, story.award)
        run_due()
        assert (waiting(story.lead), waiting(story.signatory)) == ([], [("due", f"Sign the agreement: {grant}")])

        with unit_of_work():
            awards.sign(story.signatory, story.award, story.signatory.name, consent=True)
        assert waiting(story.signatory) == []
        assert waiting(story.director) == [("due", f"Countersign the agreement with {school}")]

        with unit_of_work():
            awards.countersign(story.director, story.award, story.director.name)
        run_due()
        # The baseline has sixty days: nothing waits yet, and nothing is late at once.
        assert (waiting(story.director), waiting(story.lead), waiting(story.officer)) == ([], [], [])

    with clock_at(datetime(2016, 6, 11, 17, tzinfo=UTC)):
        assert waiting(story.officer) == [("due", f"Ask for $175,000 to {school}")]
        with app.test_request_context(method="POST"), unit_of_work():
            payments.request(story.lead, story.first())
        assert waiting(story.officer) == []
        assert waiting(story.finance) == waiting(story.director) == [("due", f"Approve $175,000 to {school}")]
        with app.test_request_context(method="POST"), unit_of_work():
            payments.approve(story.director, story.first())
        assert (waiting(story.director), waiting(story.finance)) == ([], [("due", f"Pay $175,000 to {school}")])
    with clock_at(datetime(2016, 6, 12, 17, tzinfo=UTC)):
        assert waiting(story.finance) == [("late", f"Pay $175,000 to {school}")]


def test_reports_meetings_and_what_payments_wait_for(app: Flask, story: Story) -> None:
    with app.test_request_context(method="POST"):
        story.sign_all()
        story.pay_first(date(2016, 5, 12))
    school = story.award.case.organization.name
    with clock_at(datetime(2017, 7, 15, 17, tzinfo=UTC)):
        on_lead = waiting(story.lead)
        assert ("ask", f"$105,000 to {school} waits") in on_lead
        assert [title for urgency, title in on_lead if urgency == "late"] == [
            "Hand in First steps",
            "Hand in Yearly report 1",
            "Enter 3 indicators",
        ]
        with app.test_request_context(method="POST"), unit_of_work():
            monitoring.submit_requirement(story.lead, requirement(story.award, "yearly_report"), "All is well.")
        assert waiting(story.officer) == [
            ("ask", f"$105,000 to {school} waits"),
            ("ask", f"Read Yearly report 1 of {school}"),
            *[("late", f"Quarterly check in {number} with {school}") for number in (1, 2, 3, 4)],
        ]


def test_nothing_of_a_case_with_a_conflict_waits(app: Flask, story: Story) -> None:
    with app.test_request_context(method="POST"):
        story.sign_all()
        with clock_at(RELEASED + timedelta(days=40)), unit_of_work():
            payments.request(story.lead, story.first())
        with unit_of_work():
            for someone in (story.officer, story.finance, story.director):
                conflict(story.award.case, story.person(someone))
    with clock_at(RELEASED + timedelta(days=400)):
        assert [waiting(someone) for someone in (story.officer, story.finance, story.director)] == [[], [], []]


def test_more_to_do_costs_no_more(app: Flask, story: Story, statements: Callable[[], Any]) -> None:
    with app.test_request_context(method="POST"):
        story.sign_all()

    def cost() -> list[int]:
        costs = []
        with clock_at(datetime(2017, 7, 15, 17, tzinfo=UTC)):
            for someone in (story.officer, story.finance, story.director, story.lead):
                db.session.rollback()
                with statements() as seen:
                    waiting(someone)
                costs.append(len(seen))
        return costs

    few = cost()
    with app.test_request_context(method="POST"):
        with unit_of_work():
            local = db.session.query(Fund).filter_by(key="local").one()
            payments.receive(story.finance, local, 10_000_000_00, "More", "more")
            added = [award(story.award.stage.cycle, amount=10_000_00) for _ in range(5)]
        run_due()
        for one in added:
            story.award = one
            story.lead, story.signatory = story.members()
            story.sign_all()
    assert cost() == few
