"""An award in force on the day of the release."""

from collections.abc import Iterator

import pytest
from flask import Flask

from grants.kernel.clock import clock_at
from tests.factories.awards import RELEASED
from tests.factories.payments import Story


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


@pytest.fixture
def story(app: Flask, the_day_of_the_release: None) -> Story:
    """An award whose agreement came into force on 12 May 2016."""
    one = Story()
    one.sign_all()
    return one
