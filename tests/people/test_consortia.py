"""A consortium is formed, joined and left; its people are those of its members."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.background.runner import run_due
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.people import consortia, services
from grants.people.models import ConsortiumMember, Organization, OrganizationMembership, Person
from grants.people.todos import todos
from grants.persistence.session import db, unit_of_work
from tests.factories.applications import School, school
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def ascend(app: Flask) -> School:
    with unit_of_work():
        return school("ASCEND", email_domain="ascend.example")


@pytest.fixture
def bridges(app: Flask) -> School:
    with unit_of_work():
        return school("Bridges")


def formed(leader: School, *members: School, name: str = "East Oakland Together") -> Organization:
    """A consortium that these organizations have joined."""
    with unit_of_work():
        made = services.form_consortium(leader.as_lead, leader.organization, name)
        for one in members:
            asked = services.ask_member(leader.as_lead, made, one.organization)
            services.answer_consortium(one.as_lead, asked, joins=True)
    return made


def people_of(consortium: Organization) -> dict[str, tuple[str, str | None]]:
    """Name -> role, and through which organization."""
    rows = db.session.scalars(
        select(OrganizationMembership).where(OrganizationMembership.organization_id == consortium.id)
    )
    return {one.person.name: (one.role, one.through.name if one.through else None) for one in rows}


def mailed(template: str) -> list[str]:
    run_due()
    found = select(Message.to_email).where(Message.template == template).order_by(Message.id)
    return list(db.session.scalars(found))


def place(consortium: Organization, of: School) -> ConsortiumMember:
    """An organization's present place in a consortium."""
    return next(
        one
        for one in [*consortia.members_in(consortium.id), *consortia.asked_into(consortium)]
        if one.organization_id == of.organization.id
    )


def titles(app: Flask, who: Person) -> list[str]:
    with app.test_request_context():
        return [one.title for one in todos(actor(who))]


def test_two_schools_apply_as_one(app: Flask, ascend: School, bridges: School, client_of: Browser) -> None:
    lead, other = client_of(ascend.lead), client_of(bridges.lead)
    new = f"/organizations/{ascend.organization.public_id}/consortium/new"
    assert lead.get(new).status_code == 200
    page = lead.post(new, data={"name": "East Oakland Together"}).location.partition("#")[0]
    assert "Bridges" in lead.get(f"{page}?find=brid").text
    answers = [lead.post(f"{page}/consortium/ask", data={"organization": bridges.organization.public_id}) for _ in "ab"]
    assert [one.status_code for one in answers] == [302, 409]
    assert mailed("people.consortium_asked") == [bridges.lead.email]
    assert titles(app, bridges.lead) == ["Answer whether Bridges joins East Oakland Together"]
    assert other.get(page).status_code == 404, "who is only asked does not see the consortium"
    own = f"/organizations/{bridges.organization.public_id}"
    assert "whether Bridges joins" in other.get(own).text
    made = db.session.scalars(select(Organization).where(Organization.kind == "consortium")).one()
    answer = f"{own}/consortia/{place(made, bridges).public_id}/answer"
    assert [other.post(answer, data={"joins": "yes"}).status_code for _ in "ab"] == [302, 409]
    assert titles(app, bridges.lead) == []
    assert mailed("people.consortium_news") == [ascend.lead.email]
    assert "through Bridges" in other.get(page).text
    assert "Ask an organization to join" not in other.get(page).text, "the leading organization asks"
    assert people_of(made) == {
        ascend.lead.name: ("lead", "ASCEND"),
        ascend.editor.name: ("editor", "ASCEND"),
        ascend.viewer.name: ("viewer", "ASCEND"),
        ascend.signatory.name: ("signatory", "ASCEND"),
        bridges.lead.name: ("editor", "Bridges"),
        bridges.editor.name: ("editor", "Bridges"),
        bridges.viewer.name: ("viewer", "Bridges"),
        bridges.signatory.name: ("editor", "Bridges"),
    }
    assert other.post(f"{own}/consortia/{place(made, bridges).public_id}/leave").status_code == 302
    assert (other.get(page).status_code, len(people_of(made))) == (404, 4)
    assert mailed("people.consortium_news") == [ascend.lead.email] * 2
    assert "left, in it since" in lead.get(page).text


def test_who_says_no_is_not_in_it_and_may_be_asked_again(app: Flask, ascend: School, bridges: School) -> None:
    made = formed(ascend)
    with unit_of_work():
        asked = services.ask_member(ascend.as_lead, made, bridges.organization)
    for nobody in (ascend.as_lead, bridges.as_editor):
        with pytest.raises(Refused), unit_of_work():
            services.answer_consortium(nobody, asked, joins=True)
    with unit_of_work():
        services.answer_consortium(bridges.as_lead, asked, joins=False)
    assert (len(people_of(made)), consortia.asked_into(made)) == (4, [])
    with unit_of_work():
        again = services.ask_member(ascend.as_lead, made, bridges.organization)
        services.end_membership(ascend.as_lead, again)
    assert [(one.ended, one.since) for one in consortia.former_members(made).items] == [
        ("taken_back", None),
        ("declined", None),
    ]


