"""What reviewers say of themselves, who may read it, and what becomes of it when two organizations are one."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import Role
from grants.people import services as people
from grants.people.models import Organization, Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Affiliation, Conflict, PanelMember
from grants.review.reviewers import GRADE_BANDS, RELATIONS, bands_in_order, is_away, tidy, words_of
from tests.factories import review as make
from tests.factories.people import actor, organization, person
from tests.review.story import Panel

Browser = Callable[[Any], FlaskClient]
TIE = {"relation": "former_employer", "ended_on": date(2014, 12, 31)}


@pytest.fixture
def panel(app: object) -> Panel:
    return Panel.of("Ann", "Ben")


def ties_of(someone: Person) -> list[tuple[str, str, date | None]]:
    db.session.rollback()
    return [(one.name, one.relation, one.ended_on) for one in queries.affiliations_of(actor(someone), someone)]


def test_a_reviewer_keeps_one_profile_for_all_panels(panel: Panel) -> None:
    ann = panel["Ann"]
    with clock_at(make.REVIEWING), unit_of_work():
        services.keep_profile(
            ann.by, ann.person, expertise=" charter,  High,charter", grade_bands=["high", "middle"], most=4
        )
        services.confirm_profile(ann.by, panel.stage)
    with unit_of_work():
        profile = queries.profile_of(ann.by, ann.person)
        assert profile is not None
        assert (profile.expertise, profile.grade_bands, profile.most) == ("charter, High", ["middle", "high"], 4)
        assert profile.confirmed_at == make.REVIEWING
        services.keep_profile(ann.by, ann.person, away_until=date(2016, 5, 1))
        profile = queries.profile_of(ann.by, ann.person)
        assert profile is not None
        assert (profile.expertise, profile.most) == ("", None)


@pytest.mark.parametrize(
    ("said", "city", "name"),
    [
        ("lincoln  elementary, alameda", "Alameda", "Lincoln Elementary"),
        ("tern school", "Oakland", "Tern School"),
        ("Tern School, Oakland", "Oakland", "Tern School"),
        ("  Tern ", None, "Tern"),
        ("Lincoln Elementary, Berkeley", None, "Lincoln Elementary, Berkeley"),
        ("Gull School, Oakland", None, "Gull School"),
    ],
)
def test_a_typed_name_means_one_organization_or_is_kept_by_itself(
    app: object, said: str, city: str | None, name: str
) -> None:
    with unit_of_work():
        for one in (("Tern School", "Oakland"), ("Gull School", "Oakland"), ("Gull School", "Oakland")):
            organization(one[0], city=one[1])
        for place in ("Alameda", "Oakland"):
            organization("Lincoln Elementary", city=place)
    meant, kept = queries.organization_meant(said)
    assert (meant and meant.city, kept) == (city, name)
    with pytest.raises(Invalid) as asked:
        queries.organization_meant("Lincoln Elementary")
    assert asked.value.errors == {
        "name": "Several have this name. Write “Lincoln Elementary, Alameda”, or “Lincoln Elementary, Oakland”."
    }


def test_a_tie_to_one_of_two_that_nothing_tells_apart_is_a_tie_to_both(app: object, client_of: Any) -> None:
    panel = Panel.of("Ann", conflicts=["stated_ties"])
    with unit_of_work():
        schools = [organization("Gull School", city="Oakland") for _ in range(2)]
    for school in schools:
        panel.application_of(school)
    url = f"/review/stages/{panel.stage.public_id}/profile"
    with clock_at(make.REVIEWING):
        answer = client_of(panel["Ann"].person).post(
            url, data={"do": "add", "tie-name": "Gull School, Oakland", "tie-relation": "works_there"}
        )
    assert answer.status_code == 302
    kept = db.session.scalars(select(Conflict.source).where(Conflict.person_id == panel["Ann"].person.id)).all()
    assert kept == ["stated_ties", "stated_ties"]


def test_a_tie_that_was_written_and_not_added_is_stated_with_the_profile(app: object, client_of: Any) -> None:
    panel = Panel.of("Ann")
    with unit_of_work():
        organization("Gull School")
    url, ann = f"/review/stages/{panel.stage.public_id}/profile", panel["Ann"].person
    tie = {"tie-name": "Gull School", "expertise": "arts"}
    with clock_at(make.REVIEWING):
        client = client_of(ann)
        refused = client.post(url, data=tie)
        assert refused.status_code == 422
        assert ('value="Gull School"' in refused.text, 'value="arts"' in refused.text) == (True, True)
        assert "Choose how you are tied to it." in refused.text
        assert queries.affiliations_of(actor(ann), ann) == []
        assert client.post(url, data=tie | {"tie-relation": "family"}).status_code == 302
    db.session.rollback()
    assert [(one.name, one.relation) for one in queries.affiliations_of(actor(ann), ann)] == [("Gull School", "family")]
    profile = queries.profile_of(actor(ann), ann)
    assert profile is not None
    assert profile.expertise == "arts"


def test_an_officer_corrects_it_and_that_is_on_record_but_not_the_reviewers_word(panel: Panel) -> None:
    ann = panel["Ann"]
    with unit_of_work():
        services.keep_profile(panel.by, ann.person, expertise="math")
    db.session.rollback()
    profile = queries.profile_of(panel.by, ann.person)
    assert profile is not None
    assert (profile.expertise, profile.confirmed_at) == ("math", None)
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "review.profile")).one()
    assert (record.actor_name, record.after) == ("Maya Rivera", {"expertise": "math"})


def test_nobody_else_reads_or_writes_it(panel: Panel) -> None:
    ann, ben = panel["Ann"], panel["Ben"]
    with unit_of_work():
        services.keep_profile(ann.by, ann.person, expertise="math")
        tie = services.state_affiliation(ann.by, ann.person, name="Tern School", **TIE)
        partner = person("Pat", Role.PARTNER_FUNDER)
    for other in (ben.by, actor(partner)):
        with pytest.raises(Refused):
            queries.profile_of(other, ann.person)
        with pytest.raises(Refused):
            queries.affiliations_of(other, ann.person)
        with pytest.raises(Refused):
            services.keep_profile(other, ann.person, expertise="none")
        with pytest.raises(Refused):
            services.state_affiliation(other, ann.person, "funder", name="X")
        with pytest.raises(Refused):
            services.drop_affiliation(other, tie)


def test_what_does_not_hold_together_is_refused_in_words(panel: Panel) -> None:
    ann = panel["Ann"]
    with pytest.raises(Invalid) as profile:
        services.keep_profile(
            ann.by,
            ann.person,
            grade_bands=["nursery"],
            most=0,
            away_from=date(2016, 5, 2),
            away_until=date(2016, 5, 1),
        )
    assert profile.value.errors.keys() == {"grade_bands", "most", "away_until"}
    with pytest.raises(Invalid) as tie:
        services.state_affiliation(ann.by, ann.person, "cousin", name=" ")
    assert tie.value.errors.keys() == {"name", "relation"}


def test_a_year_is_over_when_it_is_over_where_the_program_is(panel: Panel, client_of: Any) -> None:
    """Four in the afternoon of New Year's Eve in Los Angeles is the new year in UTC."""
    ann = panel["Ann"]
    url = f"/review/stages/{panel.stage.public_id}/profile"
    tie = {"do": "add", "tie-name": "Gull School", "tie-relation": "works_there", "tie-ended": "2016"}
    midnight, browser = datetime(2017, 1, 1, 8, 0, tzinfo=UTC), client_of(ann.person)
    with clock_at(midnight):
        refused = browser.post(url, data=tie)
        assert (refused.status_code, "That is over: choose that you worked there." in refused.text) == (422, True)
    with clock_at(midnight - timedelta(minutes=1)):
        assert browser.post(url, data=tie).status_code == 302
    db.session.rollback()
    assert [(one.name, one.ended_on) for one in queries.affiliations_of(ann.by, ann.person)] == [
        ("Gull School", date(2016, 12, 31))
    ]


