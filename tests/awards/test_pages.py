"""The pages of awards: who sees which, what they offer, and that a list costs the same for one row and for thirty."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.awards import services as awards
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from tests.beginnings import Begin
from tests.factories.awards import RELEASED, award
from tests.factories.exports import read_at
from tests.factories.monitoring import conflict
from tests.factories.payments import Story
from tests.factories.people import join, organization, person

ClientOf = Callable[[Person], FlaskClient]


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


@pytest.fixture
def story(begin: Begin, the_day_of_the_release: None) -> Story:
    return begin(Story)


def statuses(story: Story, client_of: ClientOf, path: str) -> dict[str, int]:
    """Who gets which answer from a page."""
    with unit_of_work():
        stranger = person("Stranger")
        join(stranger, organization())
        people = {
            "officer": story.person(story.officer),
            "finance": story.person(story.finance),
            "director": story.person(story.director),
            "auditor": person(None, Role.AUDITOR),
            "conflicted": person(None, Role.AUDITOR),
            "reviewer": person(None, Role.REVIEWER),
            "administrator": person(None, Role.ADMINISTRATOR),
            "partner": person(None, Role.PARTNER_FUNDER),
            "the school": story.person(story.lead),
            "another school": stranger,
        }
        conflict(story.award.case, people["conflicted"])
    return {who: client_of(someone).get(path).status_code for who, someone in people.items()}


def test_an_award_is_open_to_its_school_and_to_staff_without_a_conflict(story: Story, client_of: ClientOf) -> None:
    assert statuses(story, client_of, f"/awards/{story.award.public_id}") == {
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


def test_the_list_names_no_award_the_reader_has_a_conflict_with(story: Story, client_of: ClientOf) -> None:
    with unit_of_work():
        other = award(story.award.stage.cycle, organization("Gull School"))
        auditor = person(None, Role.AUDITOR)
        conflict(story.award.case, auditor)
    hidden, shown = story.award.case.organization.name, other.case.organization.name
    for path in ("/awards", "/awards/file", "/awards?q=School"):
        page = read_at(client_of(auditor), path).text
        assert (shown in page, f"{hidden}<" in page or f"{hidden}," in page) == (True, False)
    assert client_of(story.person(story.lead)).get("/awards").status_code == 403


def test_a_school_accepts_and_signs_and_a_director_countersigns(story: Story, client_of: ClientOf) -> None:
    path = f"/awards/{story.award.public_id}"
    lead, signatory = client_of(story.person(story.lead)), client_of(story.person(story.signatory))
    director = client_of(story.person(story.director))
    assert "Accept $350,000" in lead.get(f"{path}/accept").text
    assert lead.post(f"{path}/accept").location == path
    run_due()
    assert "Only a signatory of the school signs its agreements." in lead.get(f"{path}/sign").text

    wrong = signatory.post(f"{path}/sign", data={"typed_name": "Someone Else", "consent": "y"})
    assert wrong.status_code == 422
    assert f"Type your name as it stands in your account: {story.signatory.name}." in wrong.text
    assert 'value="Someone Else"' in wrong.text

    signed = signatory.post(f"{path}/sign", data={"typed_name": story.signatory.name, "consent": "y"})
    assert signed.location == path
    assert director.post(f"{path}/countersign", data={"typed_name": story.director.name}).location == path
    run_due()
    page = signatory.get(path).text
    assert ("In force" in page, "To launch" in page, "Yearly report 1" in page) == (True, True, True)
    again = director.post(f"{path}/countersign", data={"typed_name": story.director.name})
    assert again.status_code == 409


def test_what_is_not_yours_to_do_is_refused_and_changes_nothing(story: Story, client_of: ClientOf) -> None:
    path = f"/awards/{story.award.public_id}"
    answers = {
        "an officer accepts": client_of(story.person(story.officer)).post(f"{path}/accept").status_code,
        "the school extends": client_of(story.person(story.lead)).post(f"{path}/extend").status_code,
        "the school countersigns": client_of(story.person(story.lead)).post(f"{path}/countersign").status_code,
        "a director signs": client_of(story.person(story.director)).post(f"{path}/sign").status_code,
        "an officer extends into the past": client_of(story.person(story.officer))
        .post(f"{path}/extend", data={"answer_by": "2016-05-01", "reason": "A reason"})
        .status_code,
        "the school declines without a reason": client_of(story.person(story.lead)).post(f"{path}/decline").status_code,
    }
    assert answers == {
        "an officer accepts": 403,
        "the school extends": 403,
        "the school countersigns": 403,
        "a director signs": 403,
        "an officer extends into the past": 422,
        "the school declines without a reason": 422,
    }
    assert story.award.state == "offered"


def test_a_list_of_thirty_costs_what_a_list_of_one_costs(
    story: Story, client_of: ClientOf, statements: Callable[[], Any]
) -> None:
    browser = client_of(story.person(story.officer))

    def cost() -> int:
        with statements() as seen:
            assert browser.get("/awards").status_code == 200
        return len(seen)

    one = cost()
    with unit_of_work():
        for _ in range(29):
            award(story.award.stage.cycle)
    assert cost() == one
    with unit_of_work():
        awards.accept(story.lead, story.award)
    run_due()
    assert cost() == one
