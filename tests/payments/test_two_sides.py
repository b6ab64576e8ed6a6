"""Nobody stands on both sides of a grant: who belongs to a school decides nothing about it, whatever roles they hold.

The two are kept apart when a role is given and when someone is let in; here they are forced together, as an older
database may hold them.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.awards import services as awards
from grants.background.runner import run_due
from grants.casework import queries as cases
from grants.casework import services as casework
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import Actor, OrganizationRole
from grants.kernel.roles import Role
from grants.monitoring import services as monitoring
from grants.payments import services
from grants.payments.services import note_return
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories.awards import RELEASED
from tests.factories.exports import read_at
from tests.factories.monitoring import requirement
from tests.factories.payments import Story
from tests.factories.people import actor, join, person

BELONGS = "You belong to this school, so someone else at the foundation has to do this."
ROLES = (Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR)


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


@pytest.fixture
def story(app: Flask, the_day_of_the_release: None) -> Story:
    one = Story()
    one.sign_all()
    return one


@pytest.fixture
def both(story: Story) -> Actor:
    """A viewer of the school who holds every role of the staff that touches money."""
    with unit_of_work():
        someone = person("Bo Both", *ROLES)
        join(someone, story.award.case.organization, OrganizationRole.VIEWER)
        db.session.expire(someone)
        return actor(someone)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises((Clash, Refused)) as problem, unit_of_work():
        act()
    return problem.value.sentence


def test_a_member_does_nothing_for_the_foundation_about_their_schools_payments(story: Story, both: Actor) -> None:
    first = story.first()
    assert refused(lambda: services.request(both, first)) == BELONGS
    assert refused(lambda: services.hold(both, first, "A reason")) == BELONGS
    assert refused(lambda: services.cancel(both, first, "A reason")) == BELONGS
    with unit_of_work():
        services.request(story.officer, first)
    assert refused(lambda: services.approve(both, first)) == BELONGS
    assert refused(lambda: services.refuse(both, first, "A reason")) == BELONGS
    with unit_of_work():
        services.approve(story.finance, first)
    assert refused(lambda: services.mark_paid(both, first, "ACH 1", date(2016, 5, 12))) == BELONGS
    with unit_of_work():
        services.mark_paid(story.finance, first, "ACH 1", date(2016, 5, 12))
    assert refused(lambda: note_return(both, first, "Closed")) == BELONGS
    second = story.installments()[1]
    with unit_of_work():
        services.hold(story.finance, second, "A reason")
    assert refused(lambda: services.resume(both, second)) == BELONGS
    assert refused(lambda: services.commit_award(both, story.award)) == BELONGS
    assert [one.state for one in story.installments()] == ["paid", "held", "planned"]


def test_a_member_accepts_and_waives_nothing_their_school_owes(story: Story, both: Actor) -> None:
    report = requirement(story.award, "yearly_report")
    assert refused(lambda: monitoring.waive_requirement(both, report, "A reason")) == BELONGS
    with unit_of_work():
        monitoring.submit_requirement(story.lead, report, "All went well.")
    assert refused(lambda: monitoring.accept_requirement(both, report, "")) == BELONGS
    meeting = requirement(story.award, "quarterly_check_in")
    held = lambda: monitoring.record_check_in(both, meeting, date(2016, 5, 12), "All", "Well", "on_track")  # noqa: E731
    assert refused(held) == BELONGS


def test_a_writer_asks_for_the_school_and_that_is_all(story: Story) -> None:
    with unit_of_work():
        writer = person("Wanda Writer", *ROLES)
        join(writer, story.award.case.organization, OrganizationRole.EDITOR)
        db.session.expire(writer)
        two = actor(writer)
        services.request(two, story.first())
    assert refused(lambda: services.approve(two, story.first())) == BELONGS


def test_a_member_does_not_countersign(app: Flask) -> None:
    story = Story()
    with unit_of_work():
        awards.accept(story.lead, story.award)
    run_due()
    with unit_of_work():
        awards.sign(story.signatory, story.award, story.signatory.name, consent=True)
        member = person("Mo Member", Role.DIRECTOR)
        join(member, story.award.case.organization, OrganizationRole.VIEWER)
        db.session.expire(member)
        director = actor(member)
    assert refused(lambda: awards.countersign(director, story.award, director.name)) == BELONGS


@pytest.mark.parametrize("path", ["/ledger/file", "/funds", "/record", "/record/file", "/outbox"])
def test_what_the_foundation_reads_about_the_school_is_hidden(
    story: Story, both: Actor, client_of: Callable[[Person], FlaskClient], path: str
) -> None:
    name, case = story.award.case.organization.name, story.award.case
    with unit_of_work():
        casework.add_task(story.officer, case, f"Call {name}", story.person(story.officer))
        outsider = person("Otto Outside", *ROLES)

    def read_by(someone: Person) -> str:
        return read_at(client_of(someone), path).text

    assert name in read_by(outsider)
    assert name not in read_by(story.person(both))


def test_a_member_reads_the_case_as_the_school_does(
    story: Story, both: Actor, client_of: Callable[[Person], FlaskClient]
) -> None:
    case = story.award.case
    with unit_of_work():
        casework.add_note(story.officer, case, "Their principal is leaving, I hear.")
    page = client_of(story.person(both)).get(f"/cases/{case.public_id}").text
    assert (case.organization.name in page, "I hear" in page) == (True, False)
    assert "I hear" in client_of(story.person(story.finance)).get(f"/cases/{case.public_id}").text
    assert (list(cases.notes(both, case)), list(cases.tasks(both, case))) == ([], [])


def test_nothing_about_their_own_school_waits_for_them_as_staff(
    story: Story, both: Actor, client_of: Callable[[Person], FlaskClient]
) -> None:
    with unit_of_work():
        services.request(story.officer, story.first())
    assert "Approve $175,000" in client_of(story.person(story.finance)).get("/").text
    assert "Approve $175,000" not in client_of(story.person(both)).get("/").text
