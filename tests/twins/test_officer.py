"""A program officer with a conflict cannot tell the worlds apart."""

from collections.abc import Callable


def test_an_officer_with_a_conflict(differences: Callable[[str], dict[str, str]]) -> None:
    assert differences("Maya") == {}
