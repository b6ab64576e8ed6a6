"""What tests of discovery share."""

import pytest
from flask import Flask

from tests.discovery.story import Place


@pytest.fixture
def place(app: Flask) -> Place:
    """A cycle, an officer, and a school with two educators."""
    return Place()
