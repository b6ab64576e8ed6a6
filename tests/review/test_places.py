"""A reviewer turns out to be tied to an applicant: somebody else is proposed, and asked in one press, or not."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications.models import Application
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.assignment_jobs import keep_places
from grants.review.models import Conflict
from grants.review.vacancy_models import Succession, Vacancy
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import actor, person
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]


class Emptied(Panel):
    """With the schools that are read."""

    tern: Application
    heron: Application


@pytest.fixture
def panel(begin: Begin) -> Emptied:
    return begin(tern_is_read)


def tern_is_read() -> Emptied:
    """Ann and Ben read Tern; Cleo knows its grades, Dan reads another school already. Ben has submitted."""
    panel = Emptied.of("Ann", "Ben", reviewers_each=2)
    assert isinstance(panel, Emptied)
    panel.invite("Cleo", "charter")
    panel.invite("Dan")
    tern = panel.application_of("Tern School")
    with unit_of_work():
        tern.case.organization.sector = "charter"
    heron = panel.application_of("Heron School")
    panel.all_declare()
    for name in ("Ann", "Ben"):
        panel.assigns(name, tern)
    panel.assigns("Dan", heron)
    panel["Ben"].scores(tern)
    panel.tern, panel.heron = tern, heron
    return panel


def page_of(panel: Emptied, application: Application) -> str:
    return f"/review/stages/{panel.stage.public_id}/applications/{application.public_id}/reviewers"


def best(panel: Emptied, officer: Person | None = None) -> services.Successor:
    db.session.rollback()
    with clock_at(make.REVIEWING):
        return services.best_successor(actor(officer or panel.officer), panel.stage, panel.tern.id)


def vacancy() -> Vacancy:
    db.session.rollback()
    return db.session.scalars(select(Vacancy)).one()


def appoint(panel: Emptied, name: str) -> None:
    with clock_at(make.REVIEWING), unit_of_work():
        services.appoint(panel.by, panel.stage, vacancy(), panel.tern, panel[name].person)


def test_somebody_who_fits_is_proposed_and_asked_in_one_press(panel: Emptied, client_of: Browser) -> None:
    browser, url = client_of(panel.officer), page_of(panel, panel.tern)
    with clock_at(make.REVIEWING):
        assert "Somebody else is needed" not in browser.get("/").text + browser.get(url).text
        panel["Ben"].declares_conflict(panel.tern)
        assert "Somebody else is needed: Tern School" in browser.get("/").text
        assert "Who fits best is being worked out." in browser.get(url).text
        run_due()
        shown = browser.get(url).text
        assert re.search(r"<b>Cleo fits best</b>: knows charter\.", shown)
        assert "1 of 2 reviewers now" in shown
        [press] = re.findall(r'action="([^"]+/places/\w+/assign/\w+)"', shown)
        assert browser.post(press).location == f"{url}#places"
        assert "Assigned to Cleo, who is told by mail." in browser.get(url).text
        assert "Somebody else is needed" not in browser.get("/").text
    assert panel["Cleo"].pile() == ["Tern School"]
    found = vacancy()
    assert (found.state, found.reviewer_id, found.settled_by_id) == (
        "filled",
        panel["Cleo"].person.id,
        panel.officer.id,
    )
    mails = db.session.scalars(select(Message.to_name).where(Message.template == "review.assigned")).all()
    assert mails.count("Cleo") == 1


def test_it_is_offered_beside_the_scores_too_and_leads_back_there(panel: Emptied, client_of: Browser) -> None:
    browser = client_of(panel.officer)
    url = f"/review/stages/{panel.stage.public_id}/scores/{panel.tern.public_id}"
    panel["Ben"].declares_conflict(panel.tern)
    with clock_at(make.REVIEWING):
        run_due()
        shown = browser.get(url).text
        [press] = re.findall(r'action="([^"]+/places/\w+/assign/\w+)"', shown)
        assert ("Cleo fits best" in shown, "Set aside" in shown) == (True, True)
        assert browser.post(press, data={"from": "scores"}).location == f"{url}#places"


def test_the_panel_s_row_proposes_somebody_and_one_press_assigns(panel: Emptied, client_of: Browser) -> None:
    with unit_of_work():
        looks = person("Aud", Role.AUDITOR)
    browser, auditor = client_of(panel.officer), client_of(looks)
    url = f"/review/stages/{panel.stage.public_id}/panel"
    with clock_at(make.REVIEWING):
        panel["Ben"].declares_conflict(panel.tern)
        waits = browser.get(url).text
        assert f'href="{page_of(panel, panel.tern)}#places">Who fits best is being worked out' in waits
        run_due()
        shown, looked_at = browser.get(url).text, auditor.get(url).text
        for page in (shown, looked_at):
            assert "<b>Cleo</b> fits best in place of Ben: knows charter." in page
        presses = [re.findall(r'action="([^"]+/places/\w+/assign/\w+)"', page) for page in (shown, looked_at)]
        assert [len(one) for one in presses] == [1, 0]
        assert browser.post(presses[0][0], data={"from": "panel"}).location == f"{url}#who-reads"
        assert "fits best" not in browser.get(url).text
    assert panel["Cleo"].pile() == ["Tern School"]


def test_what_the_panel_proposes_is_kept_from_who_may_not_know_and_reads_many_as_one(
    panel: Emptied, statements: Any
) -> None:
    several = [panel.application_of(f"School {number}") for number in range(29)]
    with unit_of_work():
        mona = actor(person("Mona", Role.PROGRAM_OFFICER))
        services.declare_conflict(mona, panel.tern.case, "Her brother leads it.")
    panel["Ben"].declares_conflict(panel.tern)
    with clock_at(make.REVIEWING):
        run_due()

    def read() -> tuple[int, list[tuple[int, str]]]:
        db.session.rollback()
        ids = [panel.tern.id, *(one.id for one in several)]
        with statements() as seen:
            found = queries.proposed_on(panel.by, panel.stage, ids)
            told = [
                (number, one.best.reviewer.name if one.best and one.best.reviewer else "")
                for number, one in found.items()
            ]
        return len(seen), sorted(told)

    alone, told = read()
    assert told == [(panel.tern.id, "Cleo")]
    assert queries.proposed_on(mona, panel.stage, [panel.tern.id]) == {}
    panel["Dan"].declares()
    for one in several:
        panel.assigns("Ann", one)
        panel["Ann"].declares_conflict(one)
    with clock_at(make.REVIEWING):
        run_due()
    many, told = read()
    assert (many, len(told)) == (alone, 30)


def test_left_as_it_is_with_a_reason_and_taken_up_again(panel: Emptied, client_of: Browser) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    browser, url = client_of(panel.officer), page_of(panel, panel.tern)
    leave = f"{url.removesuffix('reviewers')}places/{vacancy().public_id}/leave"
    with clock_at(make.REVIEWING):
        refused = browser.post(leave, data={"reason": " "})
        assert (refused.status_code, "Say why nobody else is asked." in refused.text) == (422, True)
        assert browser.post(leave, data={"reason": "One suffices here."}).location == f"{url}#places"
        assert "Somebody else is needed" not in browser.get("/").text
        shown = browser.get(url).text
        assert ("One suffices here." in shown, "Nobody else is asked" in shown, "fits best" in shown) == (
            True,
            True,
            False,
        )
        again = browser.post(leave, data={"reason": "Once more."})
        assert again.status_code == 409
        assert browser.post(leave.replace("/leave", "/again")).status_code == 302
        assert "Somebody else is needed: Tern School" in browser.get("/").text
    assert (vacancy().state, vacancy().reason) == ("open", None)


def test_chosen_by_hand_it_is_filled_too(panel: Emptied) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    panel.assigns("Dan", panel.tern)
    assert (vacancy().state, vacancy().reviewer_id) == ("filled", panel["Dan"].person.id)


def test_when_things_have_changed_the_press_says_so_and_who_fits_now(panel: Emptied, client_of: Browser) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    browser, url = client_of(panel.officer), page_of(panel, panel.tern)
    with clock_at(make.REVIEWING):
        run_due()
        [press] = re.findall(r'action="([^"]+/places/\w+/assign/\w+)"', browser.get(url).text)
        panel["Cleo"].declares_conflict(panel.tern)
        browser.post(press)
        stale = browser.get(url).text
        assert "Things have changed since Cleo was proposed: Dan fits best now. Nothing was assigned." in stale
        assert ("<b>Cleo fits best</b>" in stale, "It is being worked out anew." in stale) == (True, True)
        keep_places()
        shown = browser.get(url).text
    assert ("<b>Dan fits best</b>" in shown, "worked out anew" in shown) == (True, False)
    assert panel["Dan"].pile() == ["Heron School"]


def test_nobody_fits_is_said_with_the_limit(panel: Emptied) -> None:
    for name in ("Ben", "Cleo", "Dan"):
        panel[name].declares_conflict(panel.tern)
    found = best(panel)
    assert found.reviewer is None
    assert (
        found.limit == "Tern School lacks 1 of 2 reviewers. Only 1 of 4 reviewers is known to have no conflict with it."
    )
    with pytest.raises(Clash, match="nobody fits now"):
        appoint(panel, "Cleo")


def test_twice_is_once(panel: Emptied) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    appoint(panel, "Cleo")
    with pytest.raises(Clash, match=r"settled by Maya Rivera meanwhile"):
        appoint(panel, "Cleo")
    assert panel["Cleo"].pile() == ["Tern School"]


def test_whoever_came_instead_and_is_tied_too_leaves_a_place_of_their_own(panel: Emptied) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    appoint(panel, "Cleo")
    panel["Cleo"].declares_conflict(panel.tern)
    db.session.rollback()
    states = {
        one.assignment.reviewer.name: one.state for one in db.session.scalars(select(Vacancy).order_by(Vacancy.id))
    }
    assert states == {"Ben": "filled", "Cleo": "open"}


def test_cleared_assigned_again_and_tied_again_the_place_is_open_again(panel: Emptied) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    panel.lifts(db.session.scalars(select(Conflict)).one())
    assert vacancy().state == "open"  # nobody reads it, until somebody is asked
    panel.assigns("Ben", panel.tern)
    assert vacancy().state == "filled"
    panel["Ben"].declares_conflict(panel.tern, "She teaches there again.")
    assert (vacancy().state, vacancy().reviewer_id, vacancy().settled_at) == ("open", None, None)


def test_a_conflict_before_anything_is_assigned_empties_nothing(panel: Emptied) -> None:
    panel["Dan"].declares_conflict(panel.tern)
    assert db.session.scalars(select(Vacancy)).all() == []


def test_who_has_a_conflict_too_sees_none_of_it_and_others_may_not(panel: Emptied, client_of: Browser) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    place = vacancy().public_id
    with unit_of_work():
        mona, dee = person("Mona", Role.PROGRAM_OFFICER), person("Dee", Role.DIRECTOR)
        services.note_conflict(panel.by, panel.tern.case, mona, "Her sister teaches there.")
    url = f"{page_of(panel, panel.tern).removesuffix('reviewers')}places/{place}"
    member = queries.member_called(panel.stage, panel["Cleo"].person.id)
    assert member is not None
    presses = [f"{url}/assign/{member.public_id}", f"{url}/leave", f"{url}/again"]
    with clock_at(make.REVIEWING):
        assert "Tern School" in client_of(panel.officer).get("/").text
        assert "Tern School" not in client_of(mona).get("/").text
        assert [client_of(mona).post(one, data={"reason": "x"}).status_code for one in presses] == [404, 404, 404]
        assert [client_of(dee).post(one, data={"reason": "x"}).status_code for one in presses] == [403, 403, 403]
        assert list(queries.open_vacancies(actor(mona))) == []
        assert [one.public_id for one in queries.open_vacancies(panel.by)] == [place]
        with pytest.raises(Missing):
            services.best_successor(actor(mona), panel.stage, panel.tern.id)
        shown = client_of(dee).get(f"/review/stages/{panel.stage.public_id}/scores/{panel.tern.public_id}").text
    assert ("Tern School" in shown, "fits best" in shown) == (True, False)
    assert vacancy().state == "open"
    with pytest.raises(Refused), unit_of_work():
        services.leave_vacancy(panel["Cleo"].by, vacancy(), "No.")
    with pytest.raises(Invalid), unit_of_work():
        services.leave_vacancy(panel.by, vacancy(), " ")


def test_loads_of_a_hidden_case_do_not_show_in_who_is_proposed(panel: Emptied) -> None:
    """Two fit alike, and whoever reads less is proposed; what an officer may not know of counts for nobody."""
    with unit_of_work():
        panel.tern.case.organization.sector = None
        mona = person("Mona", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, panel.heron.case, mona, "She sits on its board.")
    panel["Ben"].declares_conflict(panel.tern)
    facts = {one.name: queries.planning_facts(actor(one), panel.stage, panel.tern.id) for one in (panel.officer, mona)}
    loads = {name: {one.name: one.elsewhere for one in of.reviewers} for name, of in facts.items()}
    assert loads["Maya Rivera"] == {"Ann": 0, "Ben": 0, "Cleo": 0, "Dan": 1}
    assert loads["Mona"] == {"Ann": 0, "Ben": 0, "Cleo": 0, "Dan": 0}


def kept() -> list[tuple[str, str | None]]:
    """(for whom, who is proposed) of all that is kept, for those from whom nothing is kept first."""
    db.session.rollback()
    found = db.session.scalars(select(Succession).order_by(Succession.hidden, Succession.id))
    return [("some" if one.hidden else "all", one.reviewer.name if one.reviewer else None) for one in found]


def test_it_is_worked_out_once_for_each_set_of_cases_that_is_kept_from_somebody(
    panel: Emptied, client_of: Browser
) -> None:
    """Two fit alike, and Dan reads a school that Mona may not know of: to her he is as free as Cleo."""
    with unit_of_work():
        panel.tern.case.organization.sector = None
        mona = person("Mona", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, panel.heron.case, mona, "She sits on its board.")
    panel["Ben"].declares_conflict(panel.tern)
    with clock_at(make.REVIEWING):
        run_due()
        assert [to for to, _ in kept()] == ["all", "some"]
        url = page_of(panel, panel.tern)
        assert [f"{who.name} fits best" in client_of(panel.officer).get(url).text for who in members(panel)] == [
            True, False,
        ]  # fmt: skip
        assert "other applications on their pile" in client_of(mona).get(url).text
        assert "1 other application" not in client_of(mona).get(url).text


def members(panel: Emptied) -> list[Person]:
    return [panel["Cleo"].person, panel["Dan"].person]


def test_opening_the_page_works_nothing_out_and_the_clock_works_out_only_what_has_changed(
    panel: Emptied, client_of: Browser, statements: Callable[[], Any]
) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    browser, url = client_of(panel.officer), page_of(panel, panel.tern)
    with clock_at(make.REVIEWING):
        for _ in range(2):
            assert "Who fits best is being worked out." in browser.get(url).text
        assert kept() == []
        run_due()
        assert kept() == [("all", "Cleo")]
        with statements() as seen:
            keep_places()
        assert [one for one in seen if not one.startswith(("SELECT", "BEGIN", "ROLLBACK"))] == []
        appoint(panel, "Cleo")
        keep_places()
    assert kept() == []


def test_the_record_says_who_filled_it_and_hides_it_with_the_case(panel: Emptied) -> None:
    panel["Ben"].declares_conflict(panel.tern)
    appoint(panel, "Cleo")
    acts = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "vacancy.fill")).all()
    assert [(one.actor_name, one.case_id) for one in acts] == [("Maya Rivera", panel.tern.case_id)]


@pytest.mark.parametrize("count", [1, 30])
def test_statements_do_not_grow_with_places(
    app: Flask, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    applications = [panel.application_of(f"School {number}") for number in range(count)]
    panel.all_declare()
    panel.assigns("Ann", *applications)
    for one in applications:
        panel["Ann"].declares_conflict(one)
    by = panel.by
    db.session.expire_all()
    with clock_at(make.REVIEWING), statements() as seen:
        found = queries.open_vacancies(by)
        named = {
            (one.assignment.reviewer.name, one.assignment.submission.application.case.organization.name)
            for one in found
        }
    assert (len(named), len(seen)) == (count, 1)
