"""A director and an auditor with a conflict cannot tell the worlds apart, the record included."""

from collections.abc import Callable

import pytest


@pytest.mark.load  # they open everything, and so walk longest; `make load` walks with them
@pytest.mark.parametrize("name", ["Dee", "Aud"])
def test_a_director_or_an_auditor_with_a_conflict(name: str, differences: Callable[[str], dict[str, str]]) -> None:
    assert differences(name) == {}
