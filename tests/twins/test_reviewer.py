"""A reviewer with a conflict, and a partner funder and a finance officer with one, cannot tell the worlds apart."""

from collections.abc import Callable

import pytest


def test_a_reviewer_with_a_conflict(differences: Callable[[str], dict[str, str]]) -> None:
    assert differences("Rex") == {}


@pytest.mark.load
@pytest.mark.parametrize("name", ["Pat", "Fritz"])
def test_a_partner_funder_or_a_finance_officer_with_a_conflict(
    name: str, differences: Callable[[str], dict[str, str]]
) -> None:
    assert differences(name) == {}
