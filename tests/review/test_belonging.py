"""Whoever belongs to an applicant is kept from it, whatever the program looks for; and there is one way of asking."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from grants.applications.models import Application, CoachedSection
from grants.casework.models import Case
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.people import services as people
from grants.people.models import CoachInvitation, ConsortiumMember, Organization, OrganizationMembership, Person
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Conflict
from tests.factories import review as make
from tests.factories.people import actor, join, organization, person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")


def coach(someone: Person, place: Organization, *, accepted: bool = True, ended: bool = False) -> CoachInvitation:
    asked = CoachInvitation(
        organization_id=place.id,
        person_id=someone.id,
        invited_by_id=someone.id,
        since=make.CLOSED,
        accepted_at=make.CLOSED if accepted else None,
        ended_at=make.CLOSED if ended else None,
    )
    db.session.add(asked)
    db.session.flush()
    return asked


def in_network(network: Organization, place: Organization, **times: object) -> None:
    times["ended"] = "left" if times.get("until") else None
    asked = make.CLOSED - timedelta(days=30)
    db.session.add(ConsortiumMember(consortium_id=network.id, organization_id=place.id, asked_at=asked, **times))
    db.session.flush()


TIED = {
    "noted": True,
    "cleared": False,
    "belongs": True,
    "belongs to a member": True,
    "belonged when it submitted": True,
    "belongs to one that left before": False,
    "belongs to one that is asked": False,
    "coaches": True,
    "is asked to coach": False,
    "coached once": False,
    "coached a draft": True,
    "coaches a member": True,
    "belongs elsewhere": False,
    "nobody": False,
}


def ties_of_every_kind() -> tuple[dict[str, Person], Application]:
    """One applicant, a consortium, and somebody tied to it in each way or only nearly so."""
    panel = Panel.of("noted", "cleared")
    with unit_of_work():
        network = organization("Bay Together", kind="consortium")
        inside, outside, asked, left = (organization(name) for name in ("Inside", "Outside", "Asked", "Left"))
        stayed = organization("Stayed")
        early = make.CLOSED - timedelta(days=20)
        in_network(network, inside, since=early)
        in_network(network, stayed, since=early, until=LATER)
        in_network(network, left, since=early, until=make.CLOSED - timedelta(days=10))
        in_network(network, asked)
        who = {name: person(name.title()) for name in TIED if name not in {"noted", "cleared"}}
        join(who["belongs"], network, OrganizationRole.VIEWER)
        join(who["belongs to a member"], inside, OrganizationRole.VIEWER)
        join(who["belonged when it submitted"], stayed, OrganizationRole.VIEWER)
        join(who["belongs to one that left before"], left)
        join(who["belongs to one that is asked"], asked)
        join(who["belongs elsewhere"], outside)
        coach(who["coaches"], network)
        coach(who["is asked to coach"], network, accepted=False)
        coach(who["coached once"], network, ended=True)
        coach(who["coaches a member"], inside)
    application = panel.application_of(network)
    with unit_of_work():
        read = coach(who["coached a draft"], network, ended=True)
        db.session.add(
            CoachedSection(application_id=application.id, invitation_id=read.id, section="vision", named_at=make.CLOSED,
                           named_by_id=who["coaches"].id, opened_at=make.CLOSED)
        )  # fmt: skip
    for name in ("noted", "cleared"):
        panel[name].declares_conflict(application)
        who[name] = panel[name].person
    panel.lifts(db.session.scalars(select(Conflict).where(Conflict.person_id == who["cleared"].id)).one())
    return who, application


def test_both_ways_of_asking_say_the_same_of_every_tie() -> None:
    who, application = ties_of_every_kind()
    db.session.rollback()
    asked_of_all = dict(
        db.session.execute(
            select(Person.id, has_conflict(Person.id, Case.id)).join(Case, Case.id == application.case_id)
        ).all()
    )
    asked_of_one = {
        name: db.session.scalar(
            select(Case.id).where(Case.id == application.case_id, not_conflicted(actor(one), Case.id))
        )
        is None
        for name, one in who.items()
    }
    assert asked_of_one == TIED
    assert {name: bool(asked_of_all[one.id]) for name, one in who.items()} == TIED


@pytest.mark.parametrize("rules", [["declared"], ["same_email_domain"], []])
def test_whoever_comes_to_belong_to_it_loses_it_whatever_the_program_looks_for(rules: list[str]) -> None:
    panel = Panel.of("Ann", "Ben", conflicts=rules, reviewers_each=2)
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    for name in ("Ann", "Ben"):
        panel.assigns(name, tern, heron)
        panel[name].scores(tern)
    with unit_of_work():
        join(panel["Ann"].person, tern.case.organization, OrganizationRole.VIEWER)
    # Nobody has said anything yet, and no job has run.
    assert panel["Ann"].pile() == ["Heron School"]
    by_name = {one.member.person.name: one.assigned for one in queries.member_progress(panel.by, panel.stage).items}
    assert by_name == {"Ann": 1, "Ben": 2}
    with clock_at(make.REVIEWING), unit_of_work():
        services.find_rule_conflicts(panel.stage, [panel["Ann"].person.id])
    assert panel.conflicts() == {("Ann", "Tern School"): "same_organization"}
    [row] = [one for one in panel.scores().rows if one.application_id == tern.id]
    assert [one.reviewer_id for one in row.given] == [panel["Ben"].person.id]


@pytest.mark.parametrize("role", [Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR, Role.PARTNER_FUNDER])
def test_nobody_at_the_foundation_sees_scores_of_where_they_belong(role: Role) -> None:
    panel = Panel.of("Ann", conflicts=["declared"], reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].scores(tern)
    with unit_of_work():
        someone = person("Sam", role)
    before = panel.ranking(someone)[1]
    with unit_of_work():
        join(someone, tern.case.organization, OrganizationRole.VIEWER)
    after = panel.ranking(someone)[1]
    assert ([one.name for one in before], [one.name for one in after]) == (["Tern School"], [])
    assert list(queries.written_on(actor(someone), tern.id)) == []
    assert db.session.scalars(select(OrganizationMembership)).one().person_id == someone.id


def reading_auk(**more: str) -> tuple[Panel, Application]:
    """Ben and Ann read Auk School and have scored it; the officer knows of no tie."""
    panel = Panel.of()
    panel.invite("Ben")
    panel.invite("Ann", **more)
    auk = panel.application_of("Auk School")
    panel.all_declare()
    for name in ("Ben", "Ann"):
        panel.assigns(name, auk)
        panel[name].scores(auk)
    return panel, auk


def counted(panel: Panel) -> list[list[str]]:
    """Whose scorecards count on each application, by the list of scores and by the application's own page."""
    names = {panel[one].person.id: one for one in ("Ben", "Ann")}
    [row] = panel.scores().rows
    on_its_page = [one.reviewer for one in queries.written_on(panel.by, row.application_id)]
    return [sorted(names[one.reviewer_id] for one in row.given), sorted(on_its_page)]


