"""What a reviewer notes for themselves: kept, never lost, and read by nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import Role
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import jobs, queries, services
from grants.review.reading_models import PrivateNotes
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import actor, person
from tests.review.story import LATER, Panel

Browser = Callable[[Any], FlaskClient]
NOTE = "Ask Ann what a quincunx costs."


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(ann_and_ben)


def ann_and_ben() -> Panel:
    panel = Panel.of("Ann", "Ben")
    panel.tern = panel.application_of("Tern School")  # type: ignore[attr-defined]
    panel.all_declare()
    for name in panel.members:
        panel.assigns(name, panel.tern)
    return panel


def notes(panel: Panel, texts: dict[str, str], version: int = 0, name: str = "Ben", at: Any = LATER) -> Any:
    with clock_at(at), unit_of_work():
        one = queries.assignment_for(panel[name].by, panel[name].assignment_id(panel.tern))
        return services.save_notes(panel[name].by, one, texts, version)


def kept(panel: Panel, name: str = "Ben") -> Any:
    db.session.rollback()
    found = queries.notes_of(panel[name].by, panel[name].assignment(panel.tern))
    return found and (found.texts, found.version)


def test_notes_are_kept_by_place_and_nothing_typed_is_overwritten(panel: Panel) -> None:
    assert notes(panel, {"whole": " "}) is None
    notes(panel, {"whole": NOTE, "vision": " Whose day? ", "team": ""})
    assert kept(panel) == ({"whole": NOTE, "vision": "Whose day?"}, 1)
    notes(panel, {"whole": NOTE, "vision": "Whose day?"})  # twice is once
    with pytest.raises(Clash, match="another window"):
        notes(panel, {"whole": "Something else."})
    notes(panel, {"whole": "Something else."}, version=1)
    assert kept(panel) == ({"whole": "Something else."}, 2)


@pytest.mark.parametrize("texts", [{"charm": "Much."}, {"whole": "x" * 20_001}])
def test_a_note_has_its_place_and_its_length(panel: Panel, texts: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        notes(panel, texts)
    assert kept(panel) is None


def test_notes_go_on_after_the_scorecard_is_locked(panel: Panel) -> None:
    panel["Ben"].scores(panel.tern)
    notes(panel, {"whole": NOTE})
    assert kept(panel) == ({"whole": NOTE}, 1)


def test_nobody_else_reads_or_writes_them(panel: Panel) -> None:
    notes(panel, {"whole": NOTE})
    one = panel["Ben"].assignment(panel.tern)
    assert queries.notes_of(panel.by, one) is None
    assert queries.notes_of(panel["Ann"].by, one) is None
    for other in (panel.by, panel["Ann"].by):
        with pytest.raises(Refused), unit_of_work():
            services.save_notes(other, one, {"whole": "Mine."}, 1)


def test_a_conflict_closes_them_with_the_application(panel: Panel) -> None:
    notes(panel, {"whole": NOTE})
    panel["Ben"].declares_conflict(panel.tern)
    with pytest.raises(Missing):
        notes(panel, {"whole": "More."}, version=1)


def test_they_stand_on_no_page_of_anybody_else_and_in_no_record(panel: Panel, client_of: Browser) -> None:
    notes(panel, {"whole": NOTE, "vision": NOTE})
    panel["Ben"].scores(panel.tern)
    panel["Ann"].scores(panel.tern)
    with unit_of_work():
        director = person("Dora", Role.DIRECTOR)
    stage, tern, card = panel.stage.public_id, panel.tern.public_id, panel["Ben"].assignment_id(panel.tern)
    case = panel.tern.case.public_id
    own = client_of(panel["Ben"].person)
    assert own.get(f"/review/assignments/{card}").text.count(NOTE) == 2
    assert own.get(f"/review/assignments/{card}/paper").text.count(NOTE) == 2
    assert NOTE not in own.get(f"/review/assignments/{card}/paper?empty").text
    staff = ("panel", "scores", f"scores/{tern}", "scores.csv", "scores.xlsx", f"assignments/{card}/reopen")
    for who in (panel.officer, director, panel["Ann"].person):
        browser = client_of(who)
        for path in (
            *(f"/review/stages/{stage}/{one}" for one in staff),
            f"/cases/{case}",
            f"/review/assignments/{card}",
        ):
            assert b"quincunx" not in browser.get(path).data
    holds = [
        table
        for table in db.metadata.tables
        if any("quincunx" in str(row) for row in db.session.execute(text(f'SELECT * FROM "{table}"')))
    ]
    assert holds == ["private_notes"]
    acts = db.session.scalar(select(func.count()).where(AuditRecord.action.contains("note")))
    assert acts == 0


def test_saving_in_a_browser_with_and_without_scripts(panel: Panel, client_of: Browser) -> None:
    browser = client_of(panel["Ben"].person)
    url = f"/review/assignments/{panel['Ben'].assignment_id(panel.tern)}/notes"
    typed = {"note-whole": NOTE, "note-vision": "", "notes-version": "0"}
    with clock_at(make.REVIEWING):
        line = browser.post(url, data=typed, headers={"HX-Request": "true"})
        assert "Saved 10:00 am" in line.text
        assert 'id="notes-version" name="notes-version" value="1" hx-swap-oob="true"' in line.text
        assert browser.post(url, data=typed | {"note-vision": "Whose?", "notes-version": "1"}).location.endswith(
            "#notes"
        )
        stale = browser.post(url, data=typed | {"note-whole": "Otherwise."}, headers={"HX-Request": "true"})
        assert stale.status_code == 409
        assert "Not saved: Your notes were changed in another window" in stale.text
        both = browser.post(url, data=typed | {"note-whole": "Otherwise."})
    assert both.status_code == 409
    assert NOTE in both.text
    assert "Otherwise." in both.text
    assert "Vision and student agency: Whose?" in both.text
    assert 'name="notes-version" value="2"' in both.text
    assert kept(panel) == ({"whole": NOTE, "vision": "Whose?"}, 2)
    assert client_of(panel.officer).post(url, data=typed).status_code == 403
    assert client_of(panel["Ann"].person).post(url, data=typed).status_code == 404


def test_they_are_erased_some_time_after_the_decisions(panel: Panel) -> None:
    notes(panel, {"whole": NOTE})
    released = make.DUE + timedelta(days=14)
    with unit_of_work():
        panel.stage.released_at = released
    for days, left in ((services.NOTES_KEPT.days, 1), (services.NOTES_KEPT.days + 1, 0)):
        with clock_at(released + timedelta(days=days)):
            jobs.forget_notes()
        assert db.session.scalar(select(func.count()).select_from(PrivateNotes)) == left


def test_only_reviewers_note(panel: Panel) -> None:
    with unit_of_work():
        other = person("Olga", Role.PROGRAM_OFFICER)
    with pytest.raises(Refused), unit_of_work():
        services.save_notes(actor(other), panel["Ben"].assignment(panel.tern), {"whole": "Mine."})
