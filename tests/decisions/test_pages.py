"""The pages of a slate: cut in the database, the line where it falls, exports whole, the view in the URL."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.decisions import services
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories import review
from tests.factories.decisions import DECIDING, Board, Ready, drafted, ready
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("deciding")
AWARDS = 29
RULES = {"amount": {"flat": "$60,000"}, "awards": {"at_most": AWARDS}, "waitlist": 1, "approve": {"directors": 1}}
Browser = Callable[[object], FlaskClient]


def of(schools: int, **marks: int) -> Ready:
    """A stage of so many schools, all marked 3 but those named."""
    names = [*marks, *(f"School {number:02}" for number in range(1, schools + 1 - len(marks)))]
    with unit_of_work():
        return ready({name: ("district", marks.get(name, 3)) for name in names}, RULES)


def schools(page: str) -> list[str]:
    return re.findall(r'<td class="head"><a href="/slates/[^"]*">([^<]*)</a>', page)


def test_the_line_stands_after_the_last_award_on_whichever_page_that_is(people: Board, client_of: Browser) -> None:
    slate = drafted(of(33, Auk=1, Dunlin=2), people)
    browser, address = client_of(people.officer), f"/slates/{slate.public_id}"
    first, second = browser.get(address).text, browser.get(f"{address}?page=2").text
    assert [len(schools(page)) for page in (first, second)] == [30, 3]
    assert ["The line: 29 awards" in page for page in (first, second)] == [True, False]
    assert first.index("The line: 29 awards") > first.index(f">{schools(first)[28]}<")
    with unit_of_work():
        line = next(line for line in slate.lines if line.outcome == "waitlist")
        services.override(people.as_officer, line, "award", 60_000_00, None, "The board asked for thirty.")
    first, second = browser.get(address).text, browser.get(f"{address}?page=2").text
    assert ["The line: 30 awards" in page for page in (first, second)] == [False, True]
    assert second.index("The line: 30 awards") < second.index(f">{schools(second)[0]}<")


def test_the_lines_are_narrowed_by_the_url_and_the_file_holds_every_one_of_them(
    people: Board, client_of: Browser
) -> None:
    slate = drafted(of(33, Auk=1, Dunlin=2), people)
    browser, address = client_of(people.officer), f"/slates/{slate.public_id}"
    assert schools(browser.get(f"{address}?q=unl").text) == ["Dunlin"]
    assert schools(browser.get(f"{address}?only=failed").text) == ["Auk"]
    assert len(schools(browser.get(f"{address}?only=decline").text)) == 3
    assert "The line:" not in browser.get(f"{address}?only=decline").text
    assert "No line fits" in browser.get(f"{address}?only=changed").text
    assert len(browser.get(f"{address}.csv").text.splitlines()) == 1 + 33
    assert len(browser.get(f"{address}.csv?only=decline").text.splitlines()) == 1 + 3


def test_a_rank_is_the_same_however_the_list_is_narrowed(people: Board, client_of: Browser) -> None:
    slate = drafted(of(4, Auk=1, Dunlin=2), people)
    page = client_of(people.officer).get(f"/slates/{slate.public_id}?q=auk&slate_id=another").text
    assert '<td class="n mut" data-label="Rank">4</td>' in page


def test_two_scenarios_are_compared_line_by_line_and_page_by_page(people: Board, client_of: Browser) -> None:
    at = of(33, Auk=1, Dunlin=2)
    one, other = drafted(at, people, "First look"), drafted(at, people, "Second look")
    browser, address = client_of(people.officer), f"/slates/{one.public_id}/compare/{other.public_id}"
    assert "No difference" in browser.get(address).text
    with unit_of_work():
        for line in [line for line in other.lines if line.outcome == "award"]:
            services.override(people.as_officer, line, "award", 50_000_00, None, "Less for each, and more of them.")
        auk = next(line for line in other.lines if line.application_id == at.applications["Auk"].id)
        services.override(people.as_officer, auk, "waitlist", 50_000_00, 2, "They will mend the plan.")
        dunlin = next(line for line in other.lines if line.application_id == at.applications["Dunlin"].id)
        services.override(people.as_officer, dunlin, "waitlist", 50_000_00, 3, "They come third.")
    first, second = browser.get(address).text, browser.get(f"{address}?page=2").text
    assert [len(re.findall('<td class="head">', page)) for page in (first, second)] == [30, 1]
    assert ("1 to 30 of 31" in first, "Auk" in second) == (True, True)


@pytest.mark.parametrize("path", ["", "/letters", ".csv", "/compare/other"])
@pytest.mark.parametrize("conflicted", [False, True])
def test_a_slate_asks_the_same_questions_for_one_line_and_for_thirty(
    people: Board, client_of: Browser, statements: Callable[[], Any], path: str, conflicted: bool
) -> None:
    at = of(2, Auk=2)
    browser = client_of(people.colleague)
    if conflicted:
        with unit_of_work() as session:
            case_id = at.applications["Auk"].case_id
            session.add(Conflict(case_id=case_id, person_id=people.colleague.id, source="declared", since=DECIDING))

    def count() -> int:
        slate, other = drafted(at, people), drafted(at, people)
        address = f"/slates/{slate.public_id}{path.replace('other', other.public_id)}"
        browser.get(address)
        with statements() as seen:
            assert browser.get(address).status_code == 200
        return len(seen)

    few = count()
    with unit_of_work():
        for number in range(10, 39):
            review.scored(review.assigned(review.panelist(at.stage), review.submitted(at.stage, f"School {number}")))
    assert count() == few


def test_an_auditor_reads_a_draft_and_does_nothing_with_it(people: Board, client_of: Browser) -> None:
    slate = drafted(of(3), people)
    with unit_of_work():
        vera, dee = person("Vera", Role.AUDITOR), person("Dee", Role.FINANCE_OFFICER)
    address, browser = f"/slates/{slate.public_id}", client_of(vera)
    page = browser.get(address)
    assert (page.status_code, schools(page.text)) == (200, schools(client_of(people.officer).get(address).text))
    assert address in browser.get("/slates").text
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert 'method="post"' not in main
    assert [browser.post(f"{address}/{one}").status_code for one in ("propose", "discard")] == [403, 403]
    # Whoever else reads slates sees what was proposed alone.
    assert (client_of(dee).get(address).status_code, address in client_of(dee).get("/slates").text) == (404, False)


def test_a_conflict_of_the_auditors_own_hides_its_line_of_a_draft(people: Board, client_of: Browser) -> None:
    made = of(3, Auk=4)
    slate = drafted(made, people)
    with unit_of_work():
        vera = person("Vera", Role.AUDITOR)
        case_id = made.applications["Auk"].case_id
        conflict = Conflict(case_id=case_id, person_id=vera.id, source="staff", reason="A cousin.", since=DECIDING)
        db.session.add(conflict)
    found = client_of(vera).get(f"/slates/{slate.public_id}").text
    assert ("Auk" in found, len(schools(found))) == (False, 2)
