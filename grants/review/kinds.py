"""Where a conflict of interest was found, and in which state it begins. Its kinds are the program's own data."""

from collections.abc import Mapping
from typing import Final

SOURCES: Final[Mapping[str, str]] = {
    "declared": "Declared",
    "staff": "Noted by staff",
    "same_organization": "Same organization",
    "same_network": "Same network",
    "same_email_domain": "Same email domain",
    "former_employer": "Former employer",
    "stated_ties": "Stated in the profile",
    "coach": "Coach",
}
"""Where a conflict was found -> the word for it."""

SAID: Final = ("declared", "staff")
"""Sources that are somebody's word; what the others found is to be looked at."""


def first_state(source: str) -> str:
    """The state in which a conflict of this source begins.

    >>> first_state("same_network"), first_state("declared"), first_state("coach")
    ('found', 'declared', 'confirmed')
    """
    if source == "coach":
        return "confirmed"  # it stands for good, and there is nothing to look at
    return "declared" if source in SAID else "found"
