"""What a reviewer does before their pile opens: accept the terms, look through their profile, declare, train."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal

Step = Literal["terms", "profile", "conflicts", "training"]

FIRST: Final[Mapping[Step, str]] = {
    "terms": "Accept the terms and confidentiality of this panel first.",
    "profile": "Look through your profile first.",
    "conflicts": "Declare your conflicts of interest first.",
    "training": "Score the samples of the training first, and look at how yours differ.",
}
"""What is said to whoever comes too early, by the step that is missing."""


@lru_cache(maxsize=64)
def text_hash(text: str) -> str:
    """SHA-256 of a text, 64 hex digits: a text that is changed in any sign has another."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class StepsTaken:
    """How far a member of a panel is.

    trained   None where the stage has no samples
    """

    agreed: bool
    described: bool
    declared: bool
    trained: bool | None

    @property
    def left(self) -> tuple[Step, ...]:
        """The steps that are missing, in order.

        >>> StepsTaken(agreed=True, described=False, declared=False, trained=None).left
        ('profile', 'conflicts')
        """
        done: Mapping[Step, bool] = {
            "terms": self.agreed,
            "profile": self.described,
            "conflicts": self.declared,
            "training": self.trained is not False,
        }
        return tuple(step for step, is_done in done.items() if not is_done)

    @property
    def may_see_names(self) -> bool:
        """Whether the list of applicants shows, by which conflicts are declared."""
        return self.agreed and self.described

    @property
    def is_open(self) -> bool:
        """Whether everything but the declaration is done, which is asked about each application by itself."""
        return self.may_see_names and self.trained is not False

    def before(self, step: Step) -> Step | None:
        """The first step that is missing before this one; training waits for no declaration, as samples are invented.

        >>> StepsTaken(agreed=True, described=True, declared=False, trained=False).before("training")
        """
        order: tuple[Step, ...] = ("terms", "profile") if step in {"conflicts", "training"} else ()
        order = ("terms",) if step == "profile" else order
        return next((one for one in self.left if one in order), None)
