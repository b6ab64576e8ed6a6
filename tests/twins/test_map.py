"""The map names every route and nothing else, the worlds have something to hide, and a leak would be seen."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.kernel.permissions import PERMISSIONS
from grants.kernel.roles import Role
from grants.persistence.session import db
from grants.review.models import Scorecard
from grants.web.access import access_of
from tests.engines import Engine
from tests.twins.conftest import Ways, browser_of
from tests.twins.routes import CASE_OF, IDS, ROUTES, Filled
from tests.twins.walking import Known, Walk, rules_of, told_apart
from tests.twins.world import ONE, OTHER

SHOWING = ("casework.audit", "review.application", "review.scores")


def test_the_map_names_every_route_and_no_other(whole_app: Flask) -> None:
    there = {rule.endpoint for rule in rules_of(whole_app)}
    assert {"not in the map": there - ROUTES.keys(), "gone": ROUTES.keys() - there} == {
        "not in the map": set(),
        "gone": set(),
    }


def test_every_argument_of_a_route_is_filled(whole_app: Flask) -> None:
    unfilled = {
        f"{rule.endpoint}: {argument}"
        for rule in rules_of(whole_app)
        if isinstance(way := ROUTES.get(rule.endpoint), Filled)
        for argument in rule.arguments - IDS.keys() - way.given.keys()
    }
    assert unfilled == set()


def test_the_worlds_have_rows_of_the_hidden_case_for_every_kind_that_belongs_to_one(known: Known) -> None:
    kinds = {argument for argument, tables in IDS.items() if CASE_OF.keys() & set(tables)}
    without = {one for one in kinds if known.hidden not in known.ids[one].values()}
    assert without == set()


def test_who_has_no_conflict_tells_them_apart(ways_of: Ways) -> None:
    one, other = ways_of("Dov", SHOWING)
    told = {name.partition("?")[0].rpartition("/")[2] for name in told_apart(one, other)}
    assert {"record", "scores"} <= told
    written = [said.words.split()[-1] for said in (ONE, OTHER)]  # words that no filter is asked for
    for seen, words in ((one, written), (other, written[::-1])):
        pages = [answer.body for answer in seen.values() if answer.status == 200]
        assert [any(word in page for page in pages) for word in words] == [True, False]


def test_a_leak_is_seen(whole_app: Flask, ways_of: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page on which a coach finds their drafts counts scorecards, for as long as this test lasts."""
    view = whole_app.view_functions["people.account"]

    def leaking() -> object:
        count = db.session.scalar(select(func.count()).select_from(Scorecard))
        return f"{view()}<!-- {count} -->"

    leaking.access = view.access  # type: ignore[attr-defined]
    around = ("people.account", "people.signed_in")
    assert told_apart(*ways_of("Kai", around)) == {}
    monkeypatch.setitem(whole_app.view_functions, "people.account", leaking)
    assert told_apart(*ways_of("Kai", around)).keys() == {"/account"}


def test_what_a_role_does_not_open_is_refused_in_the_same_words_whatever_is_asked_for(
    whole_app: Flask, engine: Engine, known: Known
) -> None:
    """So the walks leave it out."""
    closed = PERMISSIONS.keys() - {name for name, roles in PERMISSIONS.items() if Role.COACH in roles}
    with whole_app.app_context():
        db.engine.dispose()
        engine.bring_back("one")
        walk = Walk(whole_app, browser_of(whole_app, known.readers["Kai"]), known.readers["Kai"], known)
        for rule in rules_of(whole_app):
            way, method = ROUTES.get(rule.endpoint), min(rule.methods & {"GET", "POST"})
            if isinstance(way, Filled) and access_of(whole_app, rule.endpoint) in closed:
                walk.ask(method, next(walk.addresses(rule, way, any_case=method == "GET")))
        db.session.remove()
    assert len(walk.seen) > 100
    assert {answer.status for answer in walk.seen.values()} == {403}
    assert len(set(walk.seen.values())) == 1
