"""The life of a document: its facts are frozen, it is rendered, then released to its reader; or it is void."""

from enum import StrEnum
from typing import Final

from grants.kernel.workflow import Move, Workflow


class State(StrEnum):
    """Where a document stands."""

    FROZEN = "frozen"
    RENDERED = "rendered"
    RELEASED = "released"
    VOID = "void"


_S = State
DOCUMENT: Final[Workflow[None]] = Workflow(
    "document",
    (
        Move("render", _S.FROZEN, _S.RENDERED, "document.prepare"),
        Move("release", _S.RENDERED, _S.RELEASED, "document.prepare"),
        Move("void", (_S.FROZEN, _S.RENDERED, _S.RELEASED), _S.VOID, "document.prepare"),
    ),
)
