"""What tests of discovery share."""

import pytest

from tests.beginnings import Begin
from tests.discovery.story import Place


@pytest.fixture
def place(begin: Begin) -> Place:
    """A cycle, an officer, and a school with two educators."""
    return begin(Place)
