"""Home pages, the list of cases and the case page: what each role sees, and what it must not."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.casework.models import Note, Task
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.beginnings import Begin
from tests.factories import review
from tests.factories.decisions import DECIDING, Board, Ready, ready_and_board, released
from tests.factories.exports import file_of
from tests.factories.people import join, organization, person

SCHOOLS = {"Tern": ("district", 4), "Gull": ("district", 3), "Heron": ("charter", 3)}
ClientOf = Callable[[Person], FlaskClient]


@pytest.fixture
def begun(begin: Begin) -> tuple[Ready, Board]:
    return begin(ready_and_board, SCHOOLS)


@pytest.fixture
def people(begun: tuple[Ready, Board]) -> Board:
    return begun[1]


@pytest.fixture
def at(begun: tuple[Ready, Board]) -> Ready:
    return begun[0]


def case_url(at: Ready, name: str) -> str:
    return f"/cases/{at.applications[name].case.public_id}"


@pytest.mark.parametrize("role", Role.granted())
def test_every_role_has_a_home_page(at: Ready, client_of: ClientOf, role: Role) -> None:
    with unit_of_work():
        someone = person("Someone", role)
    answer = client_of(someone).get("/")
    assert (answer.status_code, "Waiting for you" in answer.text) == (200, True)


def test_the_foundation_sees_the_pipeline_and_a_school_its_own_way(
    at: Ready, people: Board, client_of: ClientOf
) -> None:
    officer = client_of(people.officer).get("/").text
    school = client_of(at.people["Tern"]).get("/").text
    assert ("Pipeline of NGLC in Oakland" in officer, "Pipeline of NGLC in Oakland" in school) == (True, False)
    assert ("Launch grant: Submitted" in school, "Gull" in school) == (True, False)


def test_home_shows_the_cycle_in_which_most_waits_or_the_one_last_looked_at(
    at: Ready, people: Board, client_of: ClientOf
) -> None:
    with unit_of_work():
        busy, calm = at.stage.cycle, review.reviewed_stage().cycle  # the calm one was opened last
        busy.title, calm.title = "The busy cycle", "The calm cycle"
        case = at.applications["Tern"].case
        db.session.add(Task(case=case, title="Call Tern", owner_id=people.officer.id, made_at=DECIDING))
    browser = client_of(people.officer)

    def shown(query: str = "") -> list[str]:
        page = browser.get(f"/{query}").text
        assert "Call Tern" in page  # what waits is about every cycle
        assert " waiting for you</span>" in page  # the switch says how many
        return re.findall(r"Pipeline of (The \w+ cycle)", page)

    assert shown() == ["The busy cycle"]
    assert shown(f"?cycle={calm.public_id}") == ["The calm cycle"]
    assert shown() == ["The calm cycle"]
    assert shown("?cycle=nonsense") == ["The calm cycle"]


def test_who_is_still_scoring_is_told_without_the_cases_one_has_a_conflict_with(
    app: Flask, people: Board, client_of: ClientOf
) -> None:
    with unit_of_work():
        stage = review.reviewed_stage()
        rae, sam = review.panelist(stage, "Rae"), review.panelist(stage, "Sam")
        tern, gull = review.submitted(stage, "Tern"), review.submitted(stage, "Gull")
        for member, application in ((rae, tern), (rae, gull), (sam, tern)):
            review.assigned(member, application)
        db.session.add(Conflict(case_id=tern.case_id, person_id=people.officer.id, source="declared", since=DECIDING))
    found = [
        re.findall(r"still scoring: ([^<]*)", client_of(who).get("/").text)
        for who in (people.officer, people.colleague)
    ]
    assert found == [["Rae (1 scorecard)"], ["Rae (2 scorecards) and Sam (1 scorecard)"]]


def test_a_school_s_pages_do_not_differ_by_outcome_before_the_release(
    at: Ready, people: Board, client_of: ClientOf
) -> None:
    from tests.factories.decisions import approved

    approved(at, people)
    with clock_at(DECIDING):
        pages = {
            name: client_of(at.people[name]).get(case_url(at, name)).text.replace(name, "SCHOOL")
            for name in ("Tern", "Heron")
        }
        for word in ("Award", "Waitlist", "Not awarded", "$100,000", "$60,000"):
            assert [name for name, page in pages.items() if word in page] == []


def test_after_the_release_a_school_reads_its_own_letter(at: Ready, people: Board, client_of: ClientOf) -> None:
    released(at, people)
    with clock_at(DECIDING):
        page = client_of(at.people["Tern"]).get(case_url(at, "Tern")).text
    assert ("Open the letter" in page, "$100,000" in page) == (True, True)


def test_what_became_of_it_is_said_in_the_words_of_its_time_line(at: Ready, people: Board, client_of: ClientOf) -> None:
    slate = released(at, people)
    words = {"award": "Award", "waitlist": "Waitlist", "decline": "Not awarded"}
    outcomes = {one.application.case.organization.name: one.outcome for one in slate.lines}
    with clock_at(DECIDING):
        pages = {name: client_of(at.people[name]).get(case_url(at, name)).text for name in at.people}
    said = {
        name: re.findall(r'<b>Launch grant</b> <span class="pill[^>]*>([^<]*)<', page) for name, page in pages.items()
    }
    assert said == {name: [words[outcome]] for name, outcome in outcomes.items()}
    assert ["not awarded a grant this time" in page for page in pages.values()] == [
        outcomes[name] == "decline" for name in pages
    ]


def test_a_case_is_its_own_school_s_and_the_staff_s(at: Ready, people: Board, client_of: ClientOf) -> None:
    with unit_of_work():
        reviewer, admin = person("Rae", Role.REVIEWER), person("Ada", Role.ADMINISTRATOR)
    found = {
        who.name: client_of(who).get(case_url(at, "Tern")).status_code
        for who in (people.officer, people.directors[0], at.people["Tern"], at.people["Gull"], reviewer, admin)
    }
    assert found == {"Olu": 200, "Dee": 200, "Principal of Tern": 200, "Principal of Gull": 404, "Rae": 403, "Ada": 403}


def test_a_conflicted_director_finds_no_trace_of_the_case(at: Ready, people: Board, client_of: ClientOf) -> None:
    with unit_of_work() as session:
        case_id = at.applications["Tern"].case_id
        session.add(Conflict(case_id=case_id, person_id=people.directors[0].id, source="declared", since=DECIDING))
    conflicted, free = client_of(people.directors[0]), client_of(people.directors[1])
    assert [browser.get(case_url(at, "Tern")).status_code for browser in (conflicted, free)] == [404, 200]
    assert ["Tern" in browser.get("/cases").text for browser in (conflicted, free)] == [False, True]
    assert ["Tern" in file_of(browser, "/cases/file").text for browser in (conflicted, free)] == [False, True]
    counts = [browser.get("/cases").text.count('class="head"') for browser in (conflicted, free)]
    assert counts == [2, 3]


def test_cases_are_searched_narrowed_and_exported(at: Ready, people: Board, client_of: ClientOf) -> None:
    browser = client_of(people.officer)

    def names(query: str) -> set[str]:
        page = browser.get(f"/cases?{query}").text
        return {name for name in SCHOOLS if f">{name}<" in page}

    nobody = "3 cases without a program officer"
    assert [nobody in client_of(one).get("/").text for one in (people.officer, people.directors[0])] == [True, False]
    with unit_of_work():
        omar = person("Omar", Role.PROGRAM_OFFICER)
    gull, tern = (case_url(at, name) for name in ("Gull", "Tern"))
    assert browser.post(f"{gull}/officer", data={"officer": people.officer.public_id}).status_code == 302
    assert browser.post(f"{tern}/officer", data={"officer": omar.public_id}).status_code == 302
    again = browser.post(f"{tern}/officer", data={"officer": omar.public_id})
    assert (again.status_code, "Omar is the officer of this case already." in again.text) == (409, True)
    for wrong in ("", people.directors[0].public_id):
        assert browser.post(f"{gull}/officer", data={"officer": wrong}).status_code == 422
    assert client_of(people.directors[0]).post(f"{gull}/officer", data={"officer": omar.public_id}).status_code == 403
    assert names("officer=none") == {"Heron"}
    assert names(f"officer={omar.public_id}") == {"Tern"}
    assert "1 case without a program officer" in browser.get("/").text
    with unit_of_work():
        omar.is_active = False
    assert names("officer=none") == {"Heron", "Tern"}, "whose officer left"
    assert names("q=er") == {"Tern", "Heron"}
    assert names("sector=charter") == {"Heron"}
    assert names("stage=launch") == set(SCHOOLS)
    assert names("stage=launch:awarded") == set()
    table = file_of(browser, "/cases/file?sector=charter").get_data().decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in table] == ["Organization", "Heron"]


@pytest.mark.parametrize("path", ["/", "/cases"])
def test_lists_cost_the_same_for_one_case_and_for_thirty(
    app: Flask, people: Board, client_of: ClientOf, statements: Callable[[], Any], path: str
) -> None:
    browser = client_of(people.officer)
    with unit_of_work():
        stage = review.reviewed_stage()
        review.submitted(stage)
    browser.get(path)
    with statements() as one:
        assert browser.get(path).status_code == 200
    with unit_of_work():
        for _ in range(29):
            review.submitted(stage)
    with statements() as thirty:
        browser.get(path)
    assert len(thirty) == len(one)


def test_an_officer_keeps_notes_and_tasks_which_a_school_never_sees(
    at: Ready, people: Board, client_of: ClientOf
) -> None:
    officer, url = client_of(people.officer), case_url(at, "Tern")
    assert officer.post(f"{url}/notes", data={"body": "Call them before May."}).status_code == 302
    assert officer.post(f"{url}/tasks", data={"title": "Visit", "due_on": "2016-05-02"}).status_code == 302
    assert officer.post(f"{url}/notes", data={"body": " "}).status_code == 422
    wrong = officer.post(f"{url}/tasks", data={"title": "Visit again", "due_on": "2016-13-02"})
    assert (wrong.status_code, "Visit again" in wrong.text) == (422, True)
    assert "Call them before May." in officer.get(url).text
    assert "Call them before May." not in client_of(at.people["Tern"]).get(url).text
    assert client_of(at.people["Tern"]).post(f"{url}/notes", data={"body": "x"}).status_code == 403
    task = db.session.scalars(select(Task)).one()
    assert officer.post(f"/tasks/{task.public_id}/done").status_code == 302
    assert officer.post(f"/tasks/{task.public_id}/done").status_code == 409
    assert [one.body for one in db.session.scalars(select(Note))] == ["Call them before May."]


def test_a_viewer_of_the_school_reads_its_case(at: Ready, client_of: ClientOf) -> None:
    with unit_of_work():
        viewer = person("Vi")
        join(viewer, at.applications["Tern"].case.organization, OrganizationRole.VIEWER)
        stranger = person("Stan")
        join(stranger, organization("Elsewhere"))
    assert client_of(viewer).get(case_url(at, "Tern")).status_code == 200
    assert client_of(stranger).get(case_url(at, "Tern")).status_code == 404
