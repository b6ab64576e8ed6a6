"""Organizations, who belongs to them, and who coaches them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background.runner import run_due
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.people import queries, services
from grants.people.details import OrganizationDetails
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.session import db, unit_of_work
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
ASKED = ("Mastery Design Collaborative", "read it", "one")
"""What a coach is asked for: from where, to what, and the cause of the message."""
FORM = {
    "name": "Urban Promise Academy",
    "kind": "school",
    "sector": "district",
    "nces_id": "06 28050 12345",
    "cds_id": "01-61259-0101972",
    "grade_from": "6",
    "grade_to": "8",
    "enrollment": "374",
    "low_income": "93.6",
    "street": "3031 East 18th Street",
    "city": "Oakland",
    "region": "California",
    "postal_code": "94601",
    "email_domain": "@UPA.example.org",
}


@pytest.fixture
def officer(app: Flask) -> Person:
    with unit_of_work():
        return person("Maya Reed", Role.PROGRAM_OFFICER)


def all_organizations() -> list[Organization]:
    return list(db.session.scalars(select(Organization).order_by(Organization.id)))


def test_an_organization_is_added_as_described(officer: Person, client_of: Browser) -> None:
    answer = client_of(officer).post("/organizations/new", data=FORM)
    (one,) = all_organizations()
    assert answer.location == f"/organizations/{one.public_id}"
    assert (one.nces_id, one.cds_id, one.grades, one.enrollment) == ("062805012345", "01612590101972", "6-8", 374)
    assert (one.low_income_share, one.email_domain, one.illustrative) == (Decimal("0.936"), "upa.example.org", False)


@pytest.mark.parametrize(("field", "label"), [("nces_id", "NCES id"), ("cds_id", "CDS code")])
def test_an_identifier_of_another_is_refused_by_its_name_and_nothing_typed_is_lost(
    officer: Person, client_of: Browser, field: str, label: str
) -> None:
    client_of(officer).post("/organizations/new", data=FORM)
    other = {**FORM, "name": "Second", "nces_id": "", "cds_id": "", field: FORM[field]}
    answer = client_of(officer).post("/organizations/new", data=other)
    assert answer.status_code == 422
    assert f"Urban Promise Academy has this {label} already." in answer.text
    assert 'value="Second"' in answer.text
    assert 'value="3031 East 18th Street"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert len(all_organizations()) == 1


def test_an_organization_keeps_its_own_identifiers_when_it_is_edited(officer: Person, client_of: Browser) -> None:
    browser = client_of(officer)
    browser.post("/organizations/new", data=FORM)
    (one,) = all_organizations()
    page = f"/organizations/{one.public_id}/edit"
    assert 'value="93.6"' in browser.get(page).text
    assert browser.post(page, data={**FORM, "enrollment": "380"}).status_code == 302
    assert db.session.get_one(Organization, one.id, populate_existing=True).enrollment == 380


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Write the organization’s name."),
        ({"kind": ""}, "Choose what kind"),
        ({"sector": ""}, "district-run or a charter"),
        ({"nces_id": "123"}, "12 digits"),
        ({"kind": "district", "sector": ""}, "7 digits"),
        ({"cds_id": "0161259"}, "14 digits"),
        ({"grade_from": ""}, "Give both"),
        ({"grade_from": "9"}, "lies below"),
        ({"enrollment": "-1"}, "from 0 to"),
        ({"enrollment": "many"}, "Write a whole number"),
        ({"low_income": "120"}, "from 0 to 100"),
        ({"low_income": "most"}, "Write a number, such as 61.5."),
        ({"email_domain": "not a domain"}, "after the @"),
        ({"kind": "palace"}, "Choose one of those offered."),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field(
    officer: Person, client_of: Browser, changes: dict[str, str], sentence: str
) -> None:
    answer = client_of(officer).post("/organizations/new", data={**FORM, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert all_organizations() == []


def test_a_duplicate_that_came_in_between_is_a_clash(officer: Person) -> None:
    details = OrganizationDetails(name="First", kind="nonprofit", cds_id="01612590101972")
    with unit_of_work():
        services.add_organization(actor(officer), details)
    with pytest.raises(Clash, match="a moment ago"), unit_of_work() as session:
        session.add(organization_with(details))


def organization_with(details: OrganizationDetails) -> Organization:
    from grants.kernel.clock import now

    return Organization(**details.values(), created_at=now())


def test_the_list_is_narrowed_by_its_url(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        organization("ASCEND", sector="charter", city="Oakland")
        organization("Lodestar", sector="charter", cds_id="01100170136101")
        organization("District", kind="district")
    browser = client_of(officer)

    def names(query: str) -> list[str]:
        text = browser.get(f"/organizations.csv?{query}").data.decode("utf-8-sig")
        return [line.split(",")[0] for line in text.splitlines()[1:]]

    assert names("") == ["ASCEND", "District", "Lodestar"]
    assert names("sector=charter&sort=-name") == ["Lodestar", "ASCEND"]
    assert names("kind=district") == ["District"]
    assert names("search=oakl") == ["ASCEND"]
    assert names("search=0110017") == ["Lodestar"]


@pytest.mark.parametrize("count", [1, 30])
def test_the_lists_ask_the_same_questions_for_one_and_for_thirty(
    officer: Person, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    with unit_of_work():
        school = organization("ASCEND")
        for _ in range(count):
            organization(enrollment=250, low_income_share=Decimal("0.915"), grade_from="K", grade_to="8")
            join(person(), school, OrganizationRole.EDITOR)
    browser = client_of(officer)
    asked = {}
    for page in ("/organizations", f"/organizations/{school.public_id}"):
        with statements() as seen:
            assert browser.get(page).status_code == 200
        asked[page[:15]] = len([one for one in seen if one.startswith("SELECT")])
    assert asked == {"/organizations": 4, "/organizations/"[:15]: 12}


def test_members_and_coaches_see_their_own_organization_and_no_other(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        mine, other = organization("ASCEND"), organization("Lodestar")
        member, coach, reviewer = person("Dana"), person("Coach"), person("Ben", Role.REVIEWER)
        join(member, mine)
        asked = services.invite_coach(actor(member), mine, coach.name, coach.email, *ASKED)
        services.accept_coaching(actor(coach), asked)
    for someone in (member, coach):
        assert client_of(someone).get(f"/organizations/{mine.public_id}").status_code == 200
        assert client_of(someone).get(f"/organizations/{other.public_id}").status_code == 404
        assert client_of(someone).get("/organizations").status_code == 403
    assert client_of(reviewer).get(f"/organizations/{mine.public_id}").status_code == 404


def test_only_a_lead_or_the_foundation_changes_who_belongs(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        school = organization("ASCEND")
        people = {role: person(role.label) for role in OrganizationRole}
        for role, someone in people.items():
            join(someone, school, role)
    page = f"/organizations/{school.public_id}"
    viewer = people[OrganizationRole.VIEWER]
    for role in (OrganizationRole.EDITOR, OrganizationRole.SIGNATORY, OrganizationRole.VIEWER):
        browser = client_of(people[role])
        assert "Invite a colleague" not in browser.get(page).text
        invited = browser.post(
            f"{page}/members", data={"member-name": "X", "member-email": "x@example.org", "member-role": "lead"}
        )
        assert invited.status_code == 403
        assert browser.post(f"{page}/members/{viewer.public_id}", data={"role": "lead"}).status_code == 403
        assert browser.post(f"{page}/members/{viewer.public_id}/remove").status_code == 403
    lead = client_of(people[OrganizationRole.LEAD])
    assert lead.post(f"{page}/members/{viewer.public_id}", data={"role": "editor"}).status_code == 302
    assert lead.post(f"{page}/members/{viewer.public_id}/remove").status_code == 302
    assert client_of(viewer).get(page).status_code == 404, "gone at once"


def test_an_organization_keeps_a_lead(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        school, dana, luis = organization("ASCEND"), person("Dana"), person("Luis")
        officer = person("Maya", Role.PROGRAM_OFFICER)
        join(dana, school)
        join(luis, school, OrganizationRole.EDITOR)
    page, browser = f"/organizations/{school.public_id}/members", client_of(dana)
    assert browser.post(f"{page}/{dana.public_id}", data={"role": "viewer"}).status_code == 403
    assert browser.post(f"{page}/{dana.public_id}/remove").status_code == 403
    assert browser.post(f"{page}/{luis.public_id}", data={"role": "lead"}).status_code == 302
    left = browser.post(f"{page}/{dana.public_id}/remove", follow_redirects=True)
    assert "Dana no longer belongs to ASCEND." in left.text
    assert client_of(officer).post(f"{page}/{luis.public_id}/remove").status_code == 302
    assert db.session.scalars(select(OrganizationMembership)).all() == []


def test_the_foundations_own_people_and_closed_accounts_are_not_let_in(app: Flask) -> None:
    with unit_of_work():
        school, dana = organization("ASCEND"), person("Dana")
        join(dana, school)
        person("Maya", Role.PROGRAM_OFFICER, email="maya@example.org")
        person("Gone", email="gone@example.org", is_active=False)
        said = []
        for email in ("maya@example.org", "gone@example.org"):
            with pytest.raises(Invalid) as as_member:
                services.invite_member(actor(dana), school, "X", email, OrganizationRole.EDITOR)
            with pytest.raises(Invalid) as as_coach:
                services.invite_coach(actor(dana), school, "X", email, *ASKED)
            said += [as_member.value.errors, as_coach.value.errors]
    # A lead learns neither whose the address is nor what they are.
    neutral = "This address cannot be invited. Ask the foundation, which can tell you more."
    assert said == [{"email": neutral}] * 4


def test_a_coach_comes_goes_and_comes_back(app: Flask) -> None:
    with unit_of_work():
        school, dana, coach = organization("ASCEND"), person("Dana"), person("Cora", email="cora@example.org")
        join(dana, school)
        first = services.invite_coach(actor(dana), school, "Cora", "cora@example.org", *ASKED)
        assert (actor(coach).coaching, queries.coaches_of(school)) == (frozenset(), [])
        services.accept_coaching(actor(coach), first)
        assert actor(coach).coaching == {school.id}
        since = first.since
        # Asked again, for another draft, they go on as they were.
        again = services.invite_coach(actor(dana), school, "Cora", "Cora@example.org", "MDC", "read more", "two")
        assert (again.id, again.since, again.partner) == (first.id, since, "MDC")
        services.end_coaching(actor(dana), school, coach)
        assert actor(coach).coaching == frozenset()
        assert queries.coaches_of(school) == []
        assert services.invite_coach(actor(dana), school, "Cora", "cora@example.org", *ASKED[:2], "three") is first
        assert queries.coaches_of(school) == []
        with pytest.raises(Missing):
            services.decline_coaching(actor(dana), first)
        services.accept_coaching(actor(coach), first)
        assert [one.person_id for one in queries.coaches_of(school)] == [coach.id]
        with pytest.raises(Missing):
            services.accept_coaching(actor(coach), first)
        with pytest.raises(Clash, match="belongs to ASCEND"):
            services.invite_coach(actor(dana), school, "Dana", dana.email, *ASKED)
        with pytest.raises(Invalid, match="Write which organization the coach comes from"):
            services.invite_coach(actor(dana), school, "Cora", "cora@example.org", " ", "read it", "four")
    run_due()
    told = db.session.scalars(select(Message).where(Message.person_id == coach.id).order_by(Message.id)).all()
    assert [(one.template, one.body.splitlines()[2].partition(". ")[0]) for one in told] == [
        ("people.coach_asked", "Dana asks you to read it"),
        ("people.coach_named", "Dana asks you to read more"),
        ("people.coach_asked", "Dana asks you to read it"),
    ]
    answered = db.session.scalars(select(Message).where(Message.person_id == dana.id)).all()
    assert {one.body.splitlines()[2] for one in answered} == {"Cora coaches ASCEND now."}


def test_members_of_one_organization_do_not_manage_another(app: Flask) -> None:
    with unit_of_work():
        mine, other, dana = organization("ASCEND"), organization("Lodestar"), person("Dana")
        join(dana, mine)
        with pytest.raises(Refused):
            services.invite_member(actor(dana), other, "X", "x@example.org", OrganizationRole.LEAD)


STAFF = sorted(Role.staff())


@pytest.mark.parametrize("role", STAFF)
def test_staff_neither_belong_to_an_organization_nor_coach_it(officer: Person, role: Role) -> None:
    with unit_of_work():
        place, someone = organization("ASCEND"), person("Sam Staff", role)
    sentence = "Sam Staff works for the foundation, and so cannot belong to one that applies to it."
    by, editor = actor(officer), OrganizationRole.EDITOR
    for let_in in (
        lambda: services.add_member(by, place, someone, editor),
        lambda: services.invite_member(by, place, someone.name, someone.email, editor),
        lambda: services.invite_coach(by, place, someone.name, someone.email, *ASKED),
    ):
        with pytest.raises(Invalid, match=sentence), unit_of_work():
            let_in()
    assert (queries.members_of(place).total, list(queries.coaches_of(place))) == (0, [])


@pytest.mark.parametrize("tie", ["member", "coach"])
@pytest.mark.parametrize("role", STAFF)
def test_who_belongs_to_an_organization_or_coaches_it_does_not_work_here(
    officer: Person, client_of: Browser, role: Role, tie: str
) -> None:
    with unit_of_work():
        root, someone = person("Root", Role.ADMINISTRATOR), person("Mo Member")
        place = organization("ASCEND")
        if tie == "member":
            services.add_member(actor(officer), place, someone, OrganizationRole.VIEWER)
        else:
            asked = services.invite_coach(actor(officer), place, someone.name, someone.email, *ASKED)
            services.accept_coaching(actor(someone), asked)
    answer = client_of(root).post(f"/people/{someone.public_id}/roles", data={"role": role.value})
    assert (answer.status_code, "Mo Member is with ASCEND, and so cannot work for the foundation" in answer.text) == (
        403,
        True,
    )
    with unit_of_work():
        services.grant_role(actor(root), someone, Role.REVIEWER)
        if tie == "member":
            services.remove_member(actor(officer), place, someone)
        else:
            services.end_coaching(actor(officer), place, someone)
        services.grant_role(actor(root), someone, role)
    assert someone.role_labels == sorted([Role.REVIEWER.label, role.label])


def test_of_a_role_and_a_membership_given_at_once_one_is_refused(app: Flask, officer: Person) -> None:
    with unit_of_work():
        root, someone, place = person("Root", Role.ADMINISTRATOR), person("Mo Member"), organization("ASCEND")
        grantor, host = actor(root), actor(officer)
    person_id, place_id = someone.id, place.id
    db.session.rollback()

    def grant() -> None:
        services.grant_role(grantor, db.session.get_one(Person, person_id), Role.FINANCE_OFFICER)

    def let_in() -> None:
        where = db.session.get_one(Organization, place_id)
        services.add_member(host, where, db.session.get_one(Person, person_id), OrganizationRole.LEAD)

    barrier = Barrier(2)

    def run(act: Callable[[], None]) -> str:
        with app.app_context():
            barrier.wait()
            try:
                with unit_of_work():
                    act()
            except (Invalid, Refused):
                return "refused"
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, (grant, let_in))) == ["done", "refused"]


def test_an_organizations_people_are_shown_thirty_at_a_time(app: Flask, client_of: Browser, officer: Person) -> None:
    with unit_of_work():
        school = organization("ASCEND")
        for number in range(31):
            join(person(f"Teacher {number:02}"), school)
    page = client_of(officer).get(f"/organizations/{school.public_id}").get_data(as_text=True)
    assert (page.count('name="role" id="role-'), "1 to 30 of 31" in page, "Teacher 30" in page) == (30, True, False)
    page = client_of(officer).get(f"/organizations/{school.public_id}?page=2").get_data(as_text=True)
    assert (page.count('name="role" id="role-'), "Teacher 30" in page) == (1, True)
