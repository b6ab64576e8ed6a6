"""Two organizations that turned out to be the same are made one: what moves, what both have, what stands in the way."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.applications import services as applying
from grants.applications.models import Application, CoachedSection, ReadinessCheck, Submission
from grants.background.runner import run_due
from grants.casework import queries as casework
from grants.casework import services as keeping
from grants.casework.audit_trail import AuditFilters, audit_records
from grants.casework.merging import CASES, STAYS_BEHIND
from grants.casework.models import Case, Note, TimelineEvent
from grants.discovery.models import Registration, Waiting
from grants.discovery.queries.naming import offered, organization_named, school_names
from grants.kernel.clock import clock_at, now
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.people import queries, requests, services
from grants.people.details import OrganizationDetails
from grants.people.joining_models import OrganizationRequest
from grants.people.merging import ORGANIZATIONS, Foresight, count_of, referring
from grants.people.models import CoachInvitation, Organization, OrganizationMembership, Person
from grants.people.pair_models import MatchKey, SuspectedPair
from grants.persistence.audit import AuditRecord, verify
from grants.persistence.session import db, unit_of_work
from grants.programs.queries import definition_of
from grants.review.models import Assignment, Conflict
from tests.factories import applications as writing
from tests.factories import awards, discovery, review
from tests.factories.casework import bare_cycle
from tests.factories.casework import case as opened
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
LEAD, EDITOR, VIEWER, SIGNATORY = (
    OrganizationRole.LEAD,
    OrganizationRole.EDITOR,
    OrganizationRole.VIEWER,
    OrganizationRole.SIGNATORY,
)


@pytest.fixture
def officer(app: Flask) -> Person:
    with unit_of_work():
        return person("Maya Reed", Role.PROGRAM_OFFICER)


def merge(officer: Person, gone: Organization, stays: Organization, *taken: str) -> None:
    with unit_of_work():
        services.merge_organizations(actor(officer), gone, stays, taken)


def foreseen(officer: Person, gone: Organization, stays: Organization) -> Foresight:
    db.session.rollback()
    return ORGANIZATIONS.foresee(actor(officer), gone, stays)


def twins(**more: Any) -> tuple[Organization, Organization]:
    """The one that goes, and the one that stays."""
    return organization("Lincoln Elem.", city="Oakland", **more), organization("Lincoln Elementary", city="Oakland")


def members(of: Organization) -> list[tuple[str, str]]:
    rows = select(OrganizationMembership).where(OrganizationMembership.organization_id == of.id)
    return [(one.person.name, one.role) for one in db.session.scalars(rows.order_by(OrganizationMembership.id))]


def told(case: Case) -> list[str]:
    events = select(TimelineEvent.sentence).where(TimelineEvent.case_id == case.id).order_by(TimelineEvent.id)
    return list(db.session.scalars(events))


def references(to: Organization | Case) -> set[str]:
    """Which columns refer to a record."""
    return {f"{one.table.name}.{one.name}" for one in referring(to.__table__) if count_of(one, to.id)}


# ── the story ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_officer_makes_two_one(officer: Person, client: FlaskClient, client_of: Browser) -> None:
    with unit_of_work():
        gone, stays = twins(nces_id="062805004267", unchecked_since=now())
        ada, ben = person("Ada"), person("Ben")
        join(ada, gone)
        join(ben, stays)
        case = opened(gone)
    browser, page = client_of(officer), f"/organizations/{stays.public_id}/merge/{gone.public_id}"
    assert page in browser.get(f"/organizations/{stays.public_id}/merge").text
    assert f"/organizations/{gone.public_id}/merge/{stays.public_id}" in browser.get(page).text, "the other way round"
    preview = browser.get(page).text
    assert "This cannot be undone." in preview
    assert re.findall(r"<li>(\d+ \w+)</li>", preview) == ["1 person", "1 case"]
    chosen = dict(re.findall(r'name="(\w+)" value="(\w+)"(?: checked|>(?!<span))', preview))
    assert (chosen["name"], chosen["nces_id"]) == ("stays", "gone"), "what is known of one alone is kept"
    answer = browser.post(page, data=chosen)
    assert answer.location == f"/organizations/{stays.public_id}"
    assert members(stays) == [("Ada", "lead"), ("Ben", "lead")]
    db.session.expire_all()
    assert (stays.nces_id, gone.nces_id, case.organization_id, stays.name) == (
        "062805004267",
        None,
        stays.id,
        "Lincoln Elementary",
    )
    shown = browser.get(answer.location).text
    assert "Lincoln Elem. and Lincoln Elementary are one now." in shown
    assert "Merged from Lincoln Elem.," in shown
    assert "by Maya Reed" in shown
    assert browser.get(f"/organizations/{gone.public_id}?page=2").location == f"/organizations/{stays.public_id}?page=2"
    assert client_of(ada).get(f"/organizations/{gone.public_id}").location == answer.location
    assert told(case)[-1] == "Lincoln Elem. and Lincoln Elementary are the same: this case is Lincoln Elementary’s now."
    run_due()
    mails = select(Message.template, Message.to_email).order_by(Message.to_email, Message.id)
    assert [tuple(row) for row in db.session.execute(mails)] == [
        ("people.merged", one.email) for one in sorted((ada, ben), key=lambda one: one.email)
    ]
    acts = select(AuditRecord.action).where(AuditRecord.action.like("%merge%") | AuditRecord.action.like("case.%"))
    assert list(db.session.scalars(acts.order_by(AuditRecord.number))) == [
        "case.bring_over",
        "organization.merge",
        "organization.merge",
    ]
    assert verify(db.session()).faults == ()


def test_the_one_that_went_is_nowhere(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        gone, stays = twins(nces_id="062805004267", unchecked_since=now())
        other = organization("Lincoln", city="Oakland")
    merge(officer, gone, stays)
    acting = actor(officer)
    assert queries.organizations(acting, queries.OrganizationFilters("Lincoln")).items == [other, stays]
    assert queries.organizations(acting, queries.OrganizationFilters(state="new")).items == []
    assert offered() == ["Lincoln, Oakland", "Lincoln Elementary, Oakland"]
    assert school_names() == ["Lincoln", "Lincoln Elementary"]
    with pytest.raises(Invalid):
        organization_named("Lincoln Elem.")
    assert [one.organization for one in requests.alike(described("Lincoln Elem."))] == [stays]
    assert references(gone) == set()
    assert db.session.scalars(select(MatchKey).where(MatchKey.organization_id == gone.id)).all() == []
    assert "Lincoln Elem." not in client_of(officer).get("/organizations.csv").text
    with pytest.raises(Missing):
        queries.organization_for(acting, gone.public_id)


def described(name: str, **more: Any) -> OrganizationDetails:
    return OrganizationDetails(name, "school", "district", city="Oakland", **more)


def test_its_identifier_still_leads_to_the_one_that_stays(officer: Person) -> None:
    with unit_of_work():
        gone, stays = twins(nces_id="062805004267")
        stays.nces_id = "062805009999"
    merge(officer, gone, stays)
    found = requests.alike(described("Another name", nces_id="062805004267"))
    assert [(one.organization, one.is_certain) for one in found] == [(stays, True)]
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.add_organization(actor(officer), described("Another name", nces_id="062805004267"))
    assert refused.value.errors["nces_id"].startswith("Lincoln Elementary has this NCES id already.")
    with unit_of_work():
        services.change_organization(actor(officer), stays, described("Lincoln", nces_id="062805004267"))
    db.session.expire_all()
    assert (stays.nces_id, gone.nces_id) == ("062805004267", None)


def test_a_chain_leads_to_its_end(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        one, two = twins()
        three = organization("Lincoln Academy")
        opened(one, cycle := bare_cycle())
        opened(two, cycle)
        last = opened(three, cycle)
    first, second = db.session.scalars(select(Case).order_by(Case.id)).all()[:2]
    merge(officer, one, two)
    merge(officer, two, three)
    browser = client_of(officer)
    for gone in (one, two):
        assert browser.get(f"/organizations/{gone.public_id}").location == f"/organizations/{three.public_id}"
    for case in (first, second):
        assert browser.get(f"/cases/{case.public_id}").location == f"/cases/{last.public_id}"
    page = browser.get(f"/organizations/{three.public_id}").text
    assert re.findall(r"Merged from ([\w .]+),", page) == ["Lincoln Elementary", "Lincoln Elem."]
    timeline = [event.sentence for event in casework.timeline(actor(officer), last).items]
    assert "Lincoln Elem. is the same organization: its case in this cycle became part of this one." in timeline


def test_the_way_on_is_only_for_those_who_may_go_there(
    officer: Person, client: FlaskClient, client_of: Browser
) -> None:
    with unit_of_work():
        gone, stays = twins()
        stranger = person("Stranger")
        join(stranger, organization())
    merge(officer, gone, stays)
    assert client_of(stranger).get(f"/organizations/{gone.public_id}").status_code == 404
    assert "/sign-in" in client.get(f"/organizations/{gone.public_id}").location
    assert (
        client_of(officer).get(f"/organizations/{gone.public_id}/edit").location
        == f"/organizations/{stays.public_id}/edit"
    )
    assert client_of(officer).post(f"/organizations/{gone.public_id}/check").status_code == 404


# ── nothing is forgotten ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_reference_to_an_organization_is_somebodys_to_move(app: Flask) -> None:
    assert ORGANIZATIONS.unanswered() == [], "a table refers to organizations, and no mover says what becomes of it"


def test_what_refers_to_a_case_moves_stays_behind_or_stands_in_the_way(app: Flask) -> None:
    behind = {one.property.columns[0] for one in (*STAYS_BEHIND, Case.merged_into_id)}
    assert {f"{one.table.name}.{one.name}" for one in CASES.unanswered() if one not in behind} == {
        "agreement.case_id",
        "award.case_id",
        "decision.case_id",
        "indicator_reading.case_id",
        "installment.case_id",
        "requirement.case_id",
    }


def test_everything_of_discovery_goes_over(officer: Person) -> None:
    with unit_of_work():
        gone, stays = twins()
        cycle, ada = bare_cycle(), person("Ada")
        join(ada, gone)
        held = discovery.event(cycle, host_id=gone.id)
        discovery.placed(held, gone, ada)
        discovery.waits(discovery.event(cycle), gone, ada)
        db.session.add(OrganizationRequest(name="Eve", email="eve@x.example", organization_id=gone.id, asked_at=now()))
    moves = {many: count for (_, many), count in foreseen(officer, gone, stays).moves.items() if count}
    merge(officer, gone, stays)
    assert moves == {
        "people": 1,
        "requests to join": 1,
        "events held": 1,
        "places at events": 1,
        "places on waitlists": 1,
    }
    assert references(gone) == set()
    for model in (Registration, Waiting, OrganizationRequest):
        assert [one.organization_id for one in db.session.scalars(select(model))] == [stays.id]


# ── what both have ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("going", "staying", "kept"),
    [(LEAD, VIEWER, LEAD), (VIEWER, LEAD, LEAD), (EDITOR, SIGNATORY, SIGNATORY), (EDITOR, EDITOR, EDITOR)],
)
def test_of_two_roles_the_stronger_one_is_kept(
    officer: Person, going: OrganizationRole, staying: OrganizationRole, kept: OrganizationRole
) -> None:
    with unit_of_work():
        gone, stays = twins()
        ada = person("Ada")
        join(ada, gone, going)
        join(ada, stays, staying)
    settled = foreseen(officer, gone, stays).settled
    merge(officer, gone, stays)
    assert (members(stays), members(gone)) == ([("Ada", kept)], [])
    assert f"Ada belongs to both, as {going} and as {staying}, and is {kept} afterwards." in settled


def test_a_lost_signatory_is_foretold(officer: Person) -> None:
    with unit_of_work():
        gone, stays = twins()
        ada = person("Ada")
        join(ada, gone, SIGNATORY)
        join(ada, stays, LEAD)
    assert any("Nobody is its signatory afterwards" in one for one in foreseen(officer, gone, stays).settled)


def test_who_coached_both_coaches_the_one(officer: Person) -> None:
    with clock_at(writing.WRITING):
        with unit_of_work():
            stage = writing.stage()
            one, other = writing.school("Lincoln Elem."), writing.school("Lincoln Elementary")
            draft = writing.draft(one, stage)
            coach = writing.coached(one, draft, _sections(stage)[0])
            db.session.add(
                CoachInvitation(
                    organization_id=other.organization.id,
                    person_id=coach.id,
                    invited_by_id=other.lead.id,
                    since=now() - timedelta(days=9),
                    ended_at=now() - timedelta(days=2),
                )
            )
        merge(officer, one.organization, other.organization)
        invitation = db.session.scalars(select(CoachInvitation)).one()
        assert (invitation.organization_id, invitation.ended_at) == (other.organization.id, None)
        assert [row.invitation_id for row in db.session.scalars(select(CoachedSection))] == [invitation.id]
        assert actor(coach).coaching == {other.organization.id}


@pytest.mark.parametrize("said_yes_to", ["goes", "stays"])
def test_a_yes_to_one_opens_nothing_that_was_asked_for_the_other(officer: Person, said_yes_to: str) -> None:
    with clock_at(writing.WRITING):
        with unit_of_work():
            stage = writing.stage()
            schools = [writing.school("Lincoln Elem."), writing.school("Lincoln Elementary")]
            drafts = [writing.draft(school, stage) for school in schools]
            which = ["goes", "stays"].index(said_yes_to)
            coach = writing.coached(schools[which], drafts[which], *(sections := _sections(stage)[:2]))
            other = 1 - which
            applying.invite_coach(schools[other].as_lead, drafts[other], coach.name, coach.email, "MDC", sections)
        read = [row.id for row in db.session.scalars(select(CoachedSection)) if row.opened_at]
        merge(officer, schools[0].organization, schools[1].organization)
        invitation = db.session.scalars(select(CoachInvitation)).one()
        rows = db.session.scalars(select(CoachedSection)).all()
        assert invitation.accepted_at is not None
        assert [row.id for row in rows if row.ended_at is None] == read
        assert len(rows) == 4


def _sections(stage: Any) -> list[str]:
    definition = definition_of(stage.cycle)
    return list(definition.forms[definition.stages[stage.key].form].sections)


@pytest.mark.parametrize("coaches_gone", [True, False])
def test_a_coach_who_belongs_to_the_other_is_a_member_alone(officer: Person, coaches_gone: bool) -> None:
    with unit_of_work():
        gone, stays = twins()
        coached, other = (gone, stays) if coaches_gone else (stays, gone)
        ada, lead = person("Ada"), person("Lea")
        join(lead, coached)
        join(ada, other, EDITOR)
        coaches = {"since": now(), "accepted_at": now()}
        db.session.add(CoachInvitation(organization_id=coached.id, person_id=ada.id, invited_by_id=lead.id, **coaches))
    merge(officer, gone, stays)
    acting = actor(db.session.get_one(Person, ada.id))
    assert (acting.coaching, acting.organization_ids) == (frozenset(), {stays.id})


def test_what_was_said_of_the_one_that_went_holds_for_the_other(officer: Person) -> None:
    with unit_of_work():
        gone, stays = twins()
        third = organization("Lincoln", city="Oakland", street="12 Main")
        gone.street = "12 Main"
    with unit_of_work():
        pair = db.session.scalars(
            select(SuspectedPair).where(SuspectedPair.first_id == gone.id, SuspectedPair.second_id == third.id)
        ).one()
        services.keep_apart(actor(officer), pair)
    merge(officer, gone, stays, "address")
    rows = db.session.scalars(select(SuspectedPair)).all()
    assert [(one.first_id, one.second_id, one.apart_by_id) for one in rows] == [(stays.id, third.id, officer.id)]


# ── two cases of one cycle ───────────────────────────────────────────────────────────────────────────────────────────


def test_two_cases_that_only_came_to_events_become_one(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        gone, stays = twins()
        cycle = writing.cycle()
        ada = person("Ada")
        join(ada, gone)
        going, staying = opened(gone, cycle, invited_to=["fast"], officer_id=officer.id), opened(stays, cycle)
        keeping.add_note(actor(officer), going, "They called.")
        keeping.note_event(SYSTEM, going, "discovery", "Ada came.", audience="applicant")
        keeping.note_event(SYSTEM, staying, "discovery", "Ben came.", audience="applicant")
    assert (
        "Both have a case in NGLC in Oakland: the two become one, with both timelines."
        in foreseen(officer, gone, stays).settled
    )
    merge(officer, gone, stays)
    db.session.expire_all()
    assert (going.merged_into_id, going.organization_id, staying.officer_id) == (staying.id, gone.id, officer.id)
    assert staying.invited_to == ["fast"]
    assert [one.case_id for one in db.session.scalars(select(Note))] == [staying.id]
    for reader in (officer, ada):
        sentences = {one.sentence for one in casework.timeline(actor(reader), staying).items}
        assert {"Ada came.", "Ben came."} < sentences
    assert references(going) == {"timeline_event.case_id", "audit_record.case_id"}
    browser = client_of(officer)
    assert browser.get(f"/cases/{going.public_id}").location == f"/cases/{staying.public_id}"
    assert browser.get("/cases").text.count("Lincoln") == browser.get("/cases").text.count("Lincoln Elementary")
    with pytest.raises(Missing):
        casework.case_for(actor(officer), going.public_id)


def test_a_draft_goes_to_the_case_that_has_none(officer: Person) -> None:
    with clock_at(writing.WRITING):
        with unit_of_work():
            stage = writing.stage()
            one, other = writing.school("Lincoln Elem."), writing.school("Lincoln Elementary")
            sent = writing.submitted(one, stage)
            staying = opened(other.organization, stage.cycle)
        content, sha256 = sent.content, sent.sha256
        assert foreseen(officer, one.organization, other.organization).hinders == []
        merge(officer, one.organization, other.organization)
        db.session.expire_all()
        assert db.session.scalars(select(Application)).one().case_id == staying.id
        assert (sent.content, sent.sha256) == (content, sha256), "what was submitted stays as it was"
        with unit_of_work():
            applying.withdraw(actor(one.signatory), sent.application)
        assert sent.application.state == "withdrawn"


def test_a_second_draft_is_set_aside(officer: Person, client_of: Browser) -> None:
    with clock_at(writing.WRITING):
        with unit_of_work():
            stage = writing.stage()
            one, other = writing.school("Lincoln Elem."), writing.school("Lincoln Elementary")
            aside, goes_on = writing.draft(one, stage), writing.draft(other, stage)
        (sentence,) = [one for one in foreseen(officer, one.organization, other.organization).settled if "draft" in one]
        assert "Lincoln Elem.’s draft, never submitted, is set aside" in sentence
        merge(officer, one.organization, other.organization)
        page = client_of(officer).get(f"/stages/{stage.public_id}/applications").text
        old, new = (f"/applications/{draft.public_id}" for draft in (aside, goes_on))
        for who, path in ((one.lead, old), (officer, old), (one.lead, f"{old}/check")):
            browser = client_of(who)
            led = browser.get(path)
            assert (led.status_code, led.location) == (302, new)
            there = browser.get(new)
            assert (there.status_code, "This draft was set aside" in there.text) == (200, True)
        assert client_of(one.lead).post(f"{old}/withdraw").status_code == 404
        with unit_of_work():
            stranger = writing.school("Pine Knoll")
        assert client_of(stranger.lead).get(old).status_code == 404
        assert "Lincoln Elem." not in page
        assert db.session.scalar(select(func.count()).select_from(Application)) == 2, "it is kept"


def test_two_that_submitted_are_never_made_one(officer: Person, client_of: Browser) -> None:
    with clock_at(writing.WRITING):
        with unit_of_work():
            stage = writing.stage()
            one, other = writing.school("Lincoln Elem."), writing.school("Lincoln Elementary")
            writing.submitted(one, stage)
            second = writing.draft(other, stage, writing.COMPLETE)
        (hint,) = foreseen(officer, one.organization, other.organization).hinders
        assert hint.endswith("Let Lincoln Elem. stay instead of Lincoln Elementary.")
        assert foreseen(officer, other.organization, one.organization).hinders == [], "the way out is one"
        with unit_of_work():
            applying.submit(other.as_signatory, second, other.signatory.name)
        for gone, stays in ((one, other), (other, one)):
            (hint,) = foreseen(officer, gone.organization, stays.organization).hinders
            assert hint.startswith("Both have submitted")
            with pytest.raises(Clash) as refused:
                merge(officer, gone.organization, stays.organization)
            assert refused.value.sentence == hint
        page = f"/organizations/{one.organization.public_id}/merge/{other.organization.public_id}"
        assert "They cannot be made one as things stand." in client_of(officer).get(page).text
        assert client_of(officer).post(page, data=dict.fromkeys(services.DESCRIBED, "stays")).status_code == 409
        assert db.session.scalars(select(Organization).where(Organization.merged_into_id.is_not(None))).all() == []


def test_a_decision_stays_with_its_case(officer: Person) -> None:
    with unit_of_work():
        cycle = awards.cycle()
        award = awards.award(cycle)
        granted, light = award.case.organization, organization("Lincoln")
        opened(light, cycle)
    (hint,) = [one for one in foreseen(officer, granted, light).hinders if "decision" in one]
    assert f"Let {granted.name} stay instead of Lincoln." in hint
    merge(officer, light, granted)
    other = organization_alone()
    merge(officer, granted, other)
    db.session.expire_all()
    assert award.case.organization_id == other.id, "without a case in the cycle, the whole case goes over"


def organization_alone() -> Organization:
    with unit_of_work():
        return organization("Alone")


def test_where_both_stand_what_the_one_that_stays_said_is_kept(officer: Person) -> None:
    with unit_of_work():
        gone, stays = twins()
        stage = writing.stage()
        cases = [opened(one, stage.cycle) for one in (gone, stays)]
        for case in cases:
            said = {"answers": {"x": case.organization.name}, "written_at": now(), "written_by_id": officer.id}
            db.session.add(ReadinessCheck(case_id=case.id, stage_id=stage.id, **said))
    assert any("said where they stand" in one for one in foreseen(officer, gone, stays).settled)
    merge(officer, gone, stays)
    kept = select(ReadinessCheck.answers).where(ReadinessCheck.case_id == cases[1].id)
    assert db.session.scalars(kept).all() == [{"x": "Lincoln Elementary"}]


# ── conflicts of interest ────────────────────────────────────────────────────────────────────────────────────────────


def test_who_was_kept_from_either_is_kept_from_the_one(officer: Person) -> None:
    with unit_of_work():
        gone, stays = twins()
        cycle, panelist, other = bare_cycle(), person("Rev", Role.REVIEWER), person("Dir", Role.DIRECTOR)
        going, staying = opened(gone, cycle), opened(stays, cycle)
        for who, case, kind in ((panelist, going, "close"), (other, staying, "money")):
            db.session.add(Conflict(case_id=case.id, person_id=who.id, source="declared", kind=kind, since=now()))
        keeping.note_event(SYSTEM, going, "discovery", "Ada came.")
        keeping.add_note(actor(officer), going, "Only theirs.")
        lifted = Conflict(case_id=staying.id, person_id=panelist.id, source="declared", state="cleared", since=now())
        lifted.lifted_at, lifted.lifted_reason = now(), "A slip."
        db.session.add(lifted)
    merge(officer, gone, stays)
    standing = select(Conflict.person_id, Conflict.kind)
    standing = standing.where(Conflict.case_id == staying.id, Conflict.lifted_at.is_(None))
    assert set(db.session.execute(standing).all()) == {(panelist.id, "close"), (other.id, "money")}
    with pytest.raises(Missing):
        casework.case_for(actor(other), staying.public_id)
    told_of = {one.case_id for one in audit_records(actor(other), AuditFilters(), size=100).items}
    assert told_of & {going.id, staying.id} == set(), "nor of what was on the other case before"
    assert going.id in {one.case_id for one in audit_records(actor(officer), AuditFilters(), size=100).items}


def test_a_reviewer_tied_to_the_one_that_went_loses_what_they_were_assigned(officer: Person) -> None:
    with unit_of_work():
        stage = review.reviewed_stage(conflicts=["same_email_domain", "same_organization"])
        stays, gone = organization("Lincoln Elementary"), organization("Lincoln Elem.", email_domain="lincoln.example")
        application = review.submitted(stage, stays)
        near = review.panelist(stage, person("Near", Role.REVIEWER, email="near@lincoln.example"))
        far = review.panelist(stage, person("Far", Role.REVIEWER, email="far@elsewhere.example"))
        for member in (near, far):
            review.assigned(member, application)
    merge(officer, gone, stays)
    rows = db.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [one.revoked_at is not None for one in rows] == [True, False]
    assert db.session.scalars(select(Conflict)).one().source == "same_email_domain"


def test_whoever_has_a_conflict_with_either_cannot_merge_them(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        gone, stays = twins()
        case = opened(gone)
        db.session.add(Conflict(case_id=case.id, person_id=officer.id, source="declared", since=now()))
    for one, other in ((gone, stays), (stays, gone)):
        assert client_of(officer).get(f"/organizations/{one.public_id}/merge/{other.public_id}").status_code == 404
        with pytest.raises(Missing):
            merge(officer, one, other)
    assert client_of(officer).get(f"/organizations/{gone.public_id}/merge").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role.granted() if role is not Role.PROGRAM_OFFICER])
def test_only_officers_merge(app: Flask, client_of: Browser, role: Role) -> None:
    with unit_of_work():
        gone, stays = twins()
        someone = person("Someone", role)
    page = f"/organizations/{stays.public_id}/merge/{gone.public_id}"
    assert [client_of(someone).get(page).status_code, client_of(someone).post(page).status_code] == [403, 403]
    with pytest.raises(Refused):
        merge(someone, gone, stays)


def test_what_is_kept_has_to_fit_together(officer: Person) -> None:
    with unit_of_work():
        gone = organization("Lincoln District", "district", nces_id="0628050")
        stays = organization("Lincoln")
        with pytest.raises(Invalid):
            services.merge_organizations(actor(officer), stays, stays, ())
    with pytest.raises(Invalid) as refused:
        merge(officer, gone, stays, "nces_id")
    assert "12 digits" in refused.value.sentence


# ── at once ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """What became of acts that begin at the same moment, each in a transaction of its own."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with app.app_context():
            try:
                barrier.wait()
                with unit_of_work():
                    act()
            except (Clash, Refused, Missing, Invalid) as problem:
                return type(problem).__name__
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        found = list(pool.map(run, acts))
    db.session.rollback()
    return found


