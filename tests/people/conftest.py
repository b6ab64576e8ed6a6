"""Tries are counted per process, so each test starts with none."""

import pytest
from flask import Flask

from grants.web.limits import limiter


@pytest.fixture(autouse=True)
def _no_tries(app: Flask) -> None:
    limiter.reset()
