"""The pile as one table: rows are scorecards, and nothing is easier there than on the card itself."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.kernel.clock import clock_at
from grants.persistence.session import db, unit_of_work
from grants.review import services
from tests.beginnings import Begin
from tests.factories import review as make
from tests.review.story import Panel

Browser = Callable[[Any], FlaskClient]
MARKS = {"mark_learning_plans": "yes", "mark_competency": "3", "mark_team": "4", "mark_financial_plan": "3"}


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(ben_at_work)


def ben_at_work() -> Panel:
    """Ben reviews Tern and Heron School; Ann is on the panel and has nothing."""
    panel = Panel.of("Ben", "Ann")
    panel.tern, panel.heron = (panel.application_of(name) for name in ("Tern School", "Heron School"))  # type: ignore[attr-defined]
    panel.all_declare()
    panel.assigns("Ben", panel.tern, panel.heron)
    return panel


def grid_of(panel: Panel) -> str:
    return f"/review/stages/{panel.stage.public_id}/grid"


def card_of(panel: Panel, application: Any) -> str:
    return f"/review/assignments/{panel['Ben'].assignment_id(application)}"


def row(version: int = 0, **more: str) -> dict[str, str]:
    return {"version": str(version), "back": "grid", "comment": "", **MARKS, **more}


def test_a_row_is_kept_as_its_scorecard_with_what_stands_there_already(panel: Panel, client_of: Browser) -> None:
    panel["Ben"].saves(panel.tern, {"team": 2}, comment="Promising.", comments={"team": "Thin."})
    browser = client_of(panel["Ben"].person)
    with clock_at(make.REVIEWING):
        page = browser.get(grid_of(panel)).text
        assert re.findall(r'<option value="(\w+)" selected>', page) == ["2"]
        assert 'name="comment" value="Promising."' in page
        said = browser.post(
            card_of(panel, panel.tern) + "/save?row", data=row(1, comment="Promising.", why_team="Thin.")
        )
    assert "Saved 10:00 am, so far <b>84.4</b>" in said.text
    assert re.search(r'id="\w+-version" name="version" value="2" hx-swap-oob="true"', said.text)
    card = panel["Ben"].assignment(panel.tern).scorecard
    assert (card.version, card.comment, len(card.marks), card.state) == (2, "Promising.", 4, "draft")


def test_submitting_a_row_asks_for_all_that_the_card_asks_for(panel: Panel, client_of: Browser) -> None:
    browser, tern = client_of(panel["Ben"].person), card_of(panel, panel.tern)
    with clock_at(make.REVIEWING):
        refused = browser.post(tern, data=row(action="submit", mark_competency="1"))
        assert refused.status_code == 422
        assert "Say why, for “Competency-based progression”." in refused.text
        assert panel["Ben"].assignment(panel.tern).scorecard.state == "draft"
        told = browser.post(
            tern, data=row(1, action="submit", mark_competency="1", why_competency="Seat time decides.")
        )
        assert told.location == grid_of(panel)
        page = browser.get(grid_of(panel)).text
        assert "Submitted</span> <b>65.6</b>" in page
        assert page.count("data-row") == 1
        last = browser.post(card_of(panel, panel.heron), data=row(action="submit"))
    assert last.location == "/review/"


def test_two_windows_never_overwrite_one_another(panel: Panel, client_of: Browser) -> None:
    browser, save = client_of(panel["Ben"].person), card_of(panel, panel.tern) + "/save?row"
    assert browser.post(save, data=row()).status_code == 200
    stale = browser.post(save, data=row(mark_team="1"))
    assert stale.status_code == 409
    assert "Not saved: This scorecard was changed in another window" in stale.text
    assert "See both" in stale.text
    assert panel["Ben"].assignment(panel.tern).scorecard.version == 1


def test_a_grid_is_its_reviewers_alone_and_holds_nothing_with_a_conflict(panel: Panel, client_of: Browser) -> None:
    assert client_of(panel["Ann"].person).get(grid_of(panel)).status_code == 404
    assert client_of(panel.officer).get(grid_of(panel)).status_code == 403
    panel["Ben"].declares_conflict(panel.tern)
    page = client_of(panel["Ben"].person).get(grid_of(panel))
    assert ("Tern School" in page.text, "Heron School" in page.text) == (False, True)


def test_a_closed_panel_is_read(panel: Panel, client_of: Browser) -> None:
    panel["Ben"].saves(panel.tern, {"team": 2})
    with unit_of_work():
        panel.stage.released_at = make.DUE
    page = client_of(panel["Ben"].person).get(grid_of(panel)).text
    assert "2 Emerging" in page
    assert "data-row" not in page


def test_the_grid_asks_the_same_questions_for_one_row_and_for_thirty(
    panel: Panel, client_of: Browser, statements: Callable[[], Any]
) -> None:
    panel["Ben"].saves(panel.tern, {"team": 2})
    browser = client_of(panel["Ben"].person)

    def count() -> int:
        browser.get(grid_of(panel))
        with statements() as seen:
            assert browser.get(grid_of(panel)).status_code == 200
        return len(seen)

    few = count()
    with unit_of_work():
        ben = services.conflicts.member_for(panel["Ben"].by, panel.stage)
        for number in range(28):
            application = make.submitted(panel.stage, f"School {number:02}")
            make.scored(make.assigned(ben, application), state="draft")
    assert count() == few
    assert browser.get(grid_of(panel)).text.count("data-row") == 12
    assert browser.get(f"{grid_of(panel)}?page=3").text.count("data-row") == 6
    db.session.rollback()
