"""No applicant can tell the worlds apart: not the school itself, not the others, nor a coach."""

import os
from collections.abc import Callable

import pytest

OWN = ["Lead of Tern", "Editor of Tern", "Viewer of Tern", "Signatory of Tern"]
OTHERS = ["Lead of Heron", "Signatory of Gull", "Lead of Plover", "Kai"]


# On PostgreSQL one of the school itself, one of another and a coach are enough: pages look alike on every database.
WALK = ["Lead of Tern", "Lead of Heron", "Kai"] if "TEST_DATABASE_URL" in os.environ else [*OWN, *OTHERS]


@pytest.mark.parametrize("name", WALK)
def test_applicants_and_coaches(name: str, differences: Callable[[str], dict[str, str]]) -> None:
    assert differences(name) == {}
