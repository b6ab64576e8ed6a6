"""The pages of payments and funds: who sees which, what they do, what they cost."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.payments.models import Fund, Installment
from grants.payments.queries import check_ledger
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.awards.test_pages import statuses
from tests.beginnings import Begin
from tests.factories.awards import RELEASED, award, cycle
from tests.factories.exports import read_at
from tests.factories.monitoring import conflict
from tests.factories.payments import Story, in_force
from tests.factories.people import organization, person

ClientOf = Callable[[Person], FlaskClient]


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


@pytest.fixture
def story(begin: Begin, the_day_of_the_release: None) -> Story:
    return begin(in_force)


def test_a_payment_is_open_to_its_school_and_to_staff_without_a_conflict(story: Story, client_of: ClientOf) -> None:
    assert statuses(story, client_of, f"/payments/{story.first().public_id}") == {
        "officer": 200,
        "finance": 200,
        "director": 200,
        "auditor": 200,
        "conflicted": 404,
        "reviewer": 403,
        "administrator": 403,
        "partner": 403,
        "the school": 200,
        "another school": 404,
    }


def test_a_payment_is_due_on_the_day_of_its_own_cycle(story: Story, client_of: ClientOf) -> None:
    """At 8 pm of 10 June in Oakland it is 11 June in Tokyo, and in UTC: only the payment in Tokyo is due."""
    first = story.first()
    assert first.due_on == date(2016, 6, 11)
    with unit_of_work():
        tokyo = cycle("tokyo")
        tokyo.time_zone = "Asia/Tokyo"
        other = award(tokyo, organization("Tokyo School"))
        db.session.add(
            Installment(
                award_id=other.id, case_id=other.case_id, number=1, title="First", amount=100, due_on=first.due_on,
                conditions=[], state="planned",
            )
        )  # fmt: skip
    with clock_at(datetime(2016, 6, 11, 3, tzinfo=UTC)):
        page = client_of(story.person(story.officer)).get("/payments?state=due").text
    name = story.award.case.organization.name
    assert ("Tokyo School" in page, name in page) == (True, False)


@pytest.mark.parametrize("path", ["/payments", "/funds"])
def test_lists_and_funds_are_the_foundations(story: Story, client_of: ClientOf, path: str) -> None:
    readers = {"officer", "finance", "director", "auditor", "conflicted"}
    assert statuses(story, client_of, path) == {
        who: 200 if who in readers else 403
        for who in (*sorted(readers), "reviewer", "administrator", "partner", "the school", "another school")
    }


@pytest.mark.parametrize("path", ["/payments/file", "/ledger/file"])
def test_their_files_are_the_foundations_too(story: Story, client_of: ClientOf, path: str) -> None:
    asked = [client_of(story.person(who)).post(path).status_code for who in (story.finance, story.officer, story.lead)]
    assert asked == [302, 302, 403]


@pytest.mark.parametrize("path", ["/payments", "/payments/file", "/payments?state=planned", "/ledger/file", "/funds"])
def test_lists_and_ledger_name_no_case_the_reader_has_a_conflict_with(
    story: Story, client_of: ClientOf, path: str
) -> None:
    with unit_of_work():
        auditor = person(None, Role.AUDITOR)
        conflict(story.award.case, auditor)
    name = story.award.case.organization.name
    assert name in read_at(client_of(story.person(story.finance)), path).text
    assert name not in read_at(client_of(auditor), path).text


def test_from_request_to_bank_in_a_browser(story: Story, client_of: ClientOf) -> None:
    path = f"/payments/{story.first().public_id}"
    school, finance = client_of(story.person(story.lead)), client_of(story.person(story.finance))
    page = school.get(path).text
    assert ("Ask for this payment" in page, "Approve $175,000" in page) == (True, False)
    assert school.post(f"{path}/request").location == path
    again = school.post(f"{path}/request")
    assert (again.status_code, "so “request” is no longer open" in again.text) == (409, True)
    assert school.post(f"{path}/approve").status_code == 403
    assert finance.post(f"{path}/approve").location == path
    empty = finance.post(f"{path}/paid", data={"paid-paid_on": "2016-05-12"})
    assert (empty.status_code, "Write the bank’s reference." in empty.text.replace("&#39;", "’")) == (422, True)
    paid = finance.post(f"{path}/paid", data={"paid-paid_on": "2016-05-12", "paid-bank_reference": "ACH 4711"})
    assert paid.location == path
    twice = finance.post(f"{path}/paid", data={"paid-paid_on": "2016-05-12", "paid-bank_reference": "ACH 4711"})
    assert (twice.status_code, "so “mark paid” is no longer open" in twice.text) == (409, True)
    assert "reference <b>ACH 4711</b>" in school.get(path).text
    assert check_ledger() == []


def test_the_bank_returned_it_in_a_browser(story: Story, client_of: ClientOf) -> None:
    story.pay_first(RELEASED.date())
    path, finance = f"/payments/{story.first().public_id}", client_of(story.person(story.finance))
    assert finance.post(f"{path}/returned", data={"return-reason": ""}).status_code == 422
    assert finance.post(f"{path}/returned", data={"return-reason": "No such account."}).location == path
    page = client_of(story.person(story.lead)).get(path).text
    assert ("Returned by the bank: No such account." in page, "Plan it again" in page) == (True, False)
    assert "Returned by the bank: $175,000" in finance.get("/").text
    assert "Plan it again" in finance.get(path).text
    assert finance.post(f"{path}/resume").location == path
    assert "Returned by the bank: $175,000" not in finance.get("/").text


def test_a_refused_approval_says_why_on_the_page(story: Story, client_of: ClientOf) -> None:
    with unit_of_work():
        both = person("Bo Both", Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER)
    browser, path = client_of(both), f"/payments/{story.first().public_id}"
    browser.post(f"{path}/request")
    refused = browser.post(f"{path}/approve")
    sentence = "You asked for this payment, so someone else has to approve it."
    assert (refused.status_code, sentence in refused.text, sentence in browser.get(path).text) == (409, True, True)
    reason = browser.post(f"{path}/refuse", data={"refuse-reason": " "})
    assert (reason.status_code, "Say why" in reason.text) == (422, True)


def test_money_that_comes_in_twice_by_one_form_comes_in_once(story: Story, client_of: ClientOf) -> None:
    finance = client_of(story.person(story.finance))
    fund = db.session.query(Fund).filter_by(key="outside").one().public_id
    form = {
        "receive-fund": fund,
        "receive-amount": "1,000",
        "receive-memo": "Wire 1",
        "receive-operation": "a" * 20,
    }
    answers = [finance.post("/funds/receive", data=form).status_code for _ in range(2)]
    changed = finance.post("/funds/receive", data=form | {"receive-amount": "2,000"})
    wrong = finance.post("/funds/receive", data=form | {"receive-amount": "a lot"})
    assert (answers, changed.status_code, wrong.status_code) == ([302, 302], 409, 422)
    assert "“a lot” is not an amount" in wrong.text
    assert story.funds()["outside"][0] == "$767,666.67"
    assert client_of(story.person(story.officer)).post("/funds/receive", data=form).status_code == 403


def test_an_award_without_money_is_shown_and_funded(story: Story, client_of: ClientOf) -> None:
    with unit_of_work():
        poor = award(story.award.stage.cycle, amount=2_000_000_00)
    run_due()
    finance = client_of(story.person(story.finance))
    assert "No money is set aside for" in finance.get("/funds").text
    assert finance.post(f"/awards/{poor.public_id}/commit").status_code == 409
    fund = db.session.query(Fund).filter_by(key="local").one().public_id
    form = {
        "receive-fund": fund,
        "receive-amount": "2,000,000",
        "receive-memo": "Wire 2",
        "receive-operation": "b" * 20,
    }
    finance.post("/funds/receive", data=form)
    assert finance.post(f"/awards/{poor.public_id}/commit").location == "/funds"
    assert "No money is set aside for" not in finance.get("/funds").text


@pytest.mark.parametrize("path", ["/payments", "/funds"])
def test_a_list_of_thirty_costs_what_a_list_of_one_costs(
    story: Story, client_of: ClientOf, statements: Callable[[], Any], path: str
) -> None:
    from grants.payments.jobs import commit_award, plan_installments
    from grants.payments.services import receive

    browser = client_of(story.person(story.director))

    def cost() -> int:
        with statements() as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    browser.get(path)  # from now on the program's definition is kept

    few = cost()
    with unit_of_work():
        receive(story.finance, db.session.query(Fund).filter_by(key="local").one(), 10_000_000_00, "More", "more")
        added = [award(story.award.stage.cycle, amount=10_000_00).public_id for _ in range(12)]
    for one in added:
        commit_award(one)
        plan_installments(one)
    assert cost() == few


def test_a_list_does_not_carry_the_program_along_with_every_row(
    story: Story, client_of: ClientOf, statements: Callable[[], Any]
) -> None:
    browser = client_of(story.person(story.director))
    browser.get("/payments")  # from now on the program's definition is kept
    with statements() as seen:
        page = browser.get("/payments").text
    assert story.award.case.organization.name in page
    assert [one for one in seen if "program_version" in one and ".definition" in one] == []


def test_a_payment_whose_day_has_come_is_called_due_wherever_it_stands(story: Story, client_of: ClientOf) -> None:
    first = story.first()
    browser, case = client_of(story.person(story.finance)), first.award.case.public_id
    pages = ("/payments", f"/payments/{first.public_id}", f"/awards/{first.award.public_id}", f"/cases/{case}")

    def said(at: datetime) -> list[tuple[bool, bool]]:
        with clock_at(at):
            texts = [browser.get(page).text for page in pages]
        return [(">Due</span>" in text, ">Planned</span>" in text) for text in texts]

    due = datetime.combine(first.due_on or date.max, time(20), UTC)
    assert said(due - timedelta(days=1)) == [(False, True)] * 4
    assert [is_due for is_due, _ in said(due)] == [True] * 4
