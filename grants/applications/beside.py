"""What a later step has to say on an applicant's page of its application, such as an invitation to pitch.

Applications know nothing of the steps after them; these register here what they know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from grants.applications.models import Application
from grants.kernel.policy import Actor


@dataclass(frozen=True)
class Beside:
    """One thing a page of an application leads to.

    title, url   what it is, and its own page
    status       (key, state) of the table of states
    facts        label -> words, or an instant, in their order
    action       what there is to do, as a button says it; nothing where nothing waits
    """

    title: str
    url: str
    status: tuple[str, str]
    facts: Sequence[tuple[str, str | datetime]]
    action: str = ""


Source = Callable[[Actor, Application], Beside | None]

_sources: list[Source] = []


def stand_beside(source: Source) -> None:
    """Add somebody who has something to say beside an application."""
    if source not in _sources:
        _sources.append(source)


def beside(actor: Actor, application: Application) -> list[Beside]:
    """All there is to say to this applicant, in the order of the steps."""
    return [found for source in _sources if (found := source(actor, application)) is not None]
