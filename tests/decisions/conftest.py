"""What the tests of deciding begin from."""

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask

from grants.kernel.clock import clock_at
from grants.persistence.session import unit_of_work
from tests.factories.decisions import DECIDING, Board, Ready, board, ready


@pytest.fixture
def deciding(app: Flask) -> Iterator[None]:
    """It is the day on which slates are made."""
    with clock_at(DECIDING):
        yield


@pytest.fixture
def people(app: Flask) -> Board:
    with unit_of_work():
        return board()


@pytest.fixture
def schools() -> Mapping[str, tuple[str, int]]:
    """The applicants of `at`; a file that needs others says so."""
    return {"Tern": ("district", 4), "Heron": ("charter", 3)}


@pytest.fixture
def at(app: Flask, schools: Mapping[str, tuple[str, int]]) -> Ready:
    with unit_of_work():
        return ready(schools)
