"""A member leaves a panel after a yes: what is open goes to others, what is submitted stays, and they may come back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications.models import Application
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import PanelMember
from grants.review.people_models import PanelInvitation
from grants.review.reminder_jobs import remind_reviewers
from tests.beginnings import Begin
from tests.factories import review as make
from tests.review.story import Panel, Reviewer

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]
WHY = "My school needs me this spring."


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(ben_half_done)


def ben_half_done() -> Panel:
    """Ben has submitted one of two; Ann has one."""
    panel = Panel.of("Ben", "Ann", reviewers_each=1)
    tern, other = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    panel.assigns("Ben", tern, other)
    panel["Ben"].scores(tern)
    panel["Ben"].saves(other, make.COMPLETE)
    return panel


def leaves(panel: Panel, name: str, why: str = WHY) -> int:
    with clock_at(make.REVIEWING), unit_of_work():
        return services.leave_panel(panel[name].by, panel.stage, why)


def test_what_is_open_goes_and_what_is_submitted_stays_and_counts(panel: Panel, client_of: Browser) -> None:
    browser, officer = client_of(panel["Ben"].person), client_of(panel.officer)
    url = f"/review/stages/{panel.stage.public_id}/leave"
    with clock_at(make.REVIEWING):
        assert url in browser.get("/review/").text
        asked = browser.get(url).text
        assert ("1 application you have not submitted goes" in asked, "stays as it is" in asked) == (True, True)
        refused = browser.post(url, data={"reason": " "})
        assert (refused.status_code, "Say in a few words why" in refused.text) == (422, True)
        assert browser.post(url, data={"reason": WHY}).location == "/review/"
        assert "Tern School" not in browser.get("/review/").text
        assert browser.get(url).status_code == 404
        assert browser.get(f"/review/assignments/{panel['Ben'].assignment_id(heron())}").status_code == 404
        shown = officer.get(f"/review/stages/{panel.stage.public_id}/panel").text
        assert f"Left after a yes: {WHY}" in shown
        scores = panel.ranking()[1]
    counted = {row.name: (row.assigned, len(row.given)) for row in scores}
    assert counted == {"Tern School": (1, 1), "Heron School": (0, 0)}
    mail = db.session.scalars(select(Message).where(Message.template == "review.left")).one()
    assert (mail.to_name, mail.subject) == ("Maya Rivera", "Ben has left the panel for Launch grant")
    assert WHY in mail.body
    assert ("Tern" in mail.body, "Heron" in mail.body) == (False, False)


def heron() -> Application:
    rows = db.session.scalars(select(Application).order_by(Application.id)).all()
    return next(one for one in rows if one.case.organization.name == "Heron School")


def test_who_left_is_assigned_nothing_reminded_of_nothing_and_counted_nowhere(panel: Panel) -> None:
    leaves(panel, "Ben")
    facts = panel.worked_out().facts
    assert [one.name for one in facts.reviewers] == ["Ann"]
    with pytest.raises(Invalid, match="not on this panel"):
        panel.assigns("Ben", heron())
    with clock_at(make.DUE - timedelta(days=1)):
        remind_reviewers()
    assert db.session.scalars(select(Message.to_name).where(Message.template == "review.due")).all() == []
    assert [one.member.person.name for one in queries.member_progress(panel.by, panel.stage).items] == ["Ann"]


def test_asked_again_they_come_back_and_declare_again(panel: Panel) -> None:
    leaves(panel, "Ben")
    with clock_at(make.REVIEWING + timedelta(days=1)):
        with unit_of_work():
            asked = services.invite_reviewer(panel.by, panel.stage, panel["Ben"].person)
        assert asked.state == "invited"
        with unit_of_work():
            services.accept_invitation(asked, panel["Ben"].person)
    ben: Reviewer = panel["Ben"]
    assert ben.pile() == []
    member = db.session.scalars(select(PanelMember).where(PanelMember.person_id == ben.person.id)).one()
    assert (member.left_at, member.declared_at) == (None, None)
    ben.declares(at=make.REVIEWING + timedelta(days=1))
    assert ben.pile() == ["Tern School"]
    panel.assigns("Ben", heron())
    assert sorted(ben.pile()) == ["Heron School", "Tern School"]
    assert ben.assignment(heron()).scorecard is not None  # with what stood on it


def test_twice_or_late_or_without_a_reason_nobody_leaves(panel: Panel) -> None:
    with pytest.raises(Invalid):
        leaves(panel, "Ben", " ")
    with pytest.raises(Invalid, match="too long"):
        leaves(panel, "Ben", "x" * 501)
    assert leaves(panel, "Ben") == 1
    with pytest.raises(Missing):
        leaves(panel, "Ben")
    with unit_of_work():
        panel.stage.released_at = make.DUE
    with pytest.raises(Clash, match="released"):
        leaves(panel, "Ann")
    assert [one.state for one in db.session.scalars(select(PanelInvitation).order_by(PanelInvitation.id))] == [
        "declined",
        "accepted",
    ]


def test_a_reminder_names_the_step_that_is_left_and_is_read_in_as_many_statements_for_thirty(
    panel: Panel, statements: Callable[[], Any]
) -> None:
    member = db.session.scalars(select(PanelMember).where(PanelMember.person_id == panel["Ben"].person.id)).one()
    with unit_of_work():
        member.profile_at = None
    with clock_at(make.REVIEWING), unit_of_work():
        services.nudge(panel.by, panel.stage, [member.public_id], "Please.")
    body = db.session.scalars(select(Message.body).where(Message.template == "review.due")).one()
    assert "Look through your profile first.\n\nPlease." in body

    def count() -> int:
        ids = db.session.scalars(select(PanelMember.id)).all()
        db.session.expire_all()
        with statements() as seen:
            found = queries.own_waiting(panel.stage, ids)
        assert len(found) == len(ids)
        return len(seen)

    few = count()
    with unit_of_work():
        for number in range(29):
            make.assigned(make.panelist(panel.stage, f"Reviewer {number}"), make.submitted(panel.stage))
    assert count() == few
