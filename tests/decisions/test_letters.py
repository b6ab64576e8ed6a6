"""The day a letter bears, the last day to answer, the offer that follows: one day is fixed, the rest comes of it."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from grants.awards.models import Award
from grants.background.runner import run_due
from grants.casework.files import read
from grants.decisions import services
from grants.decisions.models import Slate
from grants.documents.models import Document
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.persistence.session import db, unit_of_work
from tests.factories.decisions import (
    DECIDING,
    RELEASING,
    TIERS,
    Board,
    Ready,
    approved,
    counted,
    ready,
    released,
)
from tests.factories.people import actor

pytestmark = pytest.mark.usefixtures("deciding")
MANY = TIERS | {"pool": "$900,000", "awards": {"at_most": 9}}
THE_DAY_AFTER = RELEASING + timedelta(days=1)


def letter_to(at: Ready, school: str) -> Document:
    newest = select(Document).where(Document.subject_id == at.applications[school].public_id)
    return db.session.scalars(newest.order_by(Document.version.desc()).limit(1)).one()


def words(letter: Document) -> str:
    assert letter.file is not None
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(read(letter.file))).pages)


def dated_anew(at: Ready, people: Board, slate: Slate, on: date) -> None:
    """The letters made for another day, and looked at again."""
    with unit_of_work():
        services.date_letters(people.as_officer, slate, on)
    run_due()
    with unit_of_work():
        services.check_letters(actor(people.colleague), slate, counted(slate))


def offered() -> list[date]:
    run_due()
    return sorted(set(db.session.scalars(select(Award.answer_by_on))))


def test_the_offer_runs_to_the_day_that_the_letter_names_though_the_plan_was_moved_in_between(
    at: Ready, people: Board
) -> None:
    slate = approved(at, people)
    assert slate.letters_on == date(2016, 5, 12)
    with unit_of_work():
        at.stage.decision_on = date(2016, 5, 30)
    with clock_at(RELEASING):
        with unit_of_work():
            services.release(people.as_officer, slate)
        assert "12 May 2016" in words(letter_to(at, "Tern"))
        assert "11 June 2016" in words(letter_to(at, "Tern"))
        assert offered() == [date(2016, 6, 11)]


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (RELEASING - timedelta(days=2), "The letters bear 12 May 2016, and are released on that day."),
        (THE_DAY_AFTER, "The letters bear 12 May 2016, which has passed. Date them anew"),
    ],
)
def test_on_another_day_nothing_is_released_until_the_letters_are_dated_anew_and_checked_again(
    at: Ready, people: Board, when: datetime, sentence: str
) -> None:
    slate = approved(at, people)
    first = letter_to(at, "Tern").public_id
    with clock_at(when):
        with pytest.raises(Clash, match=sentence), unit_of_work():
            services.release(people.as_officer, slate)
        with unit_of_work():
            services.date_letters(people.as_officer, slate, when.date())
        with pytest.raises(Clash, match="2 of 2 letters are not ready"), unit_of_work():
            services.release(people.as_officer, slate)
        run_due()
        with pytest.raises(Clash, match="second person has to check"), unit_of_work():
            services.release(people.as_officer, slate)
        with unit_of_work():
            services.check_letters(actor(people.colleague), slate, counted(slate))
            services.release(people.as_officer, slate)
        answer_by = when.date() + timedelta(days=30)
        assert f"{answer_by.day} {answer_by:%B %Y}" in words(letter_to(at, "Tern"))
        assert offered() == [answer_by]
    voided = db.session.scalars(select(Document).where(Document.public_id == first)).one()
    assert (voided.state, letter_to(at, "Tern").version) == ("void", 2)


def test_the_day_counts_where_the_cycle_is(at: Ready, people: Board) -> None:
    slate = approved(at, people)
    with clock_at(datetime(2016, 5, 13, 6, 30, tzinfo=UTC)), unit_of_work():  # half past eleven at night in Oakland
        services.release(people.as_officer, slate)
    assert slate.state == "released"


def test_without_a_decision_day_or_when_it_has_passed_the_letters_bear_the_day_of_approval(
    at: Ready, people: Board
) -> None:
    with unit_of_work():
        at.stage.decision_on = date(2016, 4, 1)
    slate = approved(at, people)
    assert slate.letters_on == DECIDING.date()
    with unit_of_work():
        services.release(people.as_officer, slate)
    assert offered() == [date(2016, 5, 20)]


def test_letters_are_dated_for_a_day_to_come_by_an_officer_once_the_slate_is_approved(at: Ready, people: Board) -> None:
    slate = approved(at, people)
    for day, sentence in ((date(2016, 4, 19), "today or a day to come"), (date(2016, 5, 12), "bear this day already")):
        with pytest.raises(Invalid, match=sentence), unit_of_work():
            services.date_letters(people.as_officer, slate, day)
    with pytest.raises(Refused), unit_of_work():
        services.date_letters(actor(people.directors[0]), slate, date(2016, 5, 13))
    dated_anew(at, people, slate, date(2016, 5, 13))
    dated_anew(at, people, slate, date(2016, 5, 12))  # and back: the first letters are void and are not sent after all
    assert letter_to(at, "Tern").version == 3
    with clock_at(RELEASING), unit_of_work():
        services.release(people.as_officer, slate)
    with pytest.raises(Clash, match="until it is released"), unit_of_work():
        services.date_letters(people.as_officer, slate, date(2016, 6, 1))


def test_a_slate_taken_back_forgets_its_day(at: Ready, people: Board) -> None:
    slate = approved(at, people)
    with unit_of_work():
        services.take_back(people.as_officer, slate)
    assert slate.letters_on is None


def test_the_page_says_the_day_and_dates_them_anew(
    at: Ready, people: Board, client_of: Callable[[object], FlaskClient]
) -> None:
    slate = approved(at, people)
    officer, address = client_of(people.officer), f"/slates/{slate.public_id}/letters"
    page = officer.get(address).text
    assert "Dated <b>12 May 2016</b>; awards are to be answered by <b>11 June 2016</b>." in page
    assert "and are released on that day" in page
    refused = officer.post(f"{address}/date", data={"on": "2016-04-01"})
    assert (refused.status_code, "Choose today or a day to come." in refused.text) == (422, True)
    assert officer.post(f"{address}/date", data={"on": "2016-04-20"}).status_code == 302
    assert "being made in the background" in officer.get(address).text


def test_a_released_award_page_names_the_letters_last_day(
    at: Ready, people: Board, client_of: Callable[[object], FlaskClient]
) -> None:
    released(at, people)
    with clock_at(RELEASING):
        run_due()
        award = db.session.scalars(select(Award).join(Award.case).order_by(Award.id)).first()
        assert award is not None
        page = client_of(at.people["Tern"]).get(f"/awards/{award.public_id}").text
    assert "11 June 2016" in page or "11 Jun 2016" in page


@pytest.mark.parametrize("count", [4, 8])
def test_a_further_letter_costs_its_own_writes(people: Board, statements: Any, count: int) -> None:
    """What is done to each letter takes no row by itself, and reads nothing again that was read for all."""
    with unit_of_work():
        at = ready({f"School {number}": ("charter", 3) for number in range(count)}, MANY)
    slate = approved(at, people)
    with clock_at(RELEASING), statements() as dated:
        dated_anew(at, people, slate, THE_DAY_AFTER.date())
    with clock_at(THE_DAY_AFTER), statements() as let_go, unit_of_work():
        services.release(people.as_officer, slate)
    assert (len(dated) <= 60 + 25 * count, len(let_go) <= 35 + 12 * count) == (True, True), (len(dated), len(let_go))
