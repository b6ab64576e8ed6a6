"""Conflicts that a rule found are confirmed or cleared, with a reason, and not found again for the same one."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import ConsortiumMember, Person
from grants.persistence.session import db, unit_of_work
from grants.programs.schema import Definition
from grants.review import queries, services
from grants.review.kinds import SOURCES
from grants.review.models import Affiliation, Conflict, PanelMember
from grants.review.ties import RELATIONS, Judge, Judged, Stated, ties
from tests.factories import review as make
from tests.factories.people import actor, join, organization, person
from tests.review.story import Panel

Browser = Callable[[Any], FlaskClient]
NOBODY = frozenset[int]()
TERN = Judged({7: "Tern School"}, {"tern.example": "Tern School"}, {40: "Bay Network"})
PLAIN = Definition.model_validate(make.PROGRAM)
ALL = ("same_organization", "same_network", "same_email_domain", "former_employer", "stated_ties")


def judge(*stated: Stated, networks: frozenset[int] = NOBODY) -> Judge:
    return Judge("ann@heron.example", NOBODY, NOBODY, networks, stated)


@pytest.mark.parametrize(
    ("who", "rules", "found"),
    [
        (judge(), ALL, []),
        (judge(networks=frozenset({40})), ALL, [("same_network", "same_network")]),
        (judge(networks=frozenset({41})), ALL, []),
        (judge(networks=frozenset({40})), ("declared",), []),
        (judge(Stated("former_employer", "Tern", 7)), ALL, [("former_employer", "works_there")]),
        (judge(Stated("former_employer", "Tern", 7)), ("stated_ties",), [("stated_ties", "works_there")]),
        (judge(Stated("family", "The Tern School", None)), ALL, [("stated_ties", "close")]),
        (judge(Stated("funder", "TERN SCHOOL", None)), ALL, [("stated_ties", "money")]),
        (judge(Stated("adviser", "Tern School", 8)), ALL, []),  # they chose another one of this name
        (judge(Stated("adviser", "Heron School", None)), ALL, []),
        (judge(Stated("other", "", None)), ALL, []),
    ],
)
def test_a_network_a_former_employer_and_a_stated_tie_are_found(
    who: Judge, rules: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    assert [(tie.source, PLAIN.conflict_kind_of(tie.finding)) for tie in ties(who, TERN, rules)] == found


@given(
    st.frozensets(st.integers(1, 9)), st.frozensets(st.integers(1, 9)), st.sets(st.sampled_from(ALL)),
    st.lists(st.builds(Stated, st.sampled_from([*RELATIONS, "other"]), st.text(max_size=9), st.none() | st.just(7))),
)  # fmt: skip
def test_what_is_found_is_named_and_more_rules_find_no_less(
    belongs: frozenset[int], networks: frozenset[int], rules: set[str], stated: list[Stated]
) -> None:
    who = Judge("ann@heron.example", belongs, NOBODY, networks, tuple(stated))
    school = Judged({7: "Tern School"}, {}, {4: "Bay Network"})
    some, every = ties(who, school, rules), ties(who, school, ALL)
    assert {one.source for one in some} <= rules | {"same_organization"}
    assert bool(some) <= bool(every)
    assert all(one.source in SOURCES and one.reason for one in every)
    assert {PLAIN.conflict_kind_of(one.finding) for one in every} <= PLAIN.conflict_kinds.keys()


def leaves(name: str) -> None:
    """Somebody does not belong to their organizations any more."""
    with unit_of_work():
        someone = db.session.scalars(select(Person).where(Person.name == name)).one()
        for place in list(someone.memberships):
            db.session.delete(place)


def one_found(*names: str) -> tuple[Panel, Conflict]:
    """A panel whose first member works at Tern, as a rule has found."""
    panel = Panel.of()
    tern = panel.application_of("Tern School")
    panel.application_of("Heron School")
    for name in names:
        with unit_of_work():
            someone = person(name)
            join(someone, tern.case.organization, OrganizationRole.VIEWER)
        panel.add(someone)
    return panel, db.session.scalars(select(Conflict).order_by(Conflict.id)).all()[0]


def test_confirmed_or_cleared_with_a_reason_and_never_ones_own(app: Flask) -> None:
    panel, found = one_found("Pat")
    assert (found.state, found.kind, found.reason) == ("found", "works_there", "Belongs to Tern School.")
    with pytest.raises(Invalid), unit_of_work():
        services.confirm_conflict(panel.by, found, " ")
    with unit_of_work():
        services.confirm_conflict(panel.by, found, "On its website.")
    assert (found.state, found.confirmed_by_id, found.confirmed_reason) == (
        "confirmed", panel.officer.id, "On its website.",
    )  # fmt: skip
    with pytest.raises(Clash), unit_of_work():
        services.confirm_conflict(panel.by, found, "Once more.")
    with pytest.raises(Refused, match="stands as long as they do"):
        panel.lifts(found, "Left in June.")
    leaves("Pat")
    panel.lifts(found, "Left in June.")
    assert (found.state, found.lifted_reason) == ("cleared", "Left in June.")
    with unit_of_work():
        own = services.note_conflict(panel.by, found.case, panel.officer, "A cousin.")
    with pytest.raises(Refused), unit_of_work():
        services.confirm_conflict(panel.by, own, "I say so.")


def test_what_was_cleared_is_found_again_only_for_another_reason(app: Flask) -> None:
    panel = Panel.of()
    tern = panel.application_of("Tern School")
    with unit_of_work():
        tern.case.organization.email_domain = "tern.example"
    panel.invite("Pat", email="pat@tern.example")
    found = db.session.scalars(select(Conflict)).one()
    panel.lifts(found)
    with unit_of_work():
        services.find_rule_conflicts(panel.stage, [found.person_id])
    assert found.state == "cleared"
    with unit_of_work():
        found.case.organization.name = "Tern Academy"
    with unit_of_work():
        services.find_rule_conflicts(panel.stage, [found.person_id])
    assert (found.state, found.reason) == ("found", "Shares the email domain tern.example with Tern Academy.")
    assert found.lifted_at is None


def test_who_comes_back_to_an_applicant_has_the_same_conflict_again(app: Flask) -> None:
    panel, found = one_found("Pat")
    leaves("Pat")
    panel.lifts(found, "Left in June.")
    with unit_of_work():
        join(db.session.get_one(Person, found.person_id), found.case.organization)
        services.find_rule_conflicts(panel.stage, [found.person_id])
    assert (found.state, found.reason, found.lifted_at) == ("found", "Belongs to Tern School.", None)


def test_a_consortium_and_a_former_employer_bar_where_the_program_says_so(app: Flask) -> None:
    panel = Panel.of(conflicts=["same_network", "former_employer"])
    tern, heron = (panel.application_of(name) for name in ("Tern School", "Heron School"))
    with unit_of_work():
        auk, network = organization("Auk School"), organization("Bay Network", kind="consortium")
        for place in (auk, tern.case.organization):
            db.session.add(
                ConsortiumMember(
                    consortium_id=network.id, organization_id=place.id, asked_at=make.CLOSED, since=make.CLOSED
                )
            )
        someone = person("Nell", Role.REVIEWER)
        join(someone, auk)
        db.session.add(
            Affiliation(person_id=someone.id, name="Heron Schl", relation="former_employer", stated_at=make.CLOSED,
                        organization_id=heron.case.organization_id)
        )  # fmt: skip
    panel.add(someone)
    assert panel.conflicts() == {("Nell", "Tern School"): "same_network", ("Nell", "Heron School"): "former_employer"}


def test_an_editors_address_ties_nobody(app: Flask) -> None:
    panel = Panel.of()
    tern = panel.application_of("Tern School")
    with unit_of_work():
        join(person("Ed", email="ed@consultants.example"), tern.case.organization, OrganizationRole.EDITOR)
        join(person("Lea", email="lea@tern.example"), tern.case.organization)
    panel.invite("Cora", email="cora@consultants.example")
    panel.invite("Tess", email="tess@tern.example")
    assert panel.conflicts() == {("Tess", "Tern School"): "same_email_domain"}


def test_an_officer_looks_at_several_at_once(app: Flask, client_of: Browser) -> None:
    panel, _ = one_found("Pat", "Quinn", "Ray")
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/conflicts/all"
    with clock_at(make.REVIEWING):
        assert "3 conflicts to look at" in browser.get("/").text
        page = browser.get(f"{url}?state=found").text
        ids = re.findall(r'<label class="pick"><input type="checkbox" name="conflict" value="(\w+)"', page)
        assert len(ids) == 3
        refused = browser.post(url, data={"conflict": ids[:2], "reason": ""})
        assert (refused.status_code, refused.text.count("checked")) == (422, 2)
        assert browser.post(url, data={"conflict": ids[:2], "reason": "On its website."}).location == url
        assert "1 conflict to look at" in browser.get("/").text
        looked = browser.get(f"{url}?state=confirmed").text
        # The panel's page, the list and the conflict's own page say who confirmed it, when and why.
        own = f"{url.removesuffix('/all')}/{ids[0]}/lift"
        for page in (looked, browser.get(f"{url.removesuffix('/conflicts/all')}/panel").text, browser.get(own).text):
            said = re.findall(r"Confirmed (.+?) by Maya Rivera: On its website\.", page)
            assert said
            assert "2016" in said[0]
        leaves("Ray")
        one = browser.post(f"/review/stages/{panel.stage.public_id}/conflicts/{ids[2]}/lift",
                           data={"reason": "Never worked there.", "action": "clear"})  # fmt: skip
        assert one.location == url
        assert "to look at" not in browser.get("/").text
    assert [name in looked for name in ("Pat", "Quinn", "Ray")] == [True, True, False]
    assert sorted(panel.conflicts()) == [("Pat", "Tern School"), ("Quinn", "Tern School")]


def test_who_has_a_conflict_too_sees_none_of_the_others(app: Flask, client_of: Browser) -> None:
    panel, found = one_found("Pat")
    with unit_of_work():
        maya = person("Mona", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, found.case, maya, "Her sister teaches there.")
    with clock_at(make.REVIEWING):
        page = client_of(maya).get(f"/review/stages/{panel.stage.public_id}/conflicts/all").text
        assert ("Pat" in page, "to look at: " in client_of(maya).get("/").text) == (False, False)
        assert queries.conflicts_to_look_at(actor(maya)) == {}
        assert queries.conflicts_to_look_at(panel.by) == {panel.stage.id: 1}


def test_a_score_given_before_the_conflict_was_known_is_kept_and_marked(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel.assigns("Ben", tern)
    panel["Ann"].scores(tern)
    panel["Ben"].scores(tern, competency=1)
    url = f"/review/stages/{panel.stage.public_id}/scores/{tern.public_id}"
    with clock_at(make.REVIEWING):
        assert "Set aside" not in client_of(panel.officer).get(url).text
        panel["Ben"].declares_conflict(tern)
        page = client_of(panel.officer).get(url).text
        shown = page.partition("Set aside")[2]
        assert ("Ben" in shown, "Ann" in shown, f"/applications/{tern.public_id}/reviewers" in page) == (
            True,
            False,
            True,
        )
        assert queries.set_aside(panel["Ben"].by, tern.id) == ()
        with unit_of_work():
            mona = person("Mona", Role.PROGRAM_OFFICER)
            services.note_conflict(panel.by, tern.case, mona, "Her sister teaches there.")
        assert list(queries.set_aside(actor(mona), tern.id)) == []
        assert len(queries.set_aside(panel.by, tern.id)) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_asks_the_same_questions_for_one_and_for_thirty(
    app: Flask, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    panel, _ = one_found(*(f"Pat {number}" for number in range(count)))
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/conflicts/all"
    browser.get(url)
    with statements() as seen:
        assert browser.get(url).status_code == 200
    assert len([one for one in seen if one != "BEGIN"]) == 4


def test_each_reviewer_s_name_leads_to_their_page_while_they_sit_on_the_panel(app: Flask, client_of: Browser) -> None:
    panel, _ = one_found("Pat", "Sam")
    stage = f"/review/stages/{panel.stage.public_id}"
    pat, sam = db.session.scalars(select(PanelMember).order_by(PanelMember.id)).all()
    with unit_of_work():
        services.leave_panel(panel["Sam"].by, panel.stage, "Moved away.")
    browser = client_of(panel.officer)
    for page in ("panel", "conflicts/all"):
        shown = browser.get(f"{stage}/{page}").text.split("Conflicts of interest</h")[-1]
        assert (f"{stage}/members/{pat.public_id}" in shown, f"{stage}/members/{sam.public_id}" in shown) == (
            True,
            False,
        )
        assert shown.count("Sam") >= 1


@pytest.mark.parametrize("count", [1, 30])
def test_a_member_s_page_asks_the_same_questions_for_one_and_for_thirty(
    app: Flask, client_of: Browser, statements: Callable[[], Any], count: int
) -> None:
    panel = Panel.of("Ann")
    schools = [panel.application_of(f"School {number}") for number in range(2 * count)]
    panel.all_declare()
    panel.assigns("Ann", *schools[:count])
    for one in schools[count:]:
        panel["Ann"].declares_conflict(one)
    browser = client_of(panel.officer)
    member = queries.own_member(panel["Ann"].by, panel.stage).public_id
    url = f"/review/stages/{panel.stage.public_id}/members/{member}"
    browser.get(url)
    with statements() as seen:
        assert browser.get(url).status_code == 200
    assert len([one for one in seen if one != "BEGIN"]) == 12