def test_who_takes_on_to_coach_what_they_read_is_kept_from_it_and_their_score_leaves_the_mean() -> None:
    panel, auk = reading_auk()
    assert counted(panel) == [["Ann", "Ben"]] * 2
    with clock_at(make.REVIEWING), unit_of_work():
        lead = person("Lea Lead", email="lea@auk.example")
        join(lead, auk.case.organization)
        ben = panel["Ben"].person
        asked = people.invite_coach(actor(lead), auk.case.organization, "Ben", ben.email, "Partner", "read it", "one")
        people.accept_coaching(panel["Ben"].by, asked)
    assert panel.conflicts() == {("Ben", "Auk School"): "coach"}
    assert counted(panel) == [["Ann"]] * 2
    assert panel["Ben"].pile() == []


@pytest.mark.parametrize("first", [OrganizationRole.LEAD, OrganizationRole.EDITOR])
def test_who_writes_from_where_a_new_lead_does_is_kept_from_it_once_they_lead(first: OrganizationRole) -> None:
    panel, auk = reading_auk(email="ann@ridge.example")
    officer = panel.by
    with clock_at(make.REVIEWING), unit_of_work():
        school = auk.case.organization
        join(person("Lea Lead", email="lea@auk.example"), school)
        joe = person("Joe Field", email="joe@ridge.example")
        people.add_member(officer, school, joe, first)
    if first != OrganizationRole.LEAD:
        assert (panel.conflicts(), counted(panel)) == ({}, [["Ann", "Ben"]] * 2)
        with clock_at(make.REVIEWING), unit_of_work():
            people.change_member_role(officer, auk.case.organization, joe, OrganizationRole.LEAD)
    assert panel.conflicts() == {("Ann", "Auk School"): "same_email_domain"}
    assert counted(panel) == [["Ben"]] * 2
