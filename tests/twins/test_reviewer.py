"""A reviewer with a conflict, and a partner funder and a finance officer with one, cannot tell the worlds apart."""

from collections.abc import Callable

import pytest


@pytest.mark.parametrize("name", ["Rex", "Pat", "Fritz"])
def test_a_reviewer_or_a_reader_with_a_conflict(name: str, differences: Callable[[str], dict[str, str]]) -> None:
    assert differences(name) == {}
