"""What a later step tells reviewers of an earlier award: what the grantee owed, and whether it came in time.

Review knows nothing of monitoring, which comes after it; monitoring registers here what it knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Milestone:
    """One thing owed under an award of an earlier stage.

    status    its state as pages name it: of "requirement" in the table of states
    days_late whole days from its due date to when it was done, or to today; 0 for what was, or still is, in time
    account   what the grantee wrote of it
    """

    title: str
    status: str
    due_on: date
    days_late: int
    account: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.status == "accepted"


Source = Callable[[int, int], Sequence[Milestone]]
"""Case id and stage id -> what was owed there, the first due first."""

_sources: list[Source] = []


def tell_of_milestones(source: Source) -> None:
    """Add somebody who knows what was owed."""
    if source not in _sources:
        _sources.append(source)


def milestones_of(case_id: int, stage_id: int) -> tuple[Milestone, ...]:
    """What the case owed under its awards of a stage."""
    return tuple(one for source in _sources for one in source(case_id, stage_id))
