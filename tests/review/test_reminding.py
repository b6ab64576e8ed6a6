"""Reviewers are reminded of open scorecards: by the clock, and by a word from staff."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Invalid, Refused
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import PanelMember
from grants.review.reminder_jobs import remind_reviewers
from tests.beginnings import Begin
from tests.factories import review as make
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(some_left)


def some_left() -> Panel:
    """Ann has one of two open, Ben has submitted, Cleo has both open."""
    panel = Panel.of("Ann", "Ben", "Cleo")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    for name, read in (("Ann", [tern, heron]), ("Ben", [tern]), ("Cleo", [tern, heron])):
        panel.assigns(name, *read)
    panel["Ann"].scores(tern)
    panel["Ben"].scores(tern)
    panel.tern = tern  # type: ignore[attr-defined]
    return panel


def told() -> list[tuple[str, str]]:
    """(to whom, the text's second paragraph) of the reminders so far."""
    db.session.rollback()
    found = db.session.scalars(select(Message).where(Message.template == "review.due").order_by(Message.id))
    return [(one.to_name, one.body.split("\n\n")[1]) for one in found]


def reminders_at(moment: datetime) -> list[tuple[str, str]]:
    before = len(told())
    with clock_at(moment):
        remind_reviewers()
        remind_reviewers()
    return told()[before:]


def test_the_clock_reminds_who_has_cards_open_before_and_after_and_never_twice(panel: Panel) -> None:
    open_ones = "1 of your 2 scorecards for Launch grant (NGLC in Oakland) is still open."
    assert reminders_at(make.DUE - timedelta(days=9)) == []
    both = "2 of your 2 scorecards for Launch grant (NGLC in Oakland) are still open."
    assert reminders_at(make.DUE - timedelta(days=7)) == [
        ("Ann", f"{open_ones} It is due Friday 15 April 2016, 4:59 pm Pacific."),
        ("Cleo", f"{both} They are due Friday 15 April 2016, 4:59 pm Pacific."),
    ]
    assert reminders_at(make.DUE - timedelta(days=5)) == []
    assert [name for name, _ in reminders_at(make.DUE - timedelta(days=1))] == ["Ann", "Cleo"]
    with unit_of_work():
        services.reopen_scorecard(panel.by, panel["Ben"].assignment(panel.tern), "Marks of another school.")  # type: ignore[attr-defined]
    late = reminders_at(make.DUE + timedelta(days=2))
    assert [name for name, _ in late] == ["Ann", "Ben", "Cleo"]
    assert late[0][1] == f"{open_ones} It was due Friday 15 April 2016, 4:59 pm Pacific."
    assert late[1][1].startswith("Your scorecard for Launch grant")


def test_a_due_date_that_is_put_off_is_reminded_of_anew(panel: Panel) -> None:
    assert len(reminders_at(make.DUE - timedelta(days=1))) == 2
    with unit_of_work() as session:
        session.merge(panel.stage).reviews_due_at = make.DUE + timedelta(days=14)
    assert reminders_at(make.DUE) == []
    assert len(reminders_at(make.DUE + timedelta(days=7))) == 2


def test_nobody_is_reminded_once_decisions_are_out(panel: Panel) -> None:
    with unit_of_work() as session:
        session.merge(panel.stage).released_at = make.DUE
    assert reminders_at(make.DUE + timedelta(days=2)) == []


def test_staff_remind_those_they_tick_once_a_day_and_see_first_how_it_reads(panel: Panel, client_of: Browser) -> None:
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/remind"
    members = {one.person.name: one.public_id for one in db.session.scalars(select(PanelMember))}
    with clock_at(make.REVIEWING):
        page = browser.get(url).text
        assert "As Ann reads it" in page
        assert members["Ben"] not in page
        preview = browser.post(url, data={"do": "preview", "note": "Coffee is on us.", "members": [members["Cleo"]]})
        assert "Coffee is on us." in preview.text.split("As Ann reads it")[1]
        assert f'value="{members["Cleo"]}" checked' in preview.text
        assert told() == []
        nobody = browser.post(url, data={"do": "send", "note": "Coffee is on us."})
        assert (nobody.status_code, "Choose who is to be reminded." in nobody.text) == (422, True)
        sent = browser.post(url, data={"do": "send", "note": "Coffee is on us.", "members": [*members.values()]})
        assert sent.status_code == 302
        assert [name for name, _ in told()] == ["Ann", "Cleo"]
        browser.post(url, data={"do": "send", "note": "", "members": [members["Cleo"]]})
        assert "Cleo was reminded within the last day already" in browser.get("/").text
    assert len(told()) == 2
    with clock_at(make.REVIEWING + timedelta(days=1)):
        browser.post(url, data={"do": "send", "members": [members["Cleo"]]})
    assert [name for name, _ in told()] == ["Ann", "Cleo", "Cleo"]


def test_who_has_not_declared_at_all_is_reminded_by_staff_and_by_the_clock(client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben")
    panel.application_of("Tern School")
    panel["Ann"].declares()
    browser, stage = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    with clock_at(make.CLOSED):
        assert "Remind reviewers" in browser.get(f"{stage}/panel").text
        assert [one.member.person.name for one in queries.waiting_members(panel.by, panel.stage).items] == ["Ben"]
        assert "all applicants" in browser.get(f"{stage}/remind").text
        data = {"do": "send", "members": [queries.waiting_members(panel.by, panel.stage).items[0].member.public_id]}
        assert browser.post(f"{stage}/remind", data=data).location == f"{stage}/panel"
    with clock_at(make.DUE - timedelta(days=1)):
        remind_reviewers()
    db.session.rollback()
    sent = db.session.scalars(select(Message).where(Message.template == "review.declare").order_by(Message.id)).all()
    assert [(one.to_name, one.subject) for one in sent] == [
        ("Ben", "Before you can review: Launch grant, NGLC in Oakland")
    ] * 2
    assert sent[0].body.split("\n\n")[1] == (
        "Nothing of Launch grant (NGLC in Oakland) can be given to you to review before you have declared your "
        "conflicts of interest. Declare your conflicts of interest first."
    )


def test_nobody_is_asked_to_declare_before_the_applicants_are_known() -> None:
    panel = Panel.of("Ann")
    with clock_at(panel.stage.closes_at - timedelta(days=1)):
        assert queries.waiting_members(panel.by, panel.stage).items == []


def test_an_officer_with_a_conflict_counts_without_the_case_and_reviewers_remind_nobody(panel: Panel) -> None:
    with unit_of_work():
        services.let_stand(panel.by, panel.tern.case_id, panel.officer.id, "declared", "My brother leads it.")  # type: ignore[attr-defined]
    found = queries.waiting_members(panel.by, panel.stage).items
    assert [(one.member.person.name, one.open, one.assigned) for one in found] == [("Ann", 1, 1), ("Cleo", 1, 1)]
    with pytest.raises(Invalid, match="Nobody"), unit_of_work():
        services.nudge(panel.by, panel.stage, [])
    with pytest.raises(Refused), unit_of_work():
        services.nudge(panel["Ann"].by, panel.stage, [found[0].member.public_id])


def test_statements_do_not_grow_with_those_who_wait(panel: Panel, statements: Callable[[], Any]) -> None:
    def count() -> int:
        db.session.expire_all()
        with statements() as seen:
            queries.waiting_members(panel.by, panel.stage)
        return len(seen)

    few = count()
    with unit_of_work():
        for number in range(29):
            make.assigned(make.panelist(panel.stage, f"Reviewer {number}"), make.submitted(panel.stage))
    assert count() == few
