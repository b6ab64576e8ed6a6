"""Solving is slow, so it is done before anything is written, and what was solved is kept only if it still holds."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.decisions import services
from grants.decisions.models import Slate
from grants.kernel.errors import Clash
from grants.kernel.integer_program import within
from grants.persistence.session import db, unit_of_work
from tests.factories import review
from tests.factories.decisions import DECIDING, Board, Ready

pytestmark = pytest.mark.usefixtures("deciding")


def slates() -> int:
    return db.session.scalar(select(func.count()).select_from(Slate)) or 0


def test_solving_writes_nothing_and_keeping_what_was_solved_solves_nothing(at: Ready, people: Board) -> None:
    solution = services.solve_slate(people.as_officer, at.stage)  # outside any unit of work: a write would be an error
    assert slates() == 0
    with within(1e-9), unit_of_work():  # no time for a solver
        slate = services.make_slate(people.as_officer, at.stage, "A", solution)
    assert [(line.rank, line.outcome) for line in slate.lines] == [(1, "award"), (2, "award")]


def test_nothing_is_held_open_in_the_database_while_it_is_solved(at: Ready, people: Board) -> None:
    officer = people.as_officer
    with within(1e-9), pytest.raises(Clash, match="was not found"):
        services.solve_slate(officer, at.stage)
    assert not db.session().in_transaction()
    services.solve_slate(officer, at.stage)
    assert not db.session().in_transaction()  # nor is anything read after it


@pytest.mark.parametrize("change", ["a school more", "a score", "an answer"])
def test_what_changed_while_it_was_solved_is_not_decided_on(at: Ready, people: Board, change: str) -> None:
    solution = services.solve_slate(people.as_officer, at.stage)
    with unit_of_work() as session:
        if change == "a school more":
            review.submitted(at.stage, "Latecomer")
        elif change == "a score":
            card = session.scalars(select(review.Scorecard)).first()
            assert card is not None
            card.total = card.total and card.total - 1
        else:
            review.resubmit(at.applications["Tern"], DECIDING, {"vision": "Better.", "team": "Seven."})
    with pytest.raises(Clash, match="have changed while this slate was solved"), unit_of_work():
        services.make_slate(people.as_officer, at.stage, "A", solution)
    assert slates() == 0


def test_a_solver_that_does_not_come_to_an_end_is_stopped_and_says_so(at: Ready, people: Board) -> None:
    with within(1e-9), pytest.raises(Clash, match=r"was not found in 30 seconds.*nothing was changed"):
        services.solve_slate(people.as_officer, at.stage)


def test_the_button_makes_one_slate(at: Ready, people: Board, client_of: Callable[[object], FlaskClient]) -> None:
    made = client_of(people.officer).post(f"/stages/{at.stage.public_id}/slates", data={"title": "First look"})
    assert (made.status_code, slates()) == (302, 1)
    assert "First look" in client_of(people.officer).get(made.location).text
