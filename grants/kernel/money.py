"""Money is whole cents, an int. One currency per cycle, so an amount needs no currency of its own."""

import re
from collections.abc import Sequence
from decimal import Decimal

_AMOUNT = re.compile(r"\$?\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(?P<cents>\d{2}))?", re.ASCII)


def parse_dollars(text: str) -> int:
    """Read an amount as a person writes it: `60000`, `$60,000`, `60,000.50`.

    returns  whole cents, 0 or more
    raises   ValueError with a sentence when it is not an amount

    >>> parse_dollars("$60,000.50")
    6000050
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"“{text.strip()}” is not an amount. Write dollars, such as 60,000 or 60,000.50.")
    return int(found["whole"].replace(",", "")) * 100 + int(found["cents"] or 0)


def dollars(cents: int) -> str:
    """Write whole cents as dollars; cents show only when there are any.

    >>> dollars(6_000_000), dollars(-6_000_050)
    ('$60,000', '-$60,000.50')
    """
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}" + (f".{part:02}" if part else "")


def split(total: int, shares: Sequence[Decimal]) -> list[int]:
    """Split an amount by largest remainder, so that the parts always sum to the whole.

    total    whole cents, 0 or more
    shares   fractions above 0 that sum to exactly 1
    returns  whole cents, one per share, that sum to `total`; equal remainders favour the earlier share
    raises   ValueError when the shares do not sum to 1 or one is not above 0

    Hamilton's method; see Balinski and Young, Fair Representation (1982), chapter 3.

    >>> split(100_00, [Decimal("0.5"), Decimal("0.25"), Decimal("0.25")])
    [5000, 2500, 2500]
    """
    if total < 0 or any(share <= 0 for share in shares) or sum(shares, Decimal(0)) != 1:
        raise ValueError("Shares must each be above 0 and sum to exactly 100%, of an amount that is not negative.")
    exact = [total * share for share in shares]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to whole weights, by largest remainder.

    total    whole cents, 0 or more
    weights  0 or more, not all 0, in any unit; a weight of 0 gets nothing
    returns  whole cents, one per weight, that sum to `total`. Where `total` is at most the sum of the weights,
             no part exceeds its weight. Equal remainders favour the earlier weight
    raises   ValueError when the total or a weight is negative, or all weights are 0

    Hamilton's method, as in `split`, in whole numbers throughout.

    >>> apportion(100_01, [300, 300, 0])
    [5001, 5000, 0]
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("Weights and the amount cannot be negative, and one weight must be above 0.")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
