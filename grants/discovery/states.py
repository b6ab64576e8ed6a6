"""Where a question and a resource may stand, and what may happen to them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from grants.kernel.workflow import Move, Workflow


class Asked(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    PUBLISHED = "published"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class AskedFacts:
    """What a move asks: whether somebody has answered it yet."""

    answered: bool = False


def _has_an_answer(facts: AskedFacts) -> str | None:
    return None if facts.answered else "Answer it first."


WITH_ANSWER: Final = (Asked.ANSWERED, Asked.PUBLISHED)

QUESTION: Final[Workflow[AskedFacts]] = Workflow(
    "question",
    (
        #    move         from                 to               permission         guard           effects
        Move("answer", Asked.OPEN, Asked.ANSWERED, "question.answer", _has_an_answer, ("tell",)),
        Move("publish", (Asked.OPEN, Asked.ANSWERED), Asked.PUBLISHED, "question.answer", _has_an_answer, ("tell",)),
        Move("take back", Asked.PUBLISHED, Asked.ANSWERED, "question.answer", _has_an_answer, ("tell",)),
        Move("set aside", Asked.OPEN, Asked.SET_ASIDE, "question.answer"),
        Move("take up", Asked.SET_ASIDE, Asked.OPEN, "question.answer"),
    ),
)


class Shown(StrEnum):
    """Where a resource of a cycle stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


RESOURCE: Final[Workflow[None]] = Workflow(
    "resource",
    (
        #    move          from             to               permission
        Move("publish", Shown.DRAFT, Shown.PUBLISHED, "resource.manage"),
        Move("withdraw", Shown.PUBLISHED, Shown.WITHDRAWN, "resource.manage"),
        Move("bring back", Shown.WITHDRAWN, Shown.PUBLISHED, "resource.manage"),
    ),
)
