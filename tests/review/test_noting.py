"""An officer notes a conflict of somebody else's, and sees where the program has no kind for what was found."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Affiliation, Conflict
from grants.review.vacancy_models import Vacancy
from tests.factories import review as make
from tests.factories.people import person
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]


def member_id(panel: Panel, name: str) -> str:
    found = queries.member_called(panel.stage, panel[name].person.id)
    assert found is not None
    return found.public_id


def test_an_officer_notes_what_they_learn_and_somebody_else_is_needed(client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel.assigns("Ben", tern)
    browser = client_of(panel.officer)
    reviewers = f"/review/stages/{panel.stage.public_id}/applications/{tern.public_id}/reviewers"
    url, told = reviewers.replace("/reviewers", "/tied"), "A parent told us: his sister teaches there."
    with clock_at(make.REVIEWING):
        assert f'href="{url}"' in browser.get(reviewers).text
        sent = {"member": member_id(panel, "Ben"), "kind": "close", "reason": told}
        for wrong in ({"reason": " "}, {"member": "x" * 20}, {"kind": "rumour"}):
            assert browser.post(url, data=sent | wrong).status_code == 422
        assert panel.conflicts() == {}
        assert browser.post(url, data=sent).location == reviewers
        assert "Somebody else is needed" in browser.get(reviewers).text
        assert 'value="' + member_id(panel, "Ben") not in browser.get(url).text  # it is closed to him already
    assert (panel["Ben"].pile(), panel["Ann"].pile()) == ([], ["Tern School"])
    found = db.session.scalars(select(Conflict)).one()
    assert (found.source, found.kind, found.reason, found.person.name) == ("staff", "close", told, "Ben")
    assert len(db.session.scalars(select(Vacancy)).all()) == 1
    with clock_at(make.REVIEWING):
        assert browser.post(url, data=sent).status_code == 422  # once is enough


def test_a_noted_conflict_is_said_of_whoever_has_not_declared_yet(client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben")
    tern = panel.application_of("Tern School")
    browser = client_of(panel.officer)
    reviewers = f"/review/stages/{panel.stage.public_id}/applications/{tern.public_id}/reviewers"
    with clock_at(make.REVIEWING):
        sent = {"member": member_id(panel, "Ben"), "kind": "close", "reason": "A parent told us."}
        assert browser.post(reviewers.replace("/reviewers", "/tied"), data=sent).location == reviewers
        page = browser.get(reviewers).text
    ann, ben = (page.partition(f">{name}")[2].partition("</tr>")[0] for name in ("Ann", "Ben"))
    assert ("Has not declared" in ann, "Conflict of interest" in ann) == (True, False)
    assert ("Has not declared" in ben, "Conflict of interest" in ben) == (False, True)


KINDS = {"close": {"title": "Close to them", "found_by": ["family"]}, "rest": {"title": "All else"}}


def funder(panel: Panel, relation: str) -> Person:
    """Somebody whose own profile states such a tie to Tern."""
    with unit_of_work():
        someone = person("Fay Funder")
        db.session.add(Affiliation(person_id=someone.id, name="Tern School", relation=relation, stated_at=make.CLOSED))
    panel.add(someone)
    return someone


@pytest.mark.parametrize(
    ("relation", "kind", "note"),
    [("funder", "rest", "No kind names this tie"), ("family", "close", ""), ("other", "rest", "")],
)
def test_where_no_kind_names_a_stated_tie_the_page_that_decides_says_so(
    client_of: Browser, relation: str, kind: str, note: str
) -> None:
    panel = Panel.of(conflicts=["stated_ties"], conflict_kinds=KINDS)
    panel.application_of("Tern School")
    funder(panel, relation)
    found = db.session.scalars(select(Conflict)).one()
    assert (found.kind, found.finding) == (kind, relation)
    stage = f"/review/stages/{panel.stage.public_id}/conflicts"
    with clock_at(make.REVIEWING):
        one = client_of(panel.officer).get(f"{stage}/{found.public_id}/lift").text
        several = client_of(panel.officer).get(f"{stage}/all").text
    assert ("No kind names this tie" in one) == bool(note)
    assert ("no kind for “funds it”, so it counts as the last one, “All else”" in one) == bool(note)
    assert ("No kind of the program names “funds it”." in several) == bool(note)


def test_a_conflict_that_people_named_themselves_needs_no_such_note() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    with unit_of_work():
        services.declare_conflict(panel["Ann"].by, tern.case, "A rival.", "other")
    found = db.session.scalars(select(Conflict)).one()
    assert (found.finding, queries.kind_for_want(panel.stage, found)) == (None, "")
