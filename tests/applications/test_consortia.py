"""Several schools apply as one: formed, joined, written together, submitted with its members, read without ties."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.applications import queries, services
from grants.applications.members import faults_of_members
from grants.applications.models import Application, Submission
from grants.applications.reading import Part
from grants.applications.tabular import answer_cells, answer_columns
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.people import consortia
from grants.people import services as people
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.schema import Consortium
from tests.beginnings import Begin
from tests.factories import applications as make
from tests.factories import review
from tests.factories.people import actor, join, person

Browser = Callable[[Person], FlaskClient]
RULE = "{applicants: [consortium], consortium: {members_at_least: 2, members_at_most: 3, lead: school}}"


def member(name: str, kind: str = "school", *, leads: bool = False) -> dict[str, Any]:
    return {"id": name, "name": name, "kind": kind, "leads": leads, "nces_id": None, "cds_id": None}


ASCEND, BRIDGES, REACH = member("ASCEND", leads=True), member("Bridges"), member("Reach", "nonprofit")


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ([ASCEND, BRIDGES], []),
        ([ASCEND, BRIDGES, REACH], []),
        ([ASCEND], ["One member organization so far; at least 2. Those asked count once they say yes."]),
        ([ASCEND, BRIDGES, REACH, member("D")], ["4 member organizations; at most 3."]),
        ([BRIDGES, REACH], ["Nobody leads it yet: let one of its members lead."]),
        ([REACH | {"leads": True}, BRIDGES], ["Reach leads it and is a nonprofit; here a school has to lead."]),
        (
            [],
            [
                "Nobody leads it yet: let one of its members lead.",
                "No member organizations so far; at least 2. Those asked count once they say yes.",
            ],
        ),
    ],
)
def test_what_a_consortium_is_short_of_is_said(members: list[dict[str, Any]], faults: list[str]) -> None:
    rule = Consortium(members_at_least=2, members_at_most=3, lead="school")
    assert list(faults_of_members(rule, members)) == faults


class Story:
    """Two schools, a consortium that the first leads, and the stage they apply in."""

    def __init__(self) -> None:
        with clock_at(make.WRITING - timedelta(days=3)), unit_of_work():
            self.stage = make.stage(make.cycle(participation=RULE))
            self.ascend = make.school("ASCEND", nces_id="060000100001")
            self.bridges = make.school("Bridges")
            self.consortium = people.form_consortium(self.ascend.as_lead, self.ascend.organization, "East Together")

    def joins(self, school: make.School) -> None:
        with clock_at(make.WRITING - timedelta(days=2)), unit_of_work():
            asked = people.ask_member(self.ascend.as_lead, self.consortium, school.organization)
            people.answer_consortium(school.as_lead, asked, joins=True)

    def leaves(self, school: make.School) -> None:
        places = consortia.members_in(self.consortium.id)
        with clock_at(make.WRITING), unit_of_work():
            people.end_membership(
                school.as_lead, next(one for one in places if one.organization_id == school.organization.id)
            )

    def starts(self) -> Application:
        with clock_at(make.WRITING), unit_of_work():
            found = services.start(actor(self.ascend.lead), self.stage, self.consortium)
            writes = {key: services.Write(value, 0) for key, value in make.COMPLETE.items()}
            assert services.save_answers(actor(self.ascend.editor), found, writes).is_clean
        return found

    def submits(self, application: Application) -> Submission:
        with clock_at(make.WRITING), unit_of_work():
            return services.submit(actor(self.ascend.signatory), application, self.ascend.signatory.name)


@pytest.fixture
def story(begin: Begin) -> Story:
    return begin(Story)


def heads(parts: tuple[Part, ...]) -> list[str]:
    """Whom a reader finds named as members."""
    return [row.head for part in parts for item in part.items if item.key == "members" for row in item.value.rows]


def test_two_schools_write_submit_and_are_read_as_one(story: Story, client_of: Browser) -> None:
    with clock_at(make.WRITING):
        lead, other = client_of(story.ascend.lead), client_of(story.bridges.lead)
        offered = lead.get("/our/applications").text
        advice = "In this program the applicant is a consortium. You can form one, or join one"
        assert (advice in offered, advice in other.get("/our/applications").text) == (False, True)
        assert "One member organization so far; at least 2." in offered
    application = story.starts()
    page = f"/applications/{application.public_id}"
    with clock_at(make.WRITING):
        check = lead.get(f"{page}/check").text
        assert ("1 thing to do first" in check, "Those asked count once they say yes." in check) == (True, True)
        assert f"/organizations/{story.consortium.public_id}#consortia" in check
        assert other.get(page).status_code == 404
    with pytest.raises(Clash, match="One thing is not ready yet"):
        story.submits(application)
    asked, answered = application.asked, application.answered
    story.joins(story.bridges)
    assert (application.asked, application.answered) == (asked, answered + 1) == (asked, asked)
    with clock_at(make.WRITING):
        assert other.get(f"{page}/sections/vision").status_code == 200, "a member's people write along"
        with unit_of_work():
            services.comment(actor(story.bridges.lead), application, "vision", "Whose pace?")
    with clock_at(make.WRITING):
        check = lead.get(f"{page}/check").text
        assert "Every question is ready" in check
        assert ("Read the whole application" in check, make.COMPLETE["move_on"] in check) == (True, True)
        assert f"A comment of {story.bridges.lead.name} on How students move through learning" in check
    with pytest.raises(Refused), clock_at(make.WRITING), unit_of_work():
        services.submit(actor(story.bridges.signatory), application, story.bridges.signatory.name)
    submission = story.submits(application)
    assert submission.content["organization"]["members"] == [
        {"id": story.ascend.organization.public_id, **_frozen("ASCEND", leads=True, nces_id="060000100001")},
        {"id": story.bridges.organization.public_id, **_frozen("Bridges")},
    ]
    assert submission.sha256 == sha256_of(submission.content)
    with clock_at(make.WRITING):
        receipt = other.get(f"/submissions/{submission.public_id}/receipt").text
        assert "ASCEND (leads), Bridges" in receipt
    assert heads(queries.read_submission(submission)) == ["ASCEND", "Bridges"]
    assert heads(queries.read_submission(submission, blind=True)) == []


def _frozen(name: str, *, leads: bool = False, nces_id: str | None = None) -> dict[str, Any]:
    return {key: value for key, value in (member(name, leads=leads) | {"nces_id": nces_id}).items() if key != "id"}


def test_whoever_belongs_to_a_member_does_not_read_for_the_panel(story: Story, client_of: Browser) -> None:
    story.joins(story.bridges)
    submission = story.submits(story.starts())
    with clock_at(make.WRITING + timedelta(days=20)), unit_of_work():
        readers = [person("Ada Free", Role.REVIEWER), person("Ben Tied", Role.REVIEWER)]
        given = [review.assigned(review.panelist(story.stage, one), submission.application) for one in readers]
        officers = [person(None, Role.PROGRAM_OFFICER), person(None, Role.PROGRAM_OFFICER)]
        people.add_member(SYSTEM, story.bridges.organization, readers[1], OrganizationRole.VIEWER)
        join(officers[1], story.bridges.organization, OrganizationRole.VIEWER)
    with clock_at(make.WRITING + timedelta(days=21)):
        seen = [
            queries.latest_submissions(story.stage.id).where(queries.visible_applications(actor(one)))
            for one in officers
        ]
        assert [len(db.session.scalars(one).all()) for one in seen] == [1, 0]
        cards = [
            client_of(one).get(f"/review/assignments/{its.public_id}") for one, its in zip(readers, given, strict=True)
        ]
        assert [one.status_code for one in cards] == [200, 404]
        assert "ASCEND" in cards[0].text


def test_who_left_stays_in_what_was_submitted_and_the_change_is_shown(story: Story, client_of: Browser) -> None:
    with unit_of_work():
        third = make.school("Community")
    story.joins(story.bridges)
    story.joins(third)
    application = story.starts()
    first = story.submits(application)
    with pytest.raises(Refused, match="has submitted"):
        story.leaves(third)
    with clock_at(make.WRITING), unit_of_work():
        services.reopen(actor(story.ascend.lead), application)
    story.leaves(third)
    with clock_at(make.WRITING):
        lead = client_of(story.ascend.lead)
        draft = lead.get(f"/submissions/{first.public_id}/changes?to=draft").text
        assert "Community" in draft.partition("<del>")[2]
    second = story.submits(application)
    assert [heads(queries.read_submission(one)) for one in (first, second)] == [
        ["ASCEND", "Bridges", "Community"],
        ["ASCEND", "Bridges"],
    ]
    with clock_at(make.WRITING):
        assert "1 question changed" in lead.get(f"/submissions/{second.public_id}/changes").text


def test_the_case_the_list_and_the_export_say_who_is_in_it(story: Story, client_of: Browser) -> None:
    story.joins(story.bridges)
    submission = story.submits(story.starts())
    columns = answer_columns([story.stage])
    cells = dict(
        zip((one.heading for one in columns), answer_cells(columns, story.stage, submission.content), strict=True)
    )
    assert cells["Member organizations"] == "ASCEND (leads); Bridges"
    with unit_of_work():
        officer = person(None, Role.PROGRAM_OFFICER)
    with clock_at(make.WRITING):
        staff = client_of(officer)
        case = staff.get(f"/cases/{submission.application.case.public_id}").text
        assert [name in case for name in ("2 members", "ASCEND", "Bridges")] == [True] * 3
        assert "East Together" in staff.get("/applications?search=bridg").text
        assert "East Together" not in staff.get("/applications?search=nobody").text
