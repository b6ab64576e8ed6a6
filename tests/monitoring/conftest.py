"""An award in force on the day of the release."""

from collections.abc import Iterator

import pytest

from grants.kernel.clock import clock_at
from tests.beginnings import Begin
from tests.factories.awards import RELEASED
from tests.factories.payments import Story, in_force


@pytest.fixture(autouse=True)
def the_day_of_the_release() -> Iterator[None]:
    with clock_at(RELEASED):
        yield


@pytest.fixture
def story(begin: Begin, the_day_of_the_release: None) -> Story:
    return begin(in_force)