def test_only_the_leading_organization_decides_who_is_in_it(ascend: School, bridges: School) -> None:
    made = formed(ascend, bridges)
    with unit_of_work():
        third = organization("Third")
    with pytest.raises(Refused), unit_of_work():
        services.ask_member(bridges.as_lead, made, third)
    with pytest.raises(Refused), unit_of_work():
        services.end_membership(bridges.as_lead, place(made, ascend))
    with pytest.raises(Refused), unit_of_work():
        services.hand_lead_over(bridges.as_lead, place(made, bridges))
    with pytest.raises(Refused, match="leads the consortium"), unit_of_work():
        services.end_membership(ascend.as_lead, place(made, ascend))
    with pytest.raises(Refused), unit_of_work():
        services.form_consortium(ascend.as_editor, ascend.organization, "No")
    with pytest.raises(Invalid), unit_of_work():
        services.form_consortium(ascend.as_lead, ascend.organization, " ")
    another = formed(bridges, name="Another")
    with pytest.raises(Refused, match="Ask its members"), unit_of_work():
        services.ask_member(ascend.as_lead, made, another)


def test_the_foundation_may_do_all_of_it(ascend: School, bridges: School) -> None:
    with unit_of_work():
        olga = actor(person("Olga", Role.PROGRAM_OFFICER))
        made = services.form_consortium(olga, ascend.organization, "Together")
        asked = services.ask_member(olga, made, bridges.organization)
        services.answer_consortium(olga, asked, joins=True)
        services.hand_lead_over(olga, place(made, bridges))
        services.end_membership(olga, place(made, ascend))
    assert made.unchecked_since is None
    assert {through for _, through in people_of(made).values()} == {"Bridges"}


def test_where_there_is_no_lead_the_foundation_answers(app: Flask, ascend: School) -> None:
    made = formed(ascend)
    with unit_of_work():
        olga, empty = person("Olga", Role.PROGRAM_OFFICER), organization("Empty")
        services.ask_member(ascend.as_lead, made, empty)
    assert "Answer whether Empty joins East Oakland Together" in titles(app, olga)


def test_people_come_and_go_with_their_organization(ascend: School, bridges: School) -> None:
    made = formed(ascend, bridges)
    with unit_of_work():
        nora = person("Nora")
        services.add_member(SYSTEM, bridges.organization, nora, OrganizationRole.LEAD)
    assert people_of(made)["Nora"] == ("editor", "Bridges")
    with unit_of_work():
        services.change_member_role(bridges.as_lead, bridges.organization, nora, OrganizationRole.VIEWER)
    assert people_of(made)["Nora"] == ("viewer", "Bridges")
    with unit_of_work():
        services.add_member(SYSTEM, ascend.organization, nora, OrganizationRole.SIGNATORY)
    assert people_of(made)["Nora"] == ("signatory", "ASCEND"), "of two ways, the one that gives more"
    with unit_of_work():
        services.remove_member(ascend.as_lead, ascend.organization, nora)
    assert people_of(made)["Nora"] == ("viewer", "Bridges")
    with pytest.raises(Refused, match="through Bridges"), unit_of_work():
        services.remove_member(ascend.as_lead, made, nora)
    with unit_of_work():
        services.remove_member(bridges.as_lead, bridges.organization, nora)
    assert "Nora" not in people_of(made)


def test_who_works_for_the_consortium_alone_stays_when_members_go(ascend: School, bridges: School) -> None:
    made = formed(ascend, bridges)
    with unit_of_work():
        cora = person("Cora")
        services.add_member(SYSTEM, made, cora, OrganizationRole.EDITOR)
        join(cora, bridges.organization, OrganizationRole.VIEWER)
        services.end_membership(ascend.as_lead, place(made, bridges))
    assert people_of(made)["Cora"] == ("editor", None)


def test_a_member_writes_only_where_it_is_let(ascend: School, bridges: School, client_of: Browser) -> None:
    made = formed(ascend, bridges)
    browser = client_of(ascend.lead)
    write = f"/organizations/{made.public_id}/consortium/{place(made, bridges).public_id}/write"
    assert browser.post(write, data={"writes": "no"}).status_code == 302
    assert {role for role, through in people_of(made).values() if through == "Bridges"} == {"viewer"}
    assert browser.post(write, data={"writes": "yes"}).status_code == 302
    assert people_of(made)[bridges.signatory.name] == ("editor", "Bridges")


