"""Writing scores: one rule of rounding for pages, minutes and letters."""

from decimal import ROUND_HALF_UP, Decimal


def rounded(mark: float | Decimal, places: int = 1) -> str:
    """A score with so many decimals; halves go away from zero, as in a spreadsheet that is opened beside the page.

    >>> rounded(Decimal("81.25")), rounded(-0.04)
    ('81.3', '0.0')
    """
    shown = Decimal(str(mark)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{shown or abs(shown):f}"
