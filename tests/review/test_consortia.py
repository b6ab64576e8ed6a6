"""Whoever is tied to a member of a consortium is kept from its case, as if the member itself applied."""

from datetime import timedelta
from typing import Any

import pytest

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.roles import OrganizationRole
from grants.people import consortia
from grants.people import services as people
from grants.people.models import ConsortiumMember, Organization, Person
from grants.persistence.session import db, unit_of_work
from tests.factories import review as make
from tests.factories.applications import OPENS, School, school
from tests.factories.people import actor, join
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")


def together(*members: School, leader: School) -> School:
    """A consortium as an applicant: the leading organization's people act for it."""
    with clock_at(OPENS), unit_of_work():
        made = people.form_consortium(leader.as_lead, leader.organization, "Together")
        for one in members:
            joins(made, one, leader)
    return School(made, leader.lead, leader.editor, leader.viewer, leader.signatory)


def joins(made: Organization, one: School, leader: School) -> ConsortiumMember:
    asked = people.ask_member(leader.as_lead, made, one.organization)
    people.answer_consortium(one.as_lead, asked, joins=True)
    return asked


def sees(someone: Person, case: Case) -> bool:
    db.session.rollback()
    found = db.session.query(Case.id).where(Case.id == case.id, not_conflicted(actor(someone), Case.id))
    return found.first() is not None


def two_schools(**more: Any) -> tuple[School, School]:
    with unit_of_work():
        return school("ASCEND"), school("Bridges", **more)


def test_who_is_tied_to_a_member_is_tied_to_the_consortium() -> None:
    ascend, bridges = two_schools(email_domain="bridges.example")
    panel = Panel.of("Ann", "Ben", "Cal")
    ben = panel.invite("Bea", email="bea@bridges.example")
    with unit_of_work():
        join(panel["Ann"].person, bridges.organization, OrganizationRole.VIEWER)
        asked = people.invite_coach(
            bridges.as_lead, bridges.organization, "Ben", panel["Ben"].person.email, "Partner", "read it", "one"
        )
        people.accept_coaching(panel["Ben"].by, asked)
    application = panel.application_of(together(bridges, leader=ascend).organization)
    panel.all_declare()
    assert panel.conflicts() == {
        ("Ann", "Together"): "same_organization",
        ("Ben", "Together"): "coach",
        ("Bea", "Together"): "same_email_domain",
    }
    seen = [sees(one, application.case) for one in (panel["Ann"].person, panel["Ben"].person, ben.person)]
    assert (seen, sees(panel["Cal"].person, application.case)) == ([False] * 3, True)


def test_a_member_that_joins_while_it_is_read_takes_its_reviewers_away_at_once() -> None:
    ascend, bridges = two_schools(email_domain="bridges.example")
    panel = Panel.of("Ann", "Cal")
    panel.invite("Bea", email="bea@bridges.example")
    with unit_of_work():
        join(panel["Ann"].person, bridges.organization, OrganizationRole.VIEWER)
    alone = together(leader=ascend)
    application = panel.application_of(alone.organization)
    panel.all_declare()
    for name in ("Ann", "Bea", "Cal"):
        panel.assigns(name, application)
    assert [panel[name].pile() for name in ("Ann", "Bea", "Cal")] == [["Together"]] * 3
    with clock_at(make.REVIEWING), unit_of_work():
        joins(alone.organization, bridges, ascend)
    assert [panel[name].pile() for name in ("Ann", "Bea", "Cal")] == [[], [], ["Together"]]
    assert not sees(panel["Ann"].person, application.case)


def arrives(someone: Person, one: School) -> None:
    """Whoever leads an organization asks somebody to belong to it, and they say yes."""
    with clock_at(make.REVIEWING), unit_of_work():
        asked = people.invite_member(
            one.as_lead, one.organization, someone.name, someone.email, OrganizationRole.VIEWER
        )
        people.accept_invitation(actor(someone), asked)


def test_who_comes_to_belong_to_a_member_while_the_consortium_is_read_loses_it_at_once() -> None:
    ascend, bridges = two_schools()
    panel = Panel.of("Ann", "Cal")
    application = panel.application_of(together(bridges, leader=ascend).organization)
    panel.all_declare()
    for name in ("Ann", "Cal"):
        panel.assigns(name, application)
    arrives(panel["Ann"].person, bridges)
    assert ([panel[name].pile() for name in ("Ann", "Cal")]) == [[], ["Together"]]
    assert panel.conflicts() == {("Ann", "Together"): "same_organization"}


def test_a_tie_by_network_is_found_when_either_comes_to_it() -> None:
    ascend, bridges = two_schools()
    panel = Panel.of("Ann", "Ben", "Cal", conflicts=["same_organization", "same_network", "declared"])
    with unit_of_work():
        join(panel["Ann"].person, bridges.organization, OrganizationRole.VIEWER)
    application = panel.application_of(ascend.organization)
    panel.all_declare()
    for name in ("Ann", "Ben", "Cal"):
        panel.assigns(name, application)
    together(bridges, leader=ascend)  # the applicant, and where Ann belongs, are in one network from now on
    assert [panel[name].pile() for name in ("Ann", "Ben")] == [[], ["ASCEND"]]
    arrives(panel["Ben"].person, bridges)
    assert panel.conflicts() == {("Ann", "ASCEND"): "same_network", ("Ben", "ASCEND"): "same_network"}
    assert [panel[name].pile() for name in ("Ben", "Cal")] == [[], ["ASCEND"]]


def test_a_member_that_is_taken_out_after_it_submitted_bars_its_people_still() -> None:
    ascend, bridges = two_schools()
    panel = Panel.of("Ann", "Cal")
    with unit_of_work():
        join(panel["Ann"].person, bridges.organization, OrganizationRole.VIEWER)
    applicant = together(bridges, leader=ascend)
    application = panel.application_of(applicant.organization)
    with clock_at(make.REVIEWING), unit_of_work():
        member = next(one for one in consortia.members_in(applicant.organization.id) if one.role == "member")
        people.end_membership(ascend.as_lead, member)
    assert (sees(panel["Ann"].person, application.case), sees(panel["Cal"].person, application.case)) == (False, True)


def test_who_was_asked_or_left_before_it_submitted_bars_nobody() -> None:
    ascend, bridges = two_schools()
    panel = Panel.of("Ann")
    panel.application_of("Early School", OPENS - timedelta(days=1))  # whoever submitted before says nothing of it
    with unit_of_work():
        join(panel["Ann"].person, bridges.organization, OrganizationRole.VIEWER)
    applicant = together(bridges, leader=ascend)
    with clock_at(OPENS), unit_of_work():
        member = next(one for one in consortia.members_in(applicant.organization.id) if one.role == "member")
        people.end_membership(bridges.as_lead, member)
        people.ask_member(ascend.as_lead, applicant.organization, bridges.organization)
    application = panel.application_of(applicant.organization, make.CLOSED)
    assert sees(panel["Ann"].person, application.case)


def test_a_member_leaves_by_itself_only_while_nothing_submitted_waits_for_a_decision() -> None:
    ascend, bridges = two_schools()
    applicant = together(bridges, leader=ascend)
    application = Panel.of().application_of(applicant.organization)
    member = next(one for one in consortia.members_in(applicant.organization.id) if one.role == "member")
    with pytest.raises(Refused, match="with you as a member"), unit_of_work():
        people.end_membership(bridges.as_lead, member)
    assert application.state == "submitted"
    with unit_of_work():
        people.end_membership(ascend.as_lead, member)
    assert len(consortia.members_in(applicant.organization.id)) == 1
