"""An organization asks somebody to belong to it: nothing changes for them, or hides from them, until they say yes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.applications.models import Application
from grants.applications.scope import visible_applications
from grants.background.runner import run_due
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Missing, Problem, Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.people import accounts, invitations, services
from grants.people.joining_models import MembershipInvitation, MembershipLink
from grants.people.models import CoachInvitation, Organization, OrganizationMembership, Person
from grants.persistence.audit import AuditRecord
from grants.persistence.moves import lock
from grants.persistence.session import db, unit_of_work
from tests.factories import review as reviewing
from tests.factories.people import actor, join, organization, person
from tests.people.test_merging import at_once
from tests.review.story import Panel

Browser = Callable[[Person], FlaskClient]
NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)
LEAD, EDITOR, VIEWER = OrganizationRole.LEAD, OrganizationRole.EDITOR, OrganizationRole.VIEWER


@pytest.fixture
def school(app: Flask) -> Organization:
    with unit_of_work():
        school = organization("ASCEND")
        join(person("Dana Ruiz", email="dana@ascend.example"), school)
    return school


@pytest.fixture
def dana(school: Organization) -> Person:
    return db.session.scalars(select(Person).where(Person.name == "Dana Ruiz")).one()


@pytest.fixture
def luis(school: Organization) -> Person:
    with unit_of_work():
        return person("Luis Vega", email="luis@example.org")


def ask(dana: Person, school: Organization, who: Person, role: OrganizationRole = EDITOR) -> MembershipInvitation:
    with unit_of_work():
        return services.invite_member(actor(dana), school, "Whoever", who.email, role)


def answer(who: Person, asked: MembershipInvitation, *, yes: bool = True) -> None:
    with unit_of_work():
        (services.accept_invitation if yes else services.decline_invitation)(actor(who), asked)


def members(school: Organization) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.person.name, one.role) for one in school.memberships]


def mailed(to: Person) -> list[Message]:
    run_due()
    return list(db.session.scalars(select(Message).where(Message.to_email == to.email).order_by(Message.id)))


def sent(email: str, role: str = "editor") -> dict[str, str]:
    return {"member-name": "Whoever", "member-email": email, "member-role": role}


def page_of(school: Organization) -> str:
    return f"/organizations/{school.public_id}"


def test_a_lead_asks_and_whoever_is_asked_says_yes(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    lead, browser = client_of(dana), client_of(luis)
    said = lead.post(f"{page_of(school)}/members", data=sent("LUIS@example.org"), follow_redirects=True).text
    assert "LUIS@example.org is asked by mail, and is in once they say yes." in said
    assert ("luis@example.org" in said, "Waiting for an answer" in said, "Luis Vega" in said) == (True, True, False)
    assert members(school) == [("Dana Ruiz", "lead")]
    assert browser.get(page_of(school)).status_code == 404
    (asked,) = invitations.asked_to_join(luis.id)
    question = f"/invitations/{asked.public_id}"
    (message,) = mailed(luis)
    assert "Dana Ruiz asks you to join ASCEND at Harbormaster as editor." in message.body
    assert question in message.body
    home = browser.get("/").text
    assert ("Dana Ruiz asks you to join ASCEND" in home, f'href="{question}"' in home) == (True, True)
    assert "ASCEND asks you to join it" in browser.get("/account").text
    shown = browser.get(question).text
    assert ("Join ASCEND?" in shown, "Whoever belongs to an organization never judges it." in shown) == (True, True)
    assert members(school) == [("Dana Ruiz", "lead")], "opening it changes nothing"
    assert "You belong to ASCEND now." in browser.post(question, follow_redirects=True).text
    assert members(school) == [("Dana Ruiz", "lead"), ("Luis Vega", "editor")]
    assert [one.body.splitlines()[2] for one in mailed(dana)] == ["Luis Vega belongs to ASCEND now."]
    assert "Waiting for an answer" not in lead.get(page_of(school)).text
    acts = select(AuditRecord.action).where(AuditRecord.action.startswith("organization.")).order_by(AuditRecord.id)
    assert db.session.scalars(acts).all() == [
        "organization.invite_member",
        "organization.add_member",
        "organization.accept_invitation",
    ]


def test_whoever_says_no_is_left_as_they_were(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    asked = ask(dana, school, luis)
    browser = client_of(luis)
    told = browser.post(f"/invitations/{asked.public_id}/decline", follow_redirects=True).text
    assert ("ASCEND is told that you do not join." in told, "asks you to join" in told) == (True, False)
    assert members(school) == [("Dana Ruiz", "lead")]
    assert [one.body.splitlines()[2] for one in mailed(dana)] == ["luis@example.org does not join ASCEND."]
    # Asked anew, they may think otherwise.
    again = ask(dana, school, luis, VIEWER)
    answer(luis, again)
    assert members(school) == [("Dana Ruiz", "lead"), ("Luis Vega", "viewer")]


def test_the_lead_is_answered_alike_for_an_address_with_an_account_and_one_without(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    lead, shown = client_of(dana), {}
    with clock_at(NOON):
        for email in (luis.email, "nobody@example.org"):
            shown[email] = lead.post(f"{page_of(school)}/members", data=sent(email), follow_redirects=True).text
            (asked,) = invitations.invitations_to(school).items
            shown[email] = shown[email].replace(email, "address").replace(asked.public_id, "id")
            with unit_of_work():
                services.take_invitation_back(actor(dana), asked)
    one, other = (_without_tokens(text) for text in shown.values())
    assert one == other
    assert [one.template for one in mailed(luis)] == ["people.belonging_asked"]


def _without_tokens(text: str) -> list[str]:
    return [line for line in text.splitlines() if "csrf" not in line]


@pytest.mark.parametrize("ended", ["waits", "declined", "taken back", "run out", "accepted"])
def test_a_lead_hides_a_case_from_nobody_by_asking_them(app: Flask, client_of: Browser, ended: str) -> None:
    """A reviewer with a pile and a partner funder keep what they see until they themselves say yes; then it is gone."""
    panel = Panel.of("Ann")
    tern = panel.application_of()
    panel.all_declare()
    panel.assigns("Ann", tern)
    scorecard = f"/review/assignments/{panel['Ann'].assignment(tern).public_id}"
    applicant, ann = tern.case.organization, panel["Ann"].person
    with unit_of_work():
        lead, funder = person("Lee"), person("Fay", Role.PARTNER_FUNDER)
        join(lead, applicant)
    later = reviewing.REVIEWING + (timedelta(days=31) if ended == "run out" else timedelta(hours=1))
    for who in (ann, funder):
        with clock_at(reviewing.REVIEWING):
            asked = ask(lead, applicant, who, VIEWER)
        with clock_at(later):
            if ended in {"declined", "accepted"}:
                answer(who, asked, yes=ended == "accepted")
            elif ended == "taken back":
                with unit_of_work():
                    services.take_invitation_back(actor(lead), asked)
    keeps = ended != "accepted"

    def sees(who: Person) -> bool:
        db.session.rollback()
        found = select(Case.id).where(Case.id == tern.case_id, not_conflicted(actor(who), Case.id))
        return db.session.scalar(found) is not None

    assert panel["Ann"].pile() == ([applicant.name] if keeps else [])
    assert panel.conflicts() == ({} if keeps else {("Ann", applicant.name): "same_organization"})
    assert (sees(ann), sees(funder)) == (keeps, keeps)
    seen = db.session.scalars(select(Application.id).where(visible_applications(actor(funder)))).all()
    assert seen == [tern.id], "the submission: as a funder, or then as one of its own"
    with clock_at(later):
        assert client_of(ann).get(scorecard).status_code == (200 if keeps else 404)


def test_twice_is_once(school: Organization, dana: Person, luis: Person, client_of: Browser) -> None:
    with clock_at(NOON):
        asked = ask(dana, school, luis)
        with pytest.raises(Clash, match="asked already"):
            ask(dana, school, luis, LEAD)
        browser, lead = client_of(luis), client_of(dana)
        again = f"{page_of(school)}/invitations/{asked.public_id}/again"
        assert [lead.post(again).status_code for _ in range(2)] == [302, 302]
        assert [one.template for one in mailed(luis)] == ["people.belonging_asked"]
    with clock_at(NOON + timedelta(minutes=10)):
        assert [lead.post(again).status_code for _ in range(2)] == [302, 302]
        assert [one.template for one in mailed(luis)] == ["people.belonging_asked"] * 2
        question = f"/invitations/{asked.public_id}"
        assert [browser.post(question).status_code for _ in range(2)] == [302, 404]
        assert browser.post(f"{question}/decline").status_code == 404
        assert [lead.post(again).status_code, lead.post(again.replace("again", "end")).status_code] == [409, 409]
        with pytest.raises(Clash, match="belongs to ASCEND already"):
            ask(dana, school, luis)
    assert members(school) == [("Dana Ruiz", "lead"), ("Luis Vega", "editor")]


def test_an_invitation_runs_out_and_is_sent_again(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    with clock_at(NOON):
        asked = ask(dana, school, luis)
    browser, lead, question = client_of(luis), client_of(dana), f"/invitations/{asked.public_id}"
    with clock_at(NOON + timedelta(days=30) - timedelta(seconds=1)):
        assert browser.get(question).status_code == 200
    with clock_at(NOON + timedelta(days=30)):
        late = browser.post(question)
        assert (late.status_code, "or has run out" in late.text) == (404, True)
        assert "asks you to join" not in browser.get("/").text
        with pytest.raises(Missing):
            answer(luis, asked)
        assert "No answer in time" in lead.get(page_of(school)).text
        lead.post(f"{page_of(school)}{question}/again")
        assert browser.get(question).status_code == 200
    with clock_at(NOON + timedelta(days=61)):
        other = ask(dana, school, luis, VIEWER)
        answer(luis, other)
    rows = db.session.execute(
        select(MembershipInvitation.role, MembershipInvitation.ended).order_by(MembershipInvitation.id)
    )
    assert [tuple(row) for row in rows] == [("editor", "run_out"), ("viewer", "accepted")]


def test_whoever_comes_by_another_way_is_asked_no_longer(school: Organization, dana: Person, luis: Person) -> None:
    asked = ask(dana, school, luis, LEAD)
    with unit_of_work():
        link, _ = services.make_link(actor(dana), school, VIEWER, days=7, most=None)
        services.join_by_link(actor(luis), link, luis)
    assert (asked.ended, members(school)[1]) == ("accepted", ("Luis Vega", "viewer"))
    with pytest.raises(Missing):
        answer(luis, asked)


def test_nobody_else_answers_asks_or_takes_back(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    asked = ask(dana, school, luis)
    with unit_of_work():
        other = organization("Lodestar")
        stranger, editor = person("Olga"), person("Ed")
        join(stranger, other)
        join(editor, school, EDITOR)
    question = f"/invitations/{asked.public_id}"
    for who in (stranger, editor, dana):
        browser = client_of(who)
        assert [browser.get(question).status_code, browser.post(question).status_code] == [404, 404]
        assert browser.post(f"{question}/decline").status_code == 404
    for act in ("again", "end"):
        assert client_of(editor).post(f"{page_of(school)}{question}/{act}").status_code == 403
        assert client_of(stranger).post(f"{page_of(school)}{question}/{act}").status_code == 404
        assert client_of(stranger).post(f"{page_of(other)}{question}/{act}").status_code == 404
    assert luis.email not in client_of(editor).get(page_of(school)).text
    with pytest.raises(Refused), unit_of_work():
        services.add_member(actor(dana), school, luis, EDITOR)
    assert client_of(dana).post(f"{page_of(school)}{question}/end").status_code == 302
    assert client_of(luis).get(question).status_code == 404


def test_staff_see_who_is_asked(school: Organization, dana: Person, luis: Person, client_of: Browser) -> None:
    with unit_of_work():
        root, officer = person("Root", Role.ADMINISTRATOR), person("Maya", Role.PROGRAM_OFFICER)
    idle = select(func.count()).select_from(Person).where(accounts.without_role())
    assert db.session.scalar(idle) == 1
    asked = ask(dana, school, luis)
    assert db.session.scalar(idle) == 0, "they are about to be something here"
    assert "asked to join as editor, no answer yet" in client_of(root).get(f"/people/{luis.public_id}").text
    assert "luis@example.org" in client_of(officer).get(page_of(school)).text
    answer(luis, asked, yes=False)
    assert db.session.scalar(idle) == 1


def test_a_lead_who_has_asked_is_not_told_to_ask(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    lead = client_of(dana)

    def told() -> tuple[bool, bool]:
        home = lead.get("/").text
        return "Invite your colleagues" in home, "Name a signatory" in home

    assert told() == (True, True)
    asked = ask(dana, school, luis, OrganizationRole.SIGNATORY)
    assert told() == (False, False)
    answer(luis, asked, yes=False)
    assert told() == (True, True)


@pytest.mark.parametrize("count", [1, 30])
def test_those_who_are_asked_are_shown_ten_at_a_time_for_the_same_questions(
    school: Organization, dana: Person, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    for number in range(count):
        with unit_of_work():
            someone = person(f"Person {number}", email=f"asked{number:02}@example.org")
        ask(dana, school, someone)
    lead = client_of(dana)
    with statements() as seen:
        shown = lead.get(page_of(school)).text
    assert shown.count("Send again") == min(count, 10)
    assert len([one for one in seen if one.startswith("SELECT")]) == 13
    if count == 30:
        assert "asked00@example.org" in lead.get(f"{page_of(school)}?invited=3").text


def test_of_two_organizations_that_are_made_one_nobody_is_asked_twice(
    school: Organization, dana: Person, luis: Person
) -> None:
    with unit_of_work():
        twin, officer = organization("ASCEND School"), person("Maya", Role.PROGRAM_OFFICER)
        lead, ada, ben = person("Lena"), person("Ada"), person("Ben")
        join(lead, twin)
        join(ada, school, EDITOR)
    ask(dana, school, luis)
    for who in (luis, ada, ben):
        ask(lead, twin, who, VIEWER)
    with unit_of_work():
        services.merge_organizations(actor(officer), twin, school, ())
    asked = {one.person.name: one for one in invitations.invitations_to(school).items}
    assert {name: one.role for name, one in asked.items()} == {"Luis Vega": "editor", "Ben": "viewer"}
    answer(ben, asked["Ben"])
    assert ("Ben", "viewer") in members(school)


# At the same moment


def acting(who: Person, asked: MembershipInvitation, act: Callable[..., object]) -> Callable[[], object]:
    by, number = actor(who), asked.id
    return lambda: act(by, db.session.get_one(MembershipInvitation, number))


@pytest.mark.parametrize("_time", range(3))
def test_a_yes_and_a_taking_back_that_cross_are_put_in_order(
    app: Flask, school: Organization, dana: Person, luis: Person, _time: int
) -> None:
    asked = ask(dana, school, luis)
    yes, back = at_once(
        app,
        acting(luis, asked, services.accept_invitation),
        acting(dana, asked, services.take_invitation_back),
    )
    assert (yes, back) in {("done", "Clash"), ("Missing", "done")}
    assert (("Luis Vega", "editor") in members(school)) is (yes == "done")


def test_of_two_yeses_and_of_two_leads_who_ask_one_counts(
    app: Flask, school: Organization, dana: Person, luis: Person
) -> None:
    by, place, address = actor(dana), school.id, luis.email

    def asks() -> None:
        services.invite_member(by, db.session.get_one(Organization, place), "X", address, EDITOR)

    assert sorted(at_once(app, asks, asks)) == ["Clash", "done"]
    (asked,) = invitations.asked_to_join(luis.id)
    yes = acting(luis, asked, services.accept_invitation)
    assert sorted(at_once(app, yes, yes)) == ["Missing", "done"]
    assert db.session.scalar(select(func.count()).select_from(OrganizationMembership)) == 2


def test_of_a_yes_and_a_role_here_given_at_once_one_is_refused(
    app: Flask, school: Organization, dana: Person, luis: Person
) -> None:
    with unit_of_work():
        root = actor(person("Root", Role.ADMINISTRATOR))
    asked, number = ask(dana, school, luis), luis.id

    def grant() -> None:
        services.grant_role(root, db.session.get_one(Person, number), Role.DIRECTOR)

    yes, given = at_once(app, acting(luis, asked, services.accept_invitation), grant)
    assert (yes, given) in {("done", "Refused"), ("Invalid", "done")}


def one_after_the_other(app: Flask, person_id: int, *acts: Callable[[], object]) -> list[str]:
    """What became of acts that begin one after the other while the row of a person, whom all want, is taken: each takes
    what it takes before, and then waits. Two that take the same rows in another order wait for each other from then on,
    which the database ends by refusing one."""

    def run(act: Callable[[], object]) -> str:
        with app.app_context():
            try:
                with unit_of_work():
                    act()
            except Problem as problem:
                return str(problem)
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        with unit_of_work():
            lock(db.session.get_one(Person, person_id))
            found = []
            for act in acts:
                found.append(pool.submit(run, act))
                sleep(0.4)
        return [one.result() for one in found]


@pytest.mark.parametrize("joins_first", [True, False])
def test_whoever_joins_and_takes_on_to_coach_at_once_waits_in_no_circle(
    app: Flask, school: Organization, dana: Person, luis: Person, joins_first: bool
) -> None:
    with unit_of_work():
        link = services.make_link(actor(dana), school, VIEWER, days=7, most=None)[0].id
        coaching = services.invite_coach(actor(dana), school, "X", luis.email, "MDC", "read it", "one").id
    by, number = actor(luis), luis.id

    def join_it() -> None:
        services.join_by_link(by, db.session.get_one(MembershipLink, link), db.session.get_one(Person, number))

    def coach() -> None:
        services.accept_coaching(by, db.session.get_one(CoachInvitation, coaching))

    acts = (join_it, coach) if joins_first else (coach, join_it)
    assert one_after_the_other(app, number, *acts) == ["done", "done"]


@pytest.mark.parametrize("joins_first", [True, False])
def test_one_who_joins_a_member_while_its_consortium_asks_them_to_coach_waits_in_no_circle(
    app: Flask, school: Organization, dana: Person, luis: Person, joins_first: bool
) -> None:
    with unit_of_work():
        made = services.form_consortium(actor(dana), school, "Together")
    asked, by, consortium, address = ask(dana, school, luis), actor(dana), made.id, luis.email

    def invite() -> None:
        place = db.session.get_one(Organization, consortium)
        services.invite_coach(by, place, "X", address, "MDC", "read it", "one")

    yes = acting(luis, asked, services.accept_invitation)
    found = one_after_the_other(app, luis.id, *((yes, invite) if joins_first else (invite, yes)))
    joined, invited = found if joins_first else reversed(found)
    assert joined == "done"
    assert invited in {"done", "Luis Vega belongs to Together, and so reads its drafts already."}
    assert members(made)[1] == ("Luis Vega", "editor")


@pytest.mark.parametrize("_time", range(5))
def test_two_leads_who_ask_each_other_wait_in_no_circle(
    app: Flask, school: Organization, dana: Person, luis: Person, _time: int
) -> None:
    with unit_of_work():
        other = organization("Lodestar")
        join(luis, other)

    def asking(by: Person, place: Organization, whom: Person) -> Callable[[], object]:
        who, where, address = actor(by), place.id, whom.email
        return lambda: services.invite_member(who, db.session.get_one(Organization, where), "X", address, EDITOR)

    assert at_once(app, asking(dana, school, luis), asking(luis, other, dana)) == ["done", "done"]


def test_what_stands_in_the_way_of_a_yes_is_said_on_the_page(
    school: Organization, dana: Person, luis: Person, client_of: Browser
) -> None:
    asked = ask(dana, school, luis)
    with unit_of_work():
        services.grant_role(actor(person("Root", Role.ADMINISTRATOR)), luis, Role.DIRECTOR)
    told = client_of(luis).post(f"/invitations/{asked.public_id}")
    assert (told.status_code, "Luis Vega works for the foundation" in told.text) == (422, True)
    assert client_of(luis).post(f"/invitations/{asked.public_id}/decline").status_code == 302
    with pytest.raises(Problem):
        answer(luis, asked)


def test_one_that_has_run_out_does_not_stand_in_the_way_of_one_that_came_later_with_a_merge(
    school: Organization, dana: Person, luis: Person
) -> None:
    with unit_of_work():
        officer = person("Olga Officer", Role.PROGRAM_OFFICER)
        twin = organization("Ascend School")
        eve = person("Eve Mora")
        join(eve, twin)
    with clock_at(NOON - timedelta(days=40)):
        ask(dana, school, luis)
    with clock_at(NOON - timedelta(days=1)):
        ask(eve, twin, luis, VIEWER)
    with clock_at(NOON), unit_of_work():
        services.merge_organizations(actor(officer), twin, school, ())
    asked = db.session.scalars(select(MembershipInvitation).order_by(MembershipInvitation.id)).all()
    assert [(one.organization_id, one.role, one.ended) for one in asked] == [
        (school.id, "editor", "run_out"),
        (school.id, "viewer", None),
    ]
