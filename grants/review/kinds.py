"""The kinds of conflict of interest: what a person can say their tie is, and what a rule's finding amounts to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Kind:
    """One kind.

    title   as a person says it, and a list shows it
    hint    what belongs to it, in plain words
    """

    title: str
    hint: str


KINDS: Final[Mapping[str, Kind]] = {
    "works_there": Kind("Works or worked there", "Staff, board or volunteer, now or in the past."),
    "same_network": Kind("Same network", "Their district, charter network or consortium is yours too."),
    "close": Kind(
        "Family or close personal tie", "A relative, partner, close friend, or somebody you are at odds with."
    ),
    "money": Kind("Money", "You pay or fund them, are paid by them, or stand to gain or lose by the decision."),
    "worked_together": Kind("Coached, advised or wrote with them", "You had a hand in what they hand in."),
    "other": Kind("Something else", "Anything that might make others doubt your judgement."),
}
"""Key -> kind, in the order in which they are offered."""

OF_SOURCE: Final[Mapping[str, str]] = {
    "same_organization": "works_there",
    "same_email_domain": "works_there",
    "former_employer": "works_there",
    "same_network": "same_network",
    "coach": "worked_together",
}
"""What a rule finds -> its kind. What somebody says has the kind they name."""

OF_RELATION: Final[Mapping[str, str]] = {
    "works_there": "works_there",
    "former_employer": "works_there",
    "board_member": "works_there",
    "adviser": "worked_together",
    "family": "close",
    "funder": "money",
}
"""A relation that a reviewer states in their profile -> its kind; any other is something else."""

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


def kind_of(source: str) -> str:
    """The kind of what was found there, when nothing else is said.

    >>> kind_of("same_email_domain"), kind_of("declared")
    ('works_there', 'other')
    """
    return OF_SOURCE.get(source, "other")


def first_state(source: str) -> str:
    """The state in which a conflict of this source begins.

    >>> first_state("same_network"), first_state("declared"), first_state("coach")
    ('found', 'declared', 'confirmed')
    """
    if source == "coach":
        return "confirmed"  # it stands for good, and there is nothing to look at
    return "declared" if source in SAID else "found"
