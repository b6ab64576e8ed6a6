"""Organizations that may be here twice: found as they are added or changed, looked at two by two, kept apart."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Refused
from grants.kernel.roles import Role
from grants.people import pairs, services
from grants.people.details import OrganizationDetails
from grants.people.jobs import compare_organizations
from grants.people.likeness import match_keys, reasons
from grants.people.models import Organization, Person
from grants.people.pair_models import MatchKey, SuspectedPair
from grants.people.services import pairing
from grants.people.services.organizations import new_organization
from grants.people.todos import todos
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories.casework import case as opened
from tests.factories.people import actor, organization, person

Browser = Callable[[Person], FlaskClient]
ALL = pairs.PairFilters()
APART = pairs.PairFilters(state="apart")


@pytest.fixture
def officer(app: Flask) -> Person:
    with unit_of_work():
        return person("Maya Reed", Role.PROGRAM_OFFICER)


def details(name: str, city: str | None = "Oakland", **more: Any) -> OrganizationDetails:
    return OrganizationDetails(name, "school", "district", city=city, **more)


def found() -> list[tuple[str, str, int, bool]]:
    rows = db.session.scalars(select(SuspectedPair).order_by(SuspectedPair.id))
    return [(row.first.name, row.second.name, row.weight, row.apart_at is not None) for row in rows]


def only() -> SuspectedPair:
    return db.session.scalars(select(SuspectedPair)).one()


def test_an_officer_meets_a_pair_and_says_that_they_are_two(app: Flask, officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        here = services.add_organization(actor(officer), details("Lincoln Elementary", street="225 11th Street"))
    with unit_of_work():
        services.add_organization(actor(officer), details("Lincoln Elem. School", street="225 11th St."))
        services.add_organization(actor(officer), details("Garfield Elementary"))
    assert found() == [("Lincoln Elementary", "Lincoln Elem. School", 2, False)]
    with app.test_request_context():
        assert [(one.title, one.url) for one in todos(actor(officer))] == [
            ("1 pair of organizations that may be the same", "/organizations/pairs")
        ]
    browser, pair = client_of(officer), only()
    assert "May be here twice (1)" in browser.get("/organizations").text
    page = browser.get("/organizations/pairs").text
    assert "They have the same name, in the same place, and the same address." in page
    assert f"/organizations/{here.public_id}" in page
    act = f"/organizations/pairs/{pair.public_id}"
    assert [browser.post(f"{act}/apart").status_code for _ in range(2)] == [302, 409]
    assert "No organization seems to be here twice" in browser.get("/organizations/pairs").text
    assert "Maya Reed said on" in browser.get("/organizations/pairs?state=apart").text
    with unit_of_work():
        services.change_organization(actor(officer), only().second, details("Lincoln Elementary"))
    assert found() == [("Lincoln Elementary", "Lincoln Elementary", 1, True)], "what was decided stays"
    assert [browser.post(f"{act}/doubt").status_code for _ in range(2)] == [302, 409]
    assert found()[0][3] is False
    acts = select(AuditRecord.action).where(AuditRecord.action.in_(("organization.keep_apart", "organization.doubt")))
    assert list(db.session.scalars(acts.order_by(AuditRecord.number))) == [
        "organization.keep_apart",
        "organization.doubt",
    ]


def test_who_registers_what_may_be_here_is_found_too(app: Flask, officer: Person) -> None:
    with unit_of_work():
        services.add_organization(actor(officer), details("Lincoln Elementary"))
    with unit_of_work():
        new_organization(details("Lincon Elementary"), unchecked_since=now())
    assert found() == [("Lincoln Elementary", "Lincon Elementary", 1, False)]


def test_a_pair_goes_when_nothing_speaks_for_it_any_more(app: Flask, officer: Person) -> None:
    with unit_of_work():
        one = services.add_organization(actor(officer), details("Lincoln Elementary"))
        services.add_organization(actor(officer), details("Lincoln Elementary"))
    assert len(found()) == 1
    with unit_of_work():
        services.change_organization(actor(officer), one, details("Lincoln Elementary", "Fresno"))
    assert found() == []
    assert "city oakland word lincoln" not in keys_of(one)


def test_many_that_share_a_key_keep_no_other_from_being_compared(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with unit_of_work():
        every = [organization("Lincoln", city="Oakland") for _ in range(4)]
        every += [organization("Jefferson", city="Oakland", nces_id=number) for number in ("1", "2", "3", None)]
        every += [organization("Garfield", city="Fresno") for _ in range(2)]
    there = found()
    monkeypatch.setattr(pairing, "MOST_COMPARED", 1)
    with unit_of_work() as session:
        pairing.compare(session, every)
    assert (len(there), found()) == (6 + 3 + 1, there), "what was found stays"
    with unit_of_work() as session:
        session.execute(delete(SuspectedPair))
        pairing.compare(session, every)
    assert [len([one for one in found() if one[0] == name]) for name in ("Lincoln", "Jefferson", "Garfield")] == [
        3,
        3,
        1,
    ]


def keys_of(one: Organization) -> set[str]:
    return set(db.session.scalars(select(MatchKey.key).where(MatchKey.organization_id == one.id)))


def test_a_pair_taken_back_goes_when_nothing_speaks_for_it(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        one = services.add_organization(actor(officer), details("Lincoln Elementary"))
        services.add_organization(actor(officer), details("Lincoln Elementary"))
    with unit_of_work():
        services.keep_apart(actor(officer), only())
        services.change_organization(actor(officer), one, details("Lincoln Elementary", "Fresno"))
    page = client_of(officer).get("/organizations/pairs?state=apart").text
    assert "Nothing speaks for it any more" in page
    with unit_of_work():
        services.doubt_again(actor(officer), only())
    assert found() == []


def test_the_night_compares_those_that_never_were(app: Flask) -> None:
    with unit_of_work():
        organization("Lincoln Elementary", city="Oakland")
        organization("Lincoln Elementary", city="Oakland")
        organization("…")
    with unit_of_work():
        db.session.execute(delete(SuspectedPair))
        db.session.execute(delete(MatchKey))
    for _ in range(2):
        compare_organizations()
        assert found() == [("Lincoln Elementary", "Lincoln Elementary", 1, False)]


def test_who_has_no_part_in_it_is_refused(app: Flask, client_of: Browser) -> None:
    with unit_of_work():
        roles = {role: person(role.label, role) for role in Role.granted()}
        organization("Lincoln", city="Oakland")
        organization("Lincoln", city="Oakland")
    act = f"/organizations/pairs/{only().public_id}/apart"
    may_read = {Role.PROGRAM_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR}
    for role, someone in roles.items():
        browser = client_of(someone)
        assert (browser.get("/organizations/pairs").status_code == 200) is (role in may_read), role
        if role in may_read - {Role.AUDITOR}:
            continue
        assert browser.post(act).status_code == 403, role
        with pytest.raises(Refused), unit_of_work():
            services.keep_apart(actor(someone), only())
    assert "Cases" not in client_of(roles[Role.ADMINISTRATOR]).get("/organizations/pairs").text
    assert "Cases" in client_of(roles[Role.AUDITOR]).get("/organizations/pairs").text


def test_a_hidden_case_hides_the_pair(app: Flask, officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        one, other = (organization("Lincoln", city="Oakland") for _ in range(2))
        case, colleague = opened(other), person("Colleague", Role.PROGRAM_OFFICER)
        db.session.add(Conflict(case_id=case.id, person_id=officer.id, source="declared", since=now()))
    act = f"/organizations/pairs/{only().public_id}/apart"
    assert [pairs.undecided(actor(one)) for one in (colleague, officer)] == [1, 0]
    assert f"/organizations/{one.public_id}" in client_of(colleague).get("/organizations/pairs?search=Lin").text
    assert f"/organizations/{one.public_id}" not in client_of(officer).get("/organizations/pairs?search=Lin").text
    assert "May be here twice (1)" not in client_of(officer).get("/organizations").text
    assert client_of(officer).post(act).status_code == 404
    assert client_of(colleague).post(act).status_code == 302


@pytest.mark.parametrize("state", ["", "apart"])
def test_the_list_takes_as_many_statements_for_many_pairs_as_for_one(
    app: Flask, officer: Person, state: str, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def read() -> int:
        with app.test_request_context(), statements() as asked:
            page = pairs.suspected(actor(officer), pairs.PairFilters(state=state), size=30)
            pairs.figures(actor(officer), [one.id for weighed in page.items for one in weighed.both])
        assert len(page.items) == rows
        return len(asked)

    counted = []
    for rows in (1, 30):
        with unit_of_work():
            for number in range(rows - len(found())):
                organization(f"Twin {rows} {number}", city=f"City {rows} {number}")
                organization(f"Twin {rows} {number}", city=f"City {rows} {number}")
        if state:
            with unit_of_work():
                db.session.execute(update(SuspectedPair).values(apart_at=officer.created_at, apart_by_id=officer.id))
        counted.append(read())
    assert counted[0] == counted[1]


def test_the_list_is_narrowed_by_the_name_of_either(app: Flask, officer: Person) -> None:
    with unit_of_work():
        for name in ("Lincoln", "100% Charter"):
            organization(name, city="Oakland")
            organization(f"{name} School", city="Oakland")
    by = {
        one: [w.pair.first.name for w in pairs.suspected(actor(officer), pairs.PairFilters(one)).items]
        for one in ("coln s", "%", "x")
    }
    assert by == {"coln s": ["Lincoln"], "%": ["100% Charter"], "x": []}


def test_of_two_added_at_once_the_second_sees_the_first(app: Flask, officer: Person) -> None:
    barrier, acting = Barrier(2), actor(officer)

    def add(name: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with unit_of_work():
                    services.add_organization(acting, details(name))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, ("Lincoln Elementary", "Lincoln Elem.")))
    db.session.rollback()
    assert len(found()) == 1


def test_two_who_decide_at_once_decide_once(app: Flask, officer: Person) -> None:
    with unit_of_work():
        organization("Lincoln", city="Oakland")
        organization("Lincoln", city="Oakland")
    barrier, acting, number = Barrier(2), actor(officer), only().id

    def decide(_: int) -> str:
        with app.app_context():
            barrier.wait()
            try:
                with unit_of_work():
                    services.keep_apart(acting, db.session.get_one(SuspectedPair, number))
            except Clash:
                return "clash"
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, range(2))) == ["clash", "done"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(AuditRecord.action == "organization.keep_apart")) == 1


WORDS = st.lists(st.sampled_from(["Lincoln", "Elem.", "School", "High", "of", "Oakland"]), min_size=1).map(" ".join)
DESCRIBED = st.builds(
    OrganizationDetails,
    name=WORDS,
    kind=st.just("school"),
    street=st.sampled_from([None, "12 Main St", "12 Main Street", "9 Elm"]),
    city=st.sampled_from([None, "Oakland", "OAKLAND", "Berkeley"]),
    postal_code=st.sampled_from([None, "94601", "94601-1234", "94702"]),
)


@given(DESCRIBED, DESCRIBED)
def test_those_that_are_alike_share_a_key(one: OrganizationDetails, other: OrganizationDetails) -> None:
    if reasons(one, other) not in ((), ("a similar name, in the same place",)):
        assert match_keys(one) & match_keys(other)
