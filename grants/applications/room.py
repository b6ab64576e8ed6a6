"""How much of the room for its files an application has used; in bytes, told in megabytes of 2^20 bytes."""

from collections.abc import Iterable
from typing import Final

MB: Final = 2**20


def why_no_room(at_most_mb: int, sizes: Iterable[int], more: int) -> str | None:
    """Why a file of so many bytes more would be too much for an application; nothing when there is room for it.

    sizes   of the files that would stand beside it

    >>> why_no_room(10, [9 * MB], MB)
    >>> why_no_room(10, [9 * MB], MB + 1)
    'With this file the application would hold 10.1 MB of files; it may hold 10. Save it smaller, or remove another.'
    """
    whole = sum(sizes) + more
    if whole <= at_most_mb * MB:
        return None
    return (
        f"With this file the application would hold {_megabytes(whole)} MB of files; it may hold {at_most_mb}. "
        "Save it smaller, or remove another."
    )


def room_words(at_most_mb: int, sizes: Iterable[int]) -> str:
    """How much is used: "2.5 of 100 MB"."""
    return f"{_megabytes(sum(sizes))} of {at_most_mb} MB"


def _megabytes(size: int) -> str:
    """With one decimal, rounded up: nothing is said to fit that does not."""
    return f"{-(-size * 10 // MB) / 10:g}"
