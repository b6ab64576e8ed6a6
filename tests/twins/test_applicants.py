"""No applicant can tell the worlds apart: not the school itself, not the others, nor a coach."""

from collections.abc import Callable

import pytest

OWN = ["Lead of Tern", "Editor of Tern", "Viewer of Tern", "Signatory of Tern"]
OTHERS = ["Lead of Heron", "Signatory of Gull", "Lead of Plover", "Kai"]


@pytest.mark.parametrize("name", [*OWN, *OTHERS])
def test_applicants_and_coaches(name: str, differences: Callable[[str], dict[str, str]]) -> None:
    assert differences(name) == {}
