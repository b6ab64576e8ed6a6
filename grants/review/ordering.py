"""How applications of equal mean are put in order: by the rules that the program names, then by a lot anyone can draw.

The same order holds in the panel's list and in the slate.
"""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from grants.programs.schema.deciding import Tie

_WIDTH: Final = 18
_MOST: Final = 10**_WIDTH


def tie_values(
    ties: Sequence[Tie], criterion_means: Mapping[str, Decimal | None], known: Mapping[str, Any]
) -> tuple[Decimal | None, ...]:
    """What each rule but the lot looks at, so that more is better; None where it is not known, which comes last.

    known   organization attribute -> value, and `answers.<field>` -> value; words have no order and count as unknown
    """
    return tuple(_value(tie, criterion_means, known) for tie in ties if not tie.lot)


def _value(tie: Tie, means: Mapping[str, Decimal | None], known: Mapping[str, Any]) -> Decimal | None:
    value = means.get(tie.criterion) if tie.criterion else known.get(tie.attribute or "")
    if value is None or isinstance(value, str):
        return None
    return Decimal(value) if tie.prefer == "higher" else -Decimal(value)


def lot_of(seed: str, public_id: str) -> str:
    """An application's lot, 64 hexadecimal digits: SHA-256 of "seed:id". The smaller lot comes first.

    Nobody's lot hangs on who else is in.
    """
    return hashlib.sha256(f"{seed}:{public_id}".encode()).hexdigest()


def tie_key(values: Sequence[Decimal | None], lot: str) -> str:
    """One text that sorts, first to last, as the values and then the lot do; for databases to order by.

    values   each between -10**13 and 10**13; further decimals than four do not count

    >>> tie_key([Decimal(3)], "b") < tie_key([Decimal(2)], "a") < tie_key([None], "a")
    True
    >>> tie_key([Decimal(2), None], "a") < tie_key([Decimal(2), None], "b")
    True
    """
    return "/".join([*("~" if value is None else _downwards(value) for value in values), lot])


def _downwards(value: Decimal) -> str:
    return f"{_MOST - round(value * 10_000):0{_WIDTH + 1}d}"
