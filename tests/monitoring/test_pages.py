"""The pages of monitoring: who sees which, what they do, what they cost."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.kernel.roles import Role
from grants.monitoring import jobs
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from tests.awards.test_pages import statuses
from tests.factories.awards import award, in_state
from tests.factories.exports import read_at
from tests.factories.monitoring import conflict, reading, requirement
from tests.factories.payments import Story
from tests.factories.people import join, organization, person

ClientOf = Callable[[Person], FlaskClient]
OPEN = {
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


def test_a_requirement_is_open_to_its_school_and_to_staff_without_a_conflict(story: Story, client_of: ClientOf) -> None:
    assert statuses(story, client_of, f"/requirements/{requirement(story.award, 'yearly_report').public_id}") == OPEN


@pytest.mark.parametrize("ending", ["", ".csv"])
def test_indicators_are_open_to_its_school_and_to_staff_without_a_conflict(
    story: Story, client_of: ClientOf, ending: str
) -> None:
    assert statuses(story, client_of, f"/awards/{story.award.public_id}/indicators{ending}") == OPEN


def test_a_value_is_entered_by_those_who_may(story: Story, client_of: ClientOf) -> None:
    path = f"/readings/{reading(story.award, 'attendance', 0).public_id}"
    none = dict.fromkeys(("finance", "director", "auditor", "conflicted"), 403)
    assert statuses(story, client_of, path) == {**OPEN, **none}
    school = client_of(story.person(story.lead))
    wrong = school.post(path, data={"value": "140"})
    assert (wrong.status_code, "A percentage is from 0 to 100." in wrong.text, 'value="140"' in wrong.text) == (
        422,
        True,
        True,
    )
    low = school.post(path, data={"value": "94.5", "low_income-0": "140", "grade-1": "many"})
    assert (
        low.status_code,
        "A percentage" in low.text,
        "Write a number, such as 61.5." in low.text,
        'value="140"' in low.text,
    ) == (
        422,
        False,
        True,
        True,
    )
    assert school.post(path, data={"value": "94.5", "low_income-0": "93.25", "grade-1": ""}).status_code == 302
    officer, indicators = client_of(story.person(story.officer)), f"/awards/{story.award.public_id}/indicators"
    page = officer.get(indicators).text
    assert ("94.5%" in page, "Low income: yes" in page, "93.25%" in page, "Grade: 4" in page) == (
        True,
        True,
        True,
        False,
    )
    rows = list(csv.reader(io.StringIO(officer.get(f"{indicators}.csv").data.decode("utf-8-sig"))))
    assert [(row[2], row[6]) for row in rows if row[:1] == ["Attendance"] and row[3] == "0"] == [
        ("All students", "94.5000"),
        ("Grade: 3", ""),
        ("Grade: 4", ""),
        ("Low income: yes", "93.25"),
        ("Low income: no", ""),
    ]


def test_each_list_holds_what_its_reader_may_know(story: Story, client_of: ClientOf) -> None:
    with unit_of_work():
        auditor, stranger = person(None, Role.AUDITOR), person()
        conflict(story.award.case, auditor)
        other = organization("Gull School")
        join(stranger, other)
        award(story.award.stage.cycle, other)
    name = story.award.case.organization.name
    for path in ("/requirements", "/requirements/file", "/requirements?state=scheduled"):
        holds = [
            name in read_at(client_of(someone), path).text.replace(f"Lead of {name}", "")
            for someone in (story.person(story.lead), story.person(story.officer), auditor, stranger)
        ]
        assert holds == [True, True, False, False]


def test_one_word_leads_to_the_list_and_stands_over_it(story: Story, client_of: ClientOf) -> None:
    for who in (story.lead, story.officer):
        page = client_of(story.person(who)).get("/requirements").text
        entry = re.search(r'<a href="/requirements"[^>]*>([^<]+)</a>', page)
        heading = re.search(r"<h1[^>]*>([^<]+)</h1>", page)
        assert entry is not None
        assert heading is not None
        assert (entry[1].strip(), heading[1].strip()) == ("Reports", "Reports")


def test_a_report_goes_through_in_a_browser(story: Story, client_of: ClientOf) -> None:
    path = f"/requirements/{requirement(story.award, 'yearly_report').public_id}"
    school, officer = client_of(story.person(story.lead)), client_of(story.person(story.officer))
    assert school.post(f"{path}/submit", data={"account": ""}).status_code == 422
    assert school.post(f"{path}/submit", data={"account": "We opened <on time>."}).location == path
    assert "We opened &lt;on time&gt;." in officer.get(path).text
    unsaid = officer.post(f"{path}/return", data={"return-reason": ""})
    assert (unsaid.status_code, "Say why, in a sentence." in unsaid.text) == (422, True)
    assert officer.post(f"{path}/return", data={"return-reason": "Add the budget."}).location == path
    assert "Add the budget." in school.get(path).text
    school.post(f"{path}/submit", data={"account": "With the budget."})
    assert school.post(f"{path}/accept", data={"accept-note": "Mine"}).status_code == 403
    assert officer.post(f"{path}/accept", data={"accept-note": "Thank you."}).location == path
    late = officer.post(f"{path}/return", data={"return-reason": "Too late."})
    assert (late.status_code, "so “return” is no longer open" in late.text) == (409, True)


def test_a_check_in_is_noted_in_a_browser(story: Story, client_of: ClientOf) -> None:
    path = f"/requirements/{requirement(story.award, 'quarterly_check_in').public_id}"
    officer = client_of(story.person(story.officer))
    form = {"held_on": "2016-05-12", "attended": "Lead", "notes": "All is well.", "rating": "watch"}
    missing = officer.post(f"{path}/check-in", data=form | {"rating": ""})
    assert (missing.status_code, "All is well." in missing.text) == (422, True)
    assert client_of(story.person(story.lead)).get(f"{path}/check-in").status_code == 403
    assert officer.post(f"{path}/check-in", data=form).location == path
    assert ">Watch<" in client_of(story.person(story.lead)).get(path).text
    assert officer.post(f"{path}/check-in", data=form).status_code == 409


def test_a_list_of_thirty_costs_what_a_list_of_one_costs(
    story: Story, client_of: ClientOf, statements: Callable[[], Any]
) -> None:
    browser = client_of(story.person(story.officer))

    def cost(path: str) -> int:
        with statements() as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    paths = ("/requirements?kind=check_in", "/requirements")
    few = [cost(path) for path in paths]
    with unit_of_work():
        added = [in_state(award(story.award.stage.cycle), "accepted").public_id for _ in range(12)]
    for one in added:
        jobs.schedule(one)
    assert [cost(path) for path in paths] == few
