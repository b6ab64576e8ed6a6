"""How the pitch counts beside the written scorecards: two means become one figure, and neither is lost in it."""

from decimal import Decimal
from fractions import Fraction

from grants.review.scoring import rounded

NOT_PITCHED = "No score of a pitch is in, so it has no final score: its written score stands alone."
NOT_READ = "It was scored at its pitch and not in writing, so it has no final score."


def unfinished(written: Decimal | None, pitch: Decimal | None, final: Decimal | None) -> str | None:
    """Why an application of a stage with a pitch has no final score, in a sentence; None when it has one, and for what
    has no score at all.

    A slate awards nothing by itself to what is unfinished, and people may all the same, saying why.
    """
    if final is not None or (written is None and pitch is None):
        return None
    return NOT_PITCHED if pitch is None else NOT_READ


Mean = Decimal | Fraction


def together(written: Mean | None, pitch: Mean | None, counts: Decimal) -> Decimal | None:
    """The final score where a stage has a pitch: (1 - c) · w + c · p, to 4 places (half to even).

    w is the mean of the written scorecards, p the mean of the pitch cards, c what the program says that the pitch
    counts. Source: the program's own `pitch.counts`.

    written, pitch   0 to 100 each, not rounded before; None where there is none
    counts           0 to 1: nothing of the final score, up to all of it
    returns          0 to 100, between the two parts; None where a part that counts is missing. What has no final score
                     is never compared with what has one: it comes after all of those, by its written mean
    raises           ValueError outside these ranges

    >>> together(Decimal("73.75"), Decimal("62.5"), Decimal("0.4"))
    Decimal('69.2500')
    >>> together(Decimal("73.75"), None, Decimal("0.4")) is None
    True
    >>> together(Decimal("73.75"), None, Decimal(0))
    Decimal('73.7500')
    """
    if not 0 <= counts <= 1:
        raise ValueError(f"What a pitch counts is from 0 to 1, not {counts}.")
    total, part = Fraction(0), Fraction(counts)
    for mean, weight in ((written, 1 - part), (pitch, part)):
        if mean is not None and not 0 <= mean <= 100:
            raise ValueError(f"A mean is from 0 to 100, not {mean}.")
        if mean is None and weight:
            return None
        total += weight * Fraction(mean or 0)
    return rounded(total)
