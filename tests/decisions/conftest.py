"""What the tests of deciding begin from."""

from collections.abc import Iterator

import pytest
from flask import Flask

from grants.kernel.clock import clock_at
from grants.persistence.session import unit_of_work
from tests.beginnings import Begin
from tests.factories.decisions import DECIDING, Board, Ready, Schools, board, ready_and_board


@pytest.fixture
def deciding(app: Flask) -> Iterator[None]:
    """It is the day on which slates are made."""
    with clock_at(DECIDING):
        yield


@pytest.fixture
def schools() -> Schools:
    """The applicants of `at`; a file that needs others says so."""
    return {"Tern": ("district", 4), "Heron": ("charter", 3)}


@pytest.fixture
def begun(begin: Begin, schools: Schools) -> tuple[Ready, Board]:
    return begin(ready_and_board, schools)


@pytest.fixture
def at(begun: tuple[Ready, Board]) -> Ready:
    return begun[0]


@pytest.fixture
def people(app: Flask, request: pytest.FixtureRequest) -> Board:
    """Those around the slate of `at`, or of a stage that a test makes itself."""
    if "at" in request.fixturenames:
        found: Board = request.getfixturevalue("begun")[1]
        return found
    with unit_of_work():
        return board()
