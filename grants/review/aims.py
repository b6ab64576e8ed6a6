"""What an organizer wants of an assignment beside every need and limit, and what that weighs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from grants.review.assignment_terms import Worth

Earlier = Literal["keep", "change", "any"]
Weight = Literal["off", "some", "strong"]

EARLIER: Final[Mapping[Earlier, int]] = {"keep": 10, "any": 0, "change": -10}
EXPERTISE: Final[Mapping[Weight, int]] = {"off": 0, "some": 5, "strong": 15}
BALANCE: Final[Mapping[Weight, int]] = {"off": 0, "some": 2, "strong": 8}
MIX: Final[Mapping[Weight, int]] = {"off": 0, "some": 1, "strong": 4}
"""Points: for each thing the reviewer knows of the applicant's field, and as `Worth` says of the others."""


@dataclass(frozen=True)
class Aims:
    """How much each aim weighs.

    earlier     whether those who read an applicant in the earlier stage read it again
    expertise   reviewers who know the field
    balance     even loads
    mix         piles of several grade spans
    """

    earlier: Earlier = "any"
    expertise: Weight = "some"
    balance: Weight = "some"
    mix: Weight = "some"

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Aims":
        """From `as_kept`."""
        return cls(**kept)

    def as_kept(self) -> dict[str, str]:
        """As plain JSON."""
        return asdict(self)

    @property
    def worth(self) -> Worth:
        """The weights of what concerns more than a pair by itself."""
        return Worth(EARLIER[self.earlier], BALANCE[self.balance], MIX[self.mix])

    def fit(self, shared: int) -> int:
        """Points of a reviewer who knows `shared` things of an applicant's field, 0 or more."""
        return EXPERTISE[self.expertise] * shared