def test_a_tie_is_stated_once_taken_back_and_stated_again(panel: Panel) -> None:
    ann = panel["Ann"]
    with unit_of_work():
        tern = organization("Tern School")
        tie = services.state_affiliation(ann.by, ann.person, organization=tern, **TIE)
        services.state_affiliation(ann.by, ann.person, "family", organization=tern)
        services.state_affiliation(ann.by, ann.person, "family", name="Auk School")
        for again in (dict(organization=tern, **TIE), {"relation": "family", "name": " Auk  School "}):
            with pytest.raises(Clash, match="on the list already"):
                services.state_affiliation(ann.by, ann.person, **again)
    expected = [("Auk School", "family", None), ("Tern School", "family", None)]
    assert sorted(ties_of(ann.person)) == sorted([*expected, ("Tern School", "former_employer", date(2014, 12, 31))])
    with unit_of_work():
        services.drop_affiliation(ann.by, queries.affiliation_of(ann.by, ann.person, tie.public_id))
    assert sorted(ties_of(ann.person)) == expected


def test_an_organization_is_found_by_a_part_of_its_name_the_beginning_first(panel: Panel) -> None:
    with unit_of_work():
        for name in ("North Tern School", "Tern Academy", "Auk School"):
            organization(name)
        gone = organization("Tern (old)")
        gone.merged_into_id = db.session.scalars(
            select(Organization.id).where(Organization.name == "Tern Academy")
        ).one()
    assert [one.name for one in queries.organizations_named("tern")] == ["Tern Academy", "North Tern School"]
    assert queries.organizations_named("t") == []
    assert queries.organizations_named("100%") == []


