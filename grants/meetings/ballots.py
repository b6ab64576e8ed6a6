"""When a vote may be counted, and what it says.

Abstentions are not votes, and a tie does not carry: Robert's Rules of Order Newly Revised, 12th edition, 44:1, 44:3 and
44:12. A quorum counts who is in the room; who is out for a conflict of interest is not (ibid. 40:1, with the bylaw that
a panel's conflict rule is).
"""

from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    """What one can vote."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Ballot(StrEnum):
    """An open vote says who voted what; of a secret one nobody can know."""

    OPEN = "open"
    SECRET = "secret"  # noqa: S105 - a ballot, no password


class Majority(StrEnum):
    """What a motion needs of the votes cast for or against."""

    SIMPLE = "simple"
    TWO_THIRDS = "two_thirds"


@dataclass(frozen=True)
class Count:
    """How many voted what."""

    yes: int = 0
    no: int = 0
    abstain: int = 0

    @property
    def cast(self) -> int:
        """Votes for or against."""
        return self.yes + self.no

    @property
    def voters(self) -> int:
        return self.cast + self.abstain


def carried(count: Count, majority: Majority) -> bool:
    """Whether the motion has its majority of the votes cast.

    >>> carried(Count(yes=3, no=2, abstain=4), Majority.SIMPLE)
    True
    >>> carried(Count(yes=2, no=2), Majority.SIMPLE)
    False
    >>> [carried(Count(yes=yes, no=2), Majority.TWO_THIRDS) for yes in (3, 4)]
    [False, True]
    >>> carried(Count(abstain=5), Majority.TWO_THIRDS)
    False
    """
    if not count.yes:
        return False
    return count.yes > count.no if majority == Majority.SIMPLE else 3 * count.yes >= 2 * count.cast


def short_of_quorum(present: int, quorum: int) -> str | None:
    """Why a vote cannot be counted now, in a sentence; None when enough voting members are in the room.

    present   voting members in the room who have no conflict with what is voted on

    >>> short_of_quorum(3, 3)
    >>> short_of_quorum(1, 3)
    'The quorum is 3, and 1 voting member is in the room.'
    """
    if present >= quorum:
        return None
    return f"The quorum is {quorum}, and {present} voting member{' is' if present == 1 else 's are'} in the room."


def in_words(count: Count) -> str:
    """A count as the minutes say it.

    >>> in_words(Count(yes=4, no=1, abstain=1))
    '4 for, 1 against, 1 abstained'
    >>> in_words(Count(yes=3))
    '3 for, none against'
    """
    against = f"{count.no or 'none'} against"
    abstained = f", {count.abstain} abstained" if count.abstain else ""
    return f"{count.yes or 'none'} for, {against}{abstained}"


MAJORITIES = {Majority.SIMPLE: "more for than against", Majority.TWO_THIRDS: "two thirds of the votes cast"}
"""A majority as a page names it."""