def merging(officer: Person, gone: Organization, stays: Organization) -> Callable[[], object]:
    acting, ids = actor(officer), (gone.id, stays.id)

    def act() -> None:
        one, other = (db.session.get_one(Organization, number) for number in ids)
        services.merge_organizations(acting, one, other, ())

    return act


@pytest.mark.parametrize("crosswise", [False, True])
def test_two_who_merge_the_same_pair_at_once_merge_it_once(app: Flask, officer: Person, crosswise: bool) -> None:
    with unit_of_work():
        gone, stays = twins()
        opened(gone, cycle := bare_cycle())
        opened(stays, cycle)
    second = merging(officer, stays, gone) if crosswise else merging(officer, gone, stays)
    assert sorted(at_once(app, merging(officer, gone, stays), second)) == ["Clash", "done"]
    merged = db.session.scalars(select(Organization).where(Organization.merged_into_id.is_not(None))).all()
    assert len(merged) == 1


@pytest.mark.parametrize("_time", range(3))
def test_who_is_let_in_meanwhile_is_not_lost(app: Flask, officer: Person, _time: int) -> None:
    with unit_of_work():
        gone, stays = twins()
        ada = person("Ada")
    acting, ids = actor(officer), (gone.id, ada.id)

    def let_in() -> None:
        place, someone = db.session.get_one(Organization, ids[0]), db.session.get_one(Person, ids[1])
        services.add_member(acting, place, someone, EDITOR)

    first, second = at_once(app, merging(officer, gone, stays), let_in)
    assert first == "done"
    assert members(gone) == []
    assert members(stays) == ([("Ada", "editor")] if second == "done" else [])