def test_when_two_organizations_are_one_the_ties_to_both_are_ties_to_it(panel: Panel) -> None:
    ann, ben = panel["Ann"], panel["Ben"]
    with unit_of_work():
        gone, stays = organization("Tern"), organization("Tern School")
        services.state_affiliation(ann.by, ann.person, organization=gone, **TIE)
        services.state_affiliation(ann.by, ann.person, "former_employer", organization=stays, ended_on=date(2010, 1, 1))
        services.state_affiliation(ann.by, ann.person, "funder", organization=gone)
        services.state_affiliation(ben.by, ben.person, "family", organization=gone)
    with unit_of_work():
        people.merge_organizations(panel.by, gone, stays, {})
    db.session.rollback()
    rows = db.session.scalars(
        select(Affiliation).order_by(Affiliation.person_id, Affiliation.relation, Affiliation.id)
    ).all()
    assert [(one.person_id, one.organization_id, one.relation, one.ended_on) for one in rows] == [
        (ann.person.id, stays.id, "former_employer", date(2014, 12, 31)),
        (ann.person.id, stays.id, "funder", None),
        (ben.person.id, stays.id, "family", None),
    ]


def test_the_words_an_officer_invites_with_are_put_to_those_of_the_reviewer(panel: Panel) -> None:
    cal = panel.invite("Cal", "high, charter")
    with unit_of_work():
        other = make.reviewed_stage()
        asked = services.invite_reviewer(panel.by, other, cal.person, "Charter, math")
        services.accept_invitation(asked, cal.person)
        profile = queries.profile_of(panel.by, cal.person)
    assert profile is not None
    assert profile.expertise == "high, charter, math"


@given(st.lists(st.text("ab, ", max_size=5), max_size=4))
def test_tidy_words_stay_as_they_are(parts: list[str]) -> None:
    kept = tidy(None, *parts)
    assert tidy(kept) == kept
    assert words_of(kept) == frozenset().union(*(words_of(part) for part in parts)) or "  " in "".join(parts)


@given(st.lists(st.sampled_from([*GRADE_BANDS, "nursery"])))
def test_bands_are_kept_in_one_order(bands: list[str]) -> None:
    assert bands_in_order(bands) == [one for one in GRADE_BANDS if one in bands]


