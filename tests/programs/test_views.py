"""The pages of programs and cycles, as each role meets them."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.kernel.clock import clock_at, now
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs import queries, services
from grants.programs.loading import LIBRARY
from grants.programs.models import Cycle, ProgramVersion
from grants.programs.services import dates_of
from tests.factories.people import person
from tests.programs.test_services import BEFORE, DATES
from tests.programs.texts import SMALL, changed

OAKLAND = (LIBRARY / "oakland.yaml").read_text(encoding="utf-8")
Browser = Callable[[Any], FlaskClient]


@pytest.fixture
def officer(app: Any) -> Person:
    with unit_of_work():
        return person("Olive", Role.PROGRAM_OFFICER)


def keep(officer: Person, *texts: str) -> list[ProgramVersion]:
    from grants.people.queries import actor_of

    with unit_of_work():
        return [services.load_program(actor_of(officer), text, "file.yaml") for text in texts]


def open_small(officer: Person) -> Cycle:
    from grants.people.queries import actor_of

    (version,) = keep(officer, SMALL)
    with clock_at(BEFORE), unit_of_work():
        return services.open_cycle(actor_of(officer), version, "harbor-2016", "Harbor 2016", DATES)


def text_of(page: Any) -> str:
    return " ".join(page.get_data(as_text=True).split())


def test_a_program_is_read_as_a_page(officer: Person, client_of: Browser) -> None:
    (version,) = keep(officer, OAKLAND)
    page = text_of(client_of(officer).get(f"/programs/{version.public_id}"))
    for sentence in (
        "Schools that completed Discovery or were invited by name.",
        "At least one workshop or school visit, attended by someone from the school.",
        (
            "By total score: $100,000 at 85 or more, $80,000 at 75 or more and $60,000 at 60 or more, and never more "
            "than was asked for (“How much do you ask for?”)."
        ),
        "A pool of $800,000; at most ten awards.",
        "District-run schools: at least five awards; Charter-run schools: at least five awards.",
        "Two directors and one partner funder approve the slate, never whoever proposed it.",
        "$350,000 each.",
        "50%, 30 days after the agreement is signed.",
        "30%, 15 July 2017, once yearly report 1 is accepted.",
        "Every student has a personalized learning plan within three years",
        "only if “Which of these would you work on in the planning year?” is Competency-based progression",
        "Four times, every 3 months from 1 September 2016",
    ):
        assert sentence in page, sentence


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR, Role.PARTNER_FUNDER, Role.FINANCE_OFFICER])
def test_readers_read_and_change_nothing(officer: Person, client_of: Browser, role: Role) -> None:
    cycle = open_small(officer)
    with unit_of_work():
        reader = person("Rhea", role)
    browser = client_of(reader)
    version = cycle.program_version.public_id
    stage = cycle.stages[0].public_id
    assert [
        browser.get(url).status_code
        for url in ("/programs", f"/programs/{version}", f"/programs/{version}/source", f"/cycles/{cycle.public_id}")
    ] == [200, 200, 200, 200]
    assert "Move dates" not in browser.get(f"/cycles/{cycle.public_id}").get_data(as_text=True)
    assert [
        browser.get(url).status_code
        for url in ("/programs/new", f"/programs/{version}/open", f"/cycles/stages/{stage}/dates")
    ] == [403, 403, 403]
    kept = {"text": changed(("pool: $200,000", "pool: $1")), "keep": "1"}
    assert browser.post("/programs/new", data=kept).status_code == 403
    assert db.session.scalar(select(func.count()).select_from(ProgramVersion)) == 1


@pytest.mark.parametrize("role", [Role.REVIEWER, None])
def test_others_see_no_program(officer: Person, client_of: Browser, role: Role | None) -> None:
    cycle = open_small(officer)
    with unit_of_work():
        other = person("Otto", *([role] if role else []))
    browser = client_of(other)
    urls = ("/programs", f"/programs/{cycle.program_version.public_id}", f"/cycles/{cycle.public_id}")
    assert [browser.get(url).status_code for url in urls] == [403, 403, 403]


def test_what_is_not_there_is_not_found(officer: Person, client_of: Browser) -> None:
    browser = client_of(officer)
    (version,) = keep(officer, SMALL)
    assert browser.get("/programs/" + "a" * 20).status_code == 404
    assert browser.get("/cycles/" + "a" * 20).status_code == 404
    assert browser.get("/programs/new?example=../secret").status_code == 404
    assert browser.get(f"/programs/{version.public_id}/differences").status_code == 404


def test_errors_are_shown_by_line_and_the_text_stays(officer: Person, client_of: Browser) -> None:
    text = changed(("rubric: quality}", "rubric: qualty}"))
    answer = client_of(officer).post("/programs/new", data={"text": text, "keep": "1"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "1 error to put right" in page
    assert "There is no rubric “qualty”; did you mean “quality”?" in page
    assert "<b>Line 15</b>" in page
    assert '<tr class="error"><th scope="row">15</th><td><code> review: {rubric: qualty}</code>' in page
    assert "{at_least: 1, at_most: 3}" in page
    assert db.session.scalar(select(func.count()).select_from(ProgramVersion)) == 0


def test_checking_writes_nothing_and_tells_what_would_change(officer: Person, client_of: Browser) -> None:
    keep(officer, SMALL)
    browser = client_of(officer)
    raised = changed(("pool: $200,000", "pool: $250,000"))
    page = text_of(browser.post("/programs/new", data={"text": raised, "check": "1"}))
    assert "It can be kept as version 2 of Harbor grants" in page
    assert "Planning grant: the pool changes from $200,000 to $250,000." in page
    assert "This is version 1 already" in text_of(browser.post("/programs/new", data={"text": SMALL, "check": "1"}))
    assert db.session.scalar(select(func.count()).select_from(ProgramVersion)) == 1


def test_a_file_is_kept_once(officer: Person, client_of: Browser) -> None:
    browser = client_of(officer)
    for number, text in enumerate([SMALL, SMALL, changed(("pool: $200,000", "pool: $250,000"))], start=1):
        answer = browser.post(
            "/programs/new", data={"file": (io.BytesIO(text.encode()), f"{number}.yaml"), "keep": "1"}
        )
        assert answer.status_code == 302
    versions = db.session.scalars(select(ProgramVersion).order_by(ProgramVersion.number)).all()
    assert [(one.number, one.loaded_by_id) for one in versions] == [(1, officer.id), (2, officer.id)]
    assert answer.headers["Location"] == f"/programs/{versions[1].public_id}"
    assert "Planning grant" in text_of(browser.get(f"/programs/{versions[1].public_id}/differences"))
    assert browser.get(f"/programs/{versions[0].public_id}/source").get_data(as_text=True) == SMALL


@pytest.mark.parametrize(
    "data", [{"text": ""}, {"text": "  \n"}, {"file": (io.BytesIO(b"\xff\xfe"), "x.yaml")}, {"text": "a: " + "[" * 300}]
)
def test_what_is_no_definition_is_refused_in_words(officer: Person, client_of: Browser, data: dict[str, Any]) -> None:
    answer = client_of(officer).post("/programs/new", data={**data, "keep": "1"})
    assert answer.status_code == 422
    assert "error" in answer.get_data(as_text=True)


def test_markup_in_a_definition_is_shown_not_run(officer: Person, client_of: Browser) -> None:
    attack = changed(("title: Harbor grants", "title: <script>alert(1)</script>"), ("title: Team", 'title: "<b>x</b>"'))
    (version,) = keep(officer, attack)
    browser = client_of(officer)
    for url in ("/programs", f"/programs/{version.public_id}"):
        page = browser.get(url).get_data(as_text=True)
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
    checked = browser.post("/programs/new", data={"text": attack.replace("form: proposal", "form: <i>", 1)})
    assert "<i>" not in checked.get_data(as_text=True)


def test_a_cycle_is_opened_with_the_usual_dates(officer: Person, client_of: Browser) -> None:
    (version,) = keep(officer, OAKLAND)
    browser = client_of(officer)
    page = browser.get(f"/programs/{version.public_id}/open").get_data(as_text=True)
    year = now().year
    assert f'value="{year + 1}-01-15T17:00"' in page or f'value="{year}-01-15T17:00"' in page
    with clock_at(BEFORE):
        page = browser.get(f"/programs/{version.public_id}/open").get_data(as_text=True)
        assert 'value="2016-03-20T17:00"' in page
        assert 'value="NGLC in Oakland 2014"' in page
    sent = {
        "title": "NGLC in Oakland",
        "key": "oakland",
        "stage_discovery-opens_at": "2014-03-01T09:00",
        "stage_discovery-closes_at": "2015-01-15T17:00",
        "stage_discovery-grace_minutes": "0",
        "stage_planning-opens_at": "2014-11-17T09:00",
        "stage_planning-closes_at": "2015-01-31T17:00",
        "stage_planning-grace_minutes": "10",
        "stage_planning-reviews_due_on": "2015-02-27",
        "stage_planning-decision_on": "2015-03-20",
        "stage_launch-opens_at": "2015-11-02T09:00",
        "stage_launch-closes_at": "2016-03-20T17:00",
        "stage_launch-grace_minutes": "0",
    }
    wrong = {**sent, "stage_planning-closes_at": "2014-01-01T17:00", "stage_launch-opens_at": ""}
    refused = browser.post(f"/programs/{version.public_id}/open", data=wrong)
    assert refused.status_code == 422
    assert "Say when it opens." in refused.get_data(as_text=True)
    early = browser.post(
        f"/programs/{version.public_id}/open", data={**wrong, "stage_launch-opens_at": "2015-11-02T09:00"}
    )
    assert early.status_code == 422
    assert "Planning grant: it closes before it opens." in early.get_data(as_text=True)
    assert 'value="2014-01-01T17:00"' in early.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Cycle)) == 0

    late = browser.post(f"/programs/{version.public_id}/open", data=sent)
    assert (late.status_code, "Nobody could apply: the last deadline, 20 March 2016" in text_of(late)) == (422, True)
    with clock_at(BEFORE):
        answer = browser.post(f"/programs/{version.public_id}/open", data=sent)
    cycle = queries.cycle_keyed("oakland")
    assert cycle is not None
    assert answer.headers["Location"] == f"/cycles/{cycle.public_id}"
    assert cycle.stages[1].closes_at.isoformat() == "2015-02-01T01:00:00+00:00"
    assert cycle.stages[1].grace_minutes == 10
    with clock_at(BEFORE):
        twice = browser.post(f"/programs/{version.public_id}/open", data=sent)
    assert (twice.status_code, "already a cycle" in twice.get_data(as_text=True)) == (422, True)


def test_dates_move_on_the_page(officer: Person, client_of: Browser) -> None:
    cycle = open_small(officer)
    stage = cycle.stages[1]
    browser = client_of(officer)
    url = f"/cycles/stages/{stage.public_id}/dates"
    assert 'value="2016-03-31T17:00"' in browser.get(url).get_data(as_text=True)
    sent = {
        "opens_at": "2016-03-01T09:00",
        "closes_at": "2016-04-04T17:00",
        "grace_minutes": "5",
        "reviews_due_on": "2016-04-19",
        "decision_on": "2016-05-02",
    }
    assert browser.post(url, data={**sent, "reviews_due_on": "2016-04-01"}).status_code == 422
    db.session.expire_all()
    assert dates_of(stage) == DATES["plan"]
    assert browser.post(url, data=sent).headers["Location"] == f"/cycles/{cycle.public_id}"
    db.session.expire_all()
    assert (stage.closes_at.isoformat(), stage.grace_minutes) == ("2016-04-05T00:00:00+00:00", 5)


def test_a_cycle_tells_of_a_newer_version_and_keeps_its_own(officer: Person, client_of: Browser) -> None:
    cycle = open_small(officer)
    browser = client_of(officer)
    assert "newer version" not in browser.get(f"/cycles/{cycle.public_id}").get_data(as_text=True)
    keep(officer, changed(("pool: $200,000", "pool: $250,000")))
    page = text_of(browser.get(f"/cycles/{cycle.public_id}"))
    assert "There is a newer version." in page
    assert "It runs by <a" in page


def test_the_list_asks_as_often_for_many_as_for_one(
    officer: Person, client_of: Browser, statements: Callable[[], Any]
) -> None:
    browser = client_of(officer)
    keep(officer, SMALL)
    browser.get("/programs")
    with statements() as one:
        browser.get("/programs")
    for number in range(12):
        keep(officer, changed(("program: harbor", f"program: harbor{number}")))
    with statements() as many:
        browser.get("/programs")
    assert len(many) == len(one)
