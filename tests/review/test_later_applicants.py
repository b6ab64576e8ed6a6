"""Who applies after a reviewer's declaration has to be declared on too: officers see it, and reminders say it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from grants.applications.models import Application
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.aims import Aims
from grants.review.models import PanelMember
from grants.review.queries.later import still_behind
from grants.review.reminder_jobs import remind_reviewers
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import actor, person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(three_came_later)


def three_came_later() -> Panel:
    """Ann reads Tern and has it open; three schools come after she, and Ben, declared. Cleo never did."""
    panel = Panel.of("Ann", "Ben", "Cleo", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel["Ann"].declares()
    panel["Ben"].declares()
    panel.assigns("Ann", tern)
    for name in ("Auk", "Dove", "Gull"):
        panel.application_of(f"{name} School", at=make.REVIEWING + timedelta(minutes=5))
    return panel


def counted(panel: Panel, who: Any = None) -> dict[str, int]:
    db.session.rollback()
    by = actor(who) if who else panel.by
    return {one.member.person.name: one.later for one in queries.member_progress(by, panel.stage).items}


def test_the_panel_says_who_has_later_applicants_left(panel: Panel, client_of: Browser) -> None:
    url = f"/review/stages/{panel.stage.public_id}/panel"
    assert counted(panel) == {"Ann": 3, "Ben": 3, "Cleo": 0}
    with clock_at(LATER):
        page, home = client_of(panel.officer).get(url).text, client_of(panel.officer).get("/").text
    assert page.count("3 later applicants to declare on") == 2
    assert "<b>3</b><span>reviewers still to declare, 2 on later applicants</span>" in page
    said = "Left to declare: Ann on 3 later applicants and Ben on 3 later applicants."
    assert f"Cleo has not declared yet. {said}" in home
    panel["Ben"].declares(at=LATER)
    assert counted(panel) == {"Ann": 3, "Ben": 0, "Cleo": 0}
    with clock_at(LATER):
        assert client_of(panel.officer).get(url).text.count("3 later applicants to declare on") == 1


def test_a_proposal_says_who_takes_part_in_the_rest_only(panel: Panel, client_of: Browser) -> None:
    with clock_at(LATER):
        with unit_of_work():
            services.ask_for_assignment(panel.by, panel.stage, Aims())
        run_due()
        page = client_of(panel.officer).get(f"/review/stages/{panel.stage.public_id}/assignment").text
    said = "Ann on 3 later applicants, Ben on 3 later applicants. Until then those cannot be assigned to them."
    assert said in page


def test_who_is_tied_to_one_has_one_less_and_an_officer_counts_what_they_may_know_of(panel: Panel) -> None:
    named = {one.case.organization.name: one for one in db.session.scalars(select(Application))}
    panel["Ann"].declares_conflict(named["Auk School"])
    with unit_of_work():
        mona = person("Mona", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, named["Dove School"].case, mona, "Her sister teaches there.")
    assert counted(panel) == {"Ann": 2, "Ben": 3, "Cleo": 0}
    assert counted(panel, mona) == {"Ann": 1, "Ben": 2, "Cleo": 0}
    assert queries.panel_progress(actor(mona), panel.stage).behind == 2


def test_only_those_that_came_late_are_held_against_every_member(panel: Panel, statements: Any) -> None:
    """Else a panel's page takes a second where sixty read five thousand, of which none came late."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("The other engine chooses by how many rows there are, and these are few.")
    with statements() as seen:
        queries.panel_progress(panel.by, panel.stage)
        queries.member_progress(panel.by, panel.stage)
        queries.waiting_members(panel.by, panel.stage)
        queries.not_asked_about(db.session.scalars(select(Application.id)).first())
    asked = [one for one in seen if "AS later" in one or one.startswith("WITH came_after_any")]
    assert len(asked) == 4
    for statement in asked:
        plan = db.session.execute(text("EXPLAIN QUERY PLAN " + re.sub(r"\?", "1", statement))).all()
        [found_first] = [row[0] for row in plan if row[3] == "MATERIALIZE came_after_any"]
        late = [row for row in plan if re.match(r"(SEARCH|SCAN) submission_1 ", row[3])]
        assert [row[1] for row in late] == [found_first], plan


def mails() -> dict[str, tuple[str, str]]:
    db.session.rollback()
    kinds = ("review.due", "review.declare", "review.declare_later")
    wanted = select(Message).where(Message.template.in_(kinds)).order_by(Message.id)
    return {one.to_name: (one.template, one.body) for one in db.session.scalars(wanted)}


def test_reminders_by_the_clock_say_it_and_stop_when_it_is_done(panel: Panel) -> None:
    with clock_at(make.DUE - timedelta(days=7)):
        remind_reviewers()
    found = mails()
    assert {name: template for name, (template, _) in found.items()} == {
        "Ann": "review.due", "Ben": "review.declare_later", "Cleo": "review.declare",
    }  # fmt: skip
    assert "3 applicants have come since you declared your conflicts of interest" in found["Ann"][1]
    assert "3 applicants have come since you declared your conflicts of interest" in found["Ben"][1]
    assert f"/review/stages/{panel.stage.public_id}/conflicts" in found["Ben"][1]
    panel["Ben"].declares(at=make.DUE - timedelta(days=6))
    before = db.session.scalars(select(Message.id)).all()
    with clock_at(make.DUE - timedelta(days=1)):
        remind_reviewers()
    db.session.rollback()
    later = db.session.scalars(select(Message.to_name).where(Message.id.not_in(before))).all()
    assert later == ["Ann", "Cleo"]


def test_staff_can_remind_who_has_nothing_else_open(panel: Panel, client_of: Browser) -> None:
    url = f"/review/stages/{panel.stage.public_id}/remind"
    members = {one.person.name: one.public_id for one in db.session.scalars(select(PanelMember))}
    with clock_at(LATER):
        shown = client_of(panel.officer).get(url).text
        assert [members[name] in shown for name in ("Ann", "Ben", "Cleo")] == [True, True, True]
        client_of(panel.officer).post(url, data={"do": "send", "members": [members["Ben"]], "note": "Please."})
    template, body = mails()["Ben"]
    assert (template, "Please." in body) == ("review.declare_later", True)


@pytest.mark.parametrize("size", [1, 30])
def test_statements_do_not_grow_with_members(statements: Callable[[], Any], size: int) -> None:
    panel = Panel.of("Ann")
    panel["Ann"].declares()
    for number in range(size):
        panel.application_of(f"School {number}", at=LATER)
        with unit_of_work():
            make.panelist(panel.stage, person(f"Reviewer {number}", Role.REVIEWER))
    by = panel.by
    db.session.rollback()
    assert panel.stage.cycle.program_version.definition
    with statements() as seen:
        queries.member_progress(by, panel.stage)
        queries.panel_progress(by, panel.stage)
        still_behind(by, [panel.stage.id])
    assert len([one for one in seen if one.startswith(("SELECT", "WITH"))]) == 9