def test_the_lead_changes_hands_and_both_times_are_kept(ascend: School, bridges: School, client_of: Browser) -> None:
    made = formed(ascend, bridges)
    page = f"/organizations/{made.public_id}"
    assert client_of(ascend.lead).post(f"{page}/consortium/{place(made, bridges).public_id}/lead").status_code == 302
    members = [(one.organization.name, one.role) for one in consortia.members_in(made.id)]
    assert members == [("Bridges", "lead"), ("ASCEND", "member")]
    assert (people_of(made)[bridges.signatory.name], people_of(made)[ascend.signatory.name]) == (
        ("signatory", "Bridges"),
        ("editor", "ASCEND"),
    )
    assert sorted(one.role for one in consortia.former_members(made).items) == ["lead", "member"]
    assert "Led" in client_of(bridges.lead).get(page).text


def test_names_are_found_by_three_letters_and_no_consortium_among_them(ascend: School, bridges: School) -> None:
    made = formed(ascend, name="Bridges Together")
    assert [one.name for one in consortia.could_be_asked(made, "bridg")] == ["Bridges"]
    assert consortia.could_be_asked(made, "br") == []
    assert consortia.could_be_asked(made, "ascend") == [], "it is in it already"


def test_the_page_takes_as_many_statements_for_one_member_as_for_thirty(
    ascend: School, bridges: School, client_of: Browser, statements: Callable[[], Any]
) -> None:
    made = formed(ascend, bridges)
    browser, page = client_of(ascend.lead), f"/organizations/{made.public_id}?find=school"
    browser.get(page)
    with statements() as one:
        browser.get(page)
    with unit_of_work():
        for number in range(30):
            asked = services.ask_member(ascend.as_lead, made, organization(f"School {number}"))
            services.answer_consortium(actor(_olga(number)), asked, joins=True)
    with statements() as thirty:
        assert browser.get(page).status_code == 200
    assert len(one) == len(thirty)


def _olga(number: int) -> Person:
    return person(f"Olga {number}", Role.PROGRAM_OFFICER)


def test_two_answers_at_once_are_one(app: Flask, ascend: School, bridges: School) -> None:
    """A yes of one lead and a no of another, at the same moment: the second is told that it is answered."""
    made = formed(ascend)
    with unit_of_work():
        asked = services.ask_member(ascend.as_lead, made, bridges.organization)
        public_id, consortium_id, who = asked.public_id, made.id, bridges.lead.id
    start = Barrier(2)

    def answer(joins: bool) -> str:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    organization_ = db.session.get_one(Organization, bridges_id)
                    found = consortia.invitation_to(organization_, public_id)
                    services.answer_consortium(actor(db.session.get_one(Person, who)), found, joins=joins)
            except Clash:
                return "late"
            finally:
                db.session.remove()
            return "first"

    bridges_id = bridges.organization.id
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(answer, (True, False))) == ["first", "late"]
    db.session.rollback()
    assert len(consortia.members_in(consortium_id)) + consortia.former_members(made).total == 2


def test_who_joins_a_member_while_it_joins_a_consortium_is_in_both(app: Flask, ascend: School, bridges: School) -> None:
    made = formed(ascend)
    with unit_of_work():
        public_id = services.ask_member(ascend.as_lead, made, bridges.organization).public_id
        nora = person("Nora").id
    bridges_id, lead = bridges.organization.id, bridges.lead.id
    start = Barrier(2)

    def joins(what: str) -> None:
        with app.app_context():
            start.wait()
            with unit_of_work():
                theirs, by = db.session.get_one(Organization, bridges_id), actor(db.session.get_one(Person, lead))
                if what == "person":
                    someone = db.session.get_one(Person, nora)
                    services.add_member(SYSTEM, theirs, someone, OrganizationRole.EDITOR)
                else:
                    services.answer_consortium(by, consortia.invitation_to(theirs, public_id), joins=True)
            db.session.remove()

    with ThreadPoolExecutor(2) as both:
        list(both.map(joins, ("person", "consortium")))
    db.session.rollback()
    assert people_of(made)["Nora"] == ("editor", "Bridges")


def test_a_member_that_is_merged_into_another_keeps_its_place_and_its_people(ascend: School, bridges: School) -> None:
    made = formed(ascend, bridges)
    with unit_of_work():
        twin = school("Bridges Academy")
        asked = services.ask_member(ascend.as_lead, made, twin.organization)
        services.answer_consortium(twin.as_lead, asked, joins=True)
        olga = actor(person("Olga", Role.PROGRAM_OFFICER))
    with unit_of_work():
        services.merge_organizations(olga, bridges.organization, twin.organization, ())
    assert [one.organization.name for one in consortia.members_in(made.id)] == ["ASCEND", "Bridges Academy"]
    assert people_of(made)[bridges.editor.name] == ("editor", "Bridges Academy")
    assert len(people_of(made)) == 12
    with pytest.raises(Clash, match="is a consortium that has"), unit_of_work():
        services.merge_organizations(olga, made, ascend.organization, ())