@pytest.mark.parametrize("_time", range(3))
def test_what_is_submitted_meanwhile_is_not_lost(app: Flask, officer: Person, _time: int) -> None:
    with clock_at(writing.WRITING):
        with unit_of_work():
            stage = writing.stage()
            one, other = writing.school("Lincoln Elem."), writing.school("Lincoln Elementary")
            draft = writing.draft(one, stage, writing.COMPLETE)
            writing.draft(other, stage)
        acting, name, number = one.as_signatory, one.signatory.name, draft.id

        def submit() -> None:
            with clock_at(writing.WRITING):
                applying.submit(acting, db.session.get_one(Application, number), name)

        found = at_once(app, merging(officer, one.organization, other.organization), submit)
    assert sorted(found) in (["Clash", "done"], ["done", "Refused"], ["Refused", "done"], ["Missing", "done"])
    submissions = db.session.scalar(select(func.count()).select_from(Submission))
    was_merged = db.session.get_one(Organization, one.organization.id).merged_into_id is not None
    assert was_merged is (submissions == 0), "a submission is never set aside"


# ── many ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_preview_takes_as_many_statements_for_many_as_for_one(
    officer: Person, client_of: Browser, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counted = []
    for count in (1, 30):
        with unit_of_work():
            gone, stays = twins()
            for _ in range(count):
                join(person(), gone, VIEWER)
                both = person()
                join(both, gone, VIEWER)
                join(both, stays, VIEWER)
        with statements() as seen:
            page = f"/organizations/{stays.public_id}/merge/{gone.public_id}"
            assert client_of(officer).get(page).status_code == 200
        counted.append(len(seen))
    assert counted[0] == counted[1]
