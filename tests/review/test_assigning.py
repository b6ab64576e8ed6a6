"""Panels and who reads what: proposed, applied, given by hand."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.applications.models import Application
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Problem, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import PanelMember
from tests.factories import review as make
from tests.factories.people import person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")


# ── the panel ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_invited_person_becomes_a_reviewer_and_is_told_once() -> None:
    panel = Panel.of("Ann")
    ann = panel["Ann"]
    assert ann.by.roles == {Role.REVIEWER}
    with pytest.raises(Clash, match="already"), unit_of_work():
        services.invite_reviewer(panel.by, panel.stage, ann.person)
    told = db.session.scalars(select(Message).where(Message.template == "review.asked")).all()
    assert [(one.to_email, "{panel_link}" in one.body) for one in told] == [(ann.person.email, True)]


def test_inviting_is_for_officers_and_needs_an_open_account() -> None:
    panel = Panel.of("Ann")
    with pytest.raises(Refused), unit_of_work():
        services.invite_reviewer(panel["Ann"].by, panel.stage, person("Ben"))
    with pytest.raises(Invalid), unit_of_work():
        services.invite_reviewer(panel.by, panel.stage, person("Cy", is_active=False))
    assert db.session.scalar(select(func.count()).select_from(PanelMember)) == 1


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_by_hand_goes_over_the_load_but_never_past_a_declaration() -> None:
    panel = Panel.of("Ann", "Ben", load={"at_most": 1})
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ann"].declares()
    panel.assigns("Ann", tern, heron)
    assert panel["Ann"].pile() == ["Tern School", "Heron School"]
    with pytest.raises(Clash, match="already"):
        panel.assigns("Ann", tern)
    with pytest.raises(Invalid, match="has not declared"):
        panel.assigns("Ben", tern)


def test_going_over_the_load_by_hand_is_said_before_and_after(client_of: Callable[[Any], FlaskClient]) -> None:
    panel = Panel.of("Ann", load={"at_most": 1})
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    browser, stage = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    ann = queries.member_progress(panel.by, panel.stage).items[0].member.public_id

    def words(of: Application) -> list[str]:
        page = browser.get(f"{stage}/applications/{of.public_id}/reviewers").text
        return re.findall(
            r"Assigned to Ann, who is told by mail|Ann has \d of at most \d|At the limit|Over the limit", page
        )

    with clock_at(make.REVIEWING):
        assert words(tern) == []
        browser.post(f"{stage}/applications/{tern.public_id}/reviewers/{ann}")
        assert words(heron) == ["Assigned to Ann, who is told by mail", "At the limit", "Ann has 1 of at most 1"]
        browser.post(f"{stage}/applications/{heron.public_id}/reviewers/{ann}")
        assert words(heron) == ["Assigned to Ann, who is told by mail", "Over the limit"]


def test_what_is_taken_back_leaves_the_pile_and_comes_back_with_its_draft() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].saves(tern, {"team": 2})
    take_back(panel, tern)
    assert panel["Ann"].pile() == []
    panel.assigns("Ann", tern)
    card = panel["Ann"].assignment(tern).scorecard
    assert card is not None
    assert [mark.value for mark in card.marks] == [2]


def test_a_submitted_scorecard_is_not_taken_back() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].scores(tern)
    with pytest.raises(Clash, match="has submitted"):
        take_back(panel, tern)
    assert panel["Ann"].pile() == ["Tern School"]


def take_back(panel: Panel, application: Any) -> None:
    with unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, panel["Ann"].assignment_id(application))
        services.unassign(panel.by, one)


def test_reviewers_do_not_assign() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    ann = panel["Ann"]
    with pytest.raises(Refused), unit_of_work():
        services.assign(ann.by, panel.stage, ann.person, tern)
    assert ann.pile() == []


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_progress_counts_what_each_has_and_has_done() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ann"].declares()
    panel["Ben"].declares({heron.case: "I taught there."})
    panel.assigns("Ann", tern, heron)
    panel.assigns("Ben", tern)
    panel["Ann"].scores(tern)
    panel["Ann"].saves(heron, {"team": 3}, at=LATER)
    with clock_at(make.DUE + timedelta(days=1)):
        progress = queries.panel_progress(panel.by, panel.stage)
        members = queries.member_progress(panel.by, panel.stage).items
        coverage = queries.coverage(panel.by, panel.stage).items
    assert [
        (one.member.person.name, one.assigned, one.submitted, one.started, one.conflicts, one.last_at, one.is_late)
        for one in members
    ] == [("Ann", 2, 1, 1, 0, LATER, True), ("Ben", 1, 0, 0, 1, None, True)]
    assert [(one.application.id, one.missing, one.submitted) for one in coverage] == [
        (heron.id, 1, 0),
        (tern.id, 0, 1),
    ]
    assert (progress.applications, progress.assigned, progress.submitted, progress.lacking) == (2, 3, 1, 1)
    assert (progress.members, progress.undeclared) == (2, 0)


def test_applications_are_narrowed_to_what_has_to_be_done_about_them() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern, heron, _ = (panel.application_of(f"{name} School") for name in ("Tern", "Heron", "Gull"))
    panel.all_declare()
    for name in ("Ann", "Ben"):
        panel.assigns(name, tern, heron)
        panel[name].scores(tern)

    def shown(**filters: str) -> list[str]:
        db.session.rollback()
        found = queries.coverage(panel.by, panel.stage, filters=queries.CoverageFilters(**filters))
        return [one.application.case.organization.name for one in found.items]

    assert shown(show="lacking") == ["Gull School"]
    assert shown(show="waiting") == ["Heron School"]
    assert shown(show="in") == ["Tern School"]
    assert shown(q=" eRn") == ["Tern School"]
    assert shown(show="unheard of") == ["Gull School", "Heron School", "Tern School"]


def test_a_pile_goes_round_to_what_is_open() -> None:
    panel = Panel.of("Ann")
    schools = [panel.application_of(f"School {letter}") for letter in "ABC"]
    panel.all_declare()
    first, second, third = [one.public_id for one in panel.assigns("Ann", *schools)]
    panel["Ann"].scores(schools[0])
    ann = panel["Ann"].by
    [pile] = queries.piles_of(ann)
    assert (pile.total, pile.done, pile.open, pile.first) == (3, 1, 2, second)
    places = [queries.place_of(ann, queries.assignment_for(ann, one)) for one in (first, second, third)]
    assert [(one.place, one.total, one.done, one.previous, one.following, one.next) for one in places] == [
        (1, 3, 1, None, second, second),
        (2, 3, 1, first, third, third),
        (3, 3, 1, second, None, second),
    ]


def test_a_pile_that_is_done_can_be_read_through_both_ways(client_of: Callable[[Any], FlaskClient]) -> None:
    panel = Panel.of("Ann")
    schools = [panel.application_of(f"School {letter}") for letter in "ABC"]
    panel.all_declare()
    cards = [f"/review/assignments/{one.public_id}" for one in panel.assigns("Ann", *schools)]
    for school in schools:
        panel["Ann"].scores(school)
    browser = client_of(panel["Ann"].person)
    with clock_at(make.REVIEWING):
        pages = [browser.get(card).text for card in cards]
    beside = [re.findall(r'<a href="([^"]+)" data-key="([pn])">(?:Previous|Next)</a>', page) for page in pages]
    assert beside == [[(cards[1], "n")], [(cards[0], "p"), (cards[2], "n")], [(cards[1], "p")]]


def test_a_long_pile_is_turned_over() -> None:
    panel = Panel.of("Ann")
    with unit_of_work():
        schools = [make.submitted(panel.stage, f"School {number:02}") for number in range(31)]
    panel.all_declare()
    panel.assigns("Ann", *schools)
    ann = panel["Ann"].by
    [pile] = queries.piles_of(ann)
    for number, places in ((1, range(1, 31)), (2, [31]), (9, [31])):
        page = queries.pile_pages(ann, {pile: number})[panel.stage.id]
        assert [row.place for row in page.items] == list(places)
        names = [row.assignment.submission.application.case.organization.name for row in page.items]
        assert names == [f"School {place - 1:02}" for place in places]


def test_statements_do_not_grow_with_applications_or_reviewers(statements: Callable[[], Any]) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.applies(panel.proposal())
    panel["Ann"].scores(tern)

    def counts() -> list[int]:
        found = []
        for read in (
            lambda: queries.panel_progress(panel.by, panel.stage),
            lambda: queries.member_progress(panel.by, panel.stage),
            lambda: queries.coverage(panel.by, panel.stage),
            lambda: queries.panel_conflicts(panel.by, panel.stage),
            lambda: queries.ranked(panel.by, queries.stage_scores(panel.by, panel.stage), queries.ScoreFilters()),
            lambda: queries.planning_facts(panel.by, panel.stage),
            lambda: queries.review_stages(panel.by),
            lambda: queries.piles_of(panel["Ann"].by),
        ):
            db.session.expire_all()
            with statements() as seen:
                read()
            found.append(len(seen))
        return found

    few = counts()
    with unit_of_work():
        for number in range(29):
            member = make.panelist(panel.stage, f"Reviewer {number}")
            make.assigned(member, make.submitted(panel.stage, f"School {number}"))
        ann = db.session.scalars(select(PanelMember).where(PanelMember.person_id == panel["Ann"].person.id)).one()
        for number in range(29):
            make.scored(make.assigned(ann, make.submitted(panel.stage, f"More {number}")))
    assert counts() == few


# ── at once ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("officer_looks_first", [True, False])
def test_what_is_taken_back_and_what_is_submitted_never_cross(app: Flask, officer_looks_first: bool) -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].saves(tern, make.COMPLETE)
    officer, ann, stage_id, public_id = (
        panel.by,
        panel["Ann"].by,
        panel.stage.public_id,
        panel["Ann"].assignment_id(tern),
    )
    said: dict[str, str] = {}

    def take_back(between: Callable[[], None]) -> None:
        assignment = queries.panel_assignment(officer, queries.stage_for(officer, stage_id), public_id)
        between()
        services.unassign(officer, assignment)

    def submit(between: Callable[[], None]) -> None:
        assignment = queries.assignment_for(ann, public_id)
        between()
        services.submit_scorecard(ann, assignment)

    def told(act: Callable[[Callable[[], None]], None], between: Callable[[], None]) -> None:
        try:
            with clock_at(make.REVIEWING), unit_of_work():
                act(between)
            said[act.__name__] = "done"
        except Problem as problem:
            said[act.__name__] = type(problem).__name__

    def elsewhere() -> None:
        with app.app_context():
            told(second, lambda: None)
            db.session.remove()

    def meanwhile() -> None:
        other.start()
        if db.engine.dialect.name == "postgresql":  # elsewhere all writers wait for one another
            other.join()

    first, second = (take_back, submit) if officer_looks_first else (submit, take_back)
    other = Thread(target=elsewhere)
    db.session.rollback()
    told(first, meanwhile)
    other.join()
    stands = panel["Ann"].assignment(tern)
    assert (said, stands.revoked_at is None, stands.scorecard and stands.scorecard.state) in (
        ({"submit": "done", "take_back": "Clash"}, True, "submitted"),
        ({"take_back": "done", "submit": "Refused"}, False, "draft"),
        ({"take_back": "done", "submit": "Missing"}, False, "draft"),
    )