@given(st.dates(), st.dates(), st.dates())
def test_away_is_between_both_days(first: date, last: date, day: date) -> None:
    assert is_away(first, last, day) == (first <= day <= last)


def test_every_tie_that_can_be_stated_is_one_the_database_takes(panel: Panel) -> None:
    with unit_of_work():
        for relation in RELATIONS:
            services.state_affiliation(panel["Ann"].by, panel["Ann"].person, relation, name="Tern School")
    assert {relation for _, relation, _ in ties_of(panel["Ann"].person)} == RELATIONS.keys()


# ── two windows ──────────────────────────────────────────────────────────────────────────────────────────────────────


def seen_on(page: str, name: str = "seen") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_two_windows_do_not_overwrite_a_profile_unseen(panel: Panel, client_of: Browser) -> None:
    ann, url = panel["Ann"].person, f"/review/stages/{panel.stage.public_id}/profile"
    browser = client_of(ann)
    with clock_at(make.REVIEWING):
        seen = seen_on(browser.get(url).text)
        first = {"expertise": "math", "grade_bands": ["high"], "most": "4", "seen": seen}
        assert browser.post(url, data=first).status_code == 302
        assert browser.post(url, data=first).status_code == 302  # the same once more loses nothing
        second = {"expertise": "arts", "most": "", "seen": seen}
        refused = browser.post(url, data=second)
        assert (refused.status_code, 'value="arts"' in refused.text) == (409, True)
        shown = refused.text.partition("What stands by now")[2].partition("What you wrote is below")[0]
        assert [word in shown for word in ("math", "High", "4", "arts")] == [True, True, True, False]
        assert browser.post(url, data=second | {"seen": seen_on(refused.text)}).status_code == 302
    db.session.rollback()
    profile = queries.profile_of(actor(ann), ann)
    assert profile is not None
    assert (profile.expertise, profile.most) == ("arts", None)


def test_an_officers_correction_does_not_overwrite_what_the_reviewer_wrote_meanwhile(
    panel: Panel, client_of: Browser
) -> None:
    ann, member = panel["Ann"], queries.member_called(panel.stage, panel["Ann"].person.id)
    assert member is not None
    url = f"/review/stages/{panel.stage.public_id}/members/{member.public_id}"
    browser = client_of(panel.officer)
    with clock_at(make.REVIEWING):
        seen = seen_on(browser.get(url).text.partition("Correct it")[0])
        with unit_of_work():
            services.keep_profile(ann.by, ann.person, expertise="math")
        refused = browser.post(url, data={"expertise": "arts", "seen": seen})
    assert (refused.status_code, "What stands by now" in refused.text) == (409, True)
    db.session.rollback()
    profile = queries.profile_of(ann.by, ann.person)
    assert profile is not None
    assert profile.expertise == "math"


def test_two_officers_do_not_overwrite_what_was_agreed_unseen(panel: Panel, client_of: Browser) -> None:
    member = queries.member_called(panel.stage, panel["Ann"].person.id)
    assert member is not None
    url = f"/review/stages/{panel.stage.public_id}/members/{member.public_id}"
    browser = client_of(panel.officer)
    with clock_at(make.REVIEWING):
        seen = seen_on(browser.get(url).text, "load-seen")
        assert seen == ""
        assert browser.post(f"{url}/load", data={"load-load_cap": "4", "load-seen": seen}).status_code == 302
        refused = browser.post(f"{url}/load", data={"load-load_cap": "7", "load-seen": seen})
        assert (refused.status_code, "4 was agreed in another window meanwhile" in refused.text) == (409, True)
        again = {"load-load_cap": "7", "load-seen": seen_on(refused.text, "load-seen")}
        assert again["load-seen"] == "4"
        assert browser.post(f"{url}/load", data=again).status_code == 302
    db.session.rollback()
    assert db.session.get_one(PanelMember, member.id).load_cap == 7
