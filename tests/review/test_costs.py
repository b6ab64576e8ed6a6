"""What a reviewer's requests cost, in statements and in calls: bounds that hold on a busy machine as on a quiet one."""

import cProfile
import pstats
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications.models import Application
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.models import Assignment, Mark
from tests.factories import panels
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("app")
ClientOf = Callable[[Person], FlaskClient]

ASSIGNMENT = "SELECT assignment.submission_id"
"""How the statement begins that looks an assignment up for its reviewer."""


def site(client_of: ClientOf, size: int) -> tuple[FlaskClient, str]:
    """The browser of a reviewer with so many applications, and the address of the first, still to be scored."""
    with unit_of_work():
        stage = panels.stage_under_review()
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        reviewers = panels.panel(stage)
        panels.scored(stage, panels.submitted(stage, range(size), officer.id), reviewers, open_each=1)
    card = db.session.scalar(select(Assignment.public_id).order_by(Assignment.id).limit(1))
    return client_of(db.session.get_one(Person, reviewers[0])), f"/review/assignments/{card}"


def saver(reviewer: FlaskClient, card: str) -> Callable[[], None]:
    """Saves the scorecard anew each time, as its page does by itself."""
    version = 0

    def save() -> None:
        nonlocal version
        answer = reviewer.post(f"{card}/save", data={"version": str(version), "why_competency": f"Why {version}."})
        assert answer.status_code == 200, answer.text
        version += 1
        assert f'value="{version}"' in answer.text

    return save


@pytest.mark.parametrize("size", [1, 30])
def test_a_save_looks_the_assignment_up_once(client_of: ClientOf, statements: Any, size: int) -> None:
    save = saver(*site(client_of, size))
    save()
    with statements() as seen:
        save()
    asked = [one for one in seen if not one.startswith("BEGIN")]
    assert sum(one.startswith(ASSIGNMENT) for one in asked) == 1
    # Who asks, the assignment, the card with its marks, whether they may; and both are written.
    assert len(asked) == 6, asked


def test_a_page_left_open_keeps_nothing_once_the_application_is_withdrawn(client_of: ClientOf) -> None:
    """A save looks the assignment up by its reviewer alone: all else is asked by the service, and answers the same."""
    reviewer, card = site(client_of, 1)
    saver(reviewer, card)()
    with unit_of_work() as session:
        session.execute(Application.__table__.update().values(state="withdrawn"))
    answer = reviewer.post(f"{card}/save", data={"version": "1", "why_competency": "Too late."})
    assert (answer.status_code, reviewer.get(card).status_code) == (404, 404)
    assert "Too late." not in db.session.scalars(select(Mark.comment)).all()


@pytest.mark.parametrize("size", [1, 30])
def test_the_form_costs_as_many_statements(client_of: ClientOf, statements: Any, size: int) -> None:
    reviewer, card = site(client_of, size)
    saver(reviewer, card)()
    reviewer.get(card)
    with statements() as seen:
        assert reviewer.get(card).status_code == 200
    assert len([one for one in seen if not one.startswith("BEGIN")]) == 11, seen


def calls(act: Callable[[], object]) -> tuple[int, int]:
    """How many calls of functions an act makes, and how many statements it begins to put together. What is made once is
    made before. The calls that PostgreSQL's driver makes are its own affair: the other engine's makes none.
    """
    act()
    act()
    profile = cProfile.Profile()
    profile.runcall(act)
    made = [(file, name, called) for (file, _, name), (_, called, *_) in pstats.Stats(profile).stats.items()]  # type: ignore[attr-defined]
    begun = sum(called for file, name, called in made if "_selectable_constructors" in file and name == "select")
    return sum(called for file, _, called in made if "/psycopg" not in file), begun


def test_statements_are_put_together_once(client_of: ClientOf) -> None:
    """Putting them together anew with each request costs three times as many calls as all the rest of a save."""
    reviewer, card = site(client_of, 1)
    made, begun = calls(saver(reviewer, card))
    assert made < 9_000
    assert begun == 0
    made, begun = calls(lambda: reviewer.get(card))
    assert made < 40_000
    assert begun == 0
