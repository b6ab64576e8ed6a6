"""What a reviewer says of themself, in words: expertise, grade spans, ties to organizations."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

GRADE_BANDS: Final[Mapping[str, str]] = {
    "elementary": "Elementary",
    "middle": "Middle",
    "high": "High",
    "span": "Several in one, such as K-8",
}
"""Values of Organization.grade_band, in words."""

RELATIONS: Final[Mapping[str, str]] = {
    "works_there": "I work there",
    "former_employer": "I worked there",
    "board_member": "I am on its board",
    "adviser": "I advise it, paid or not",
    "family": "Family of mine works or learns there",
    "funder": "I fund it, or decide on its funding",
    "other": "Another tie",
}
"""How a reviewer can be tied to an organization: the kinds that Affiliation.relation may hold, as they say it."""

SAID_OF_OTHERS: Final[Mapping[str, str]] = {
    "works_there": "works there",
    "former_employer": "worked there",
    "board_member": "on its board",
    "adviser": "advises it",
    "family": "family there",
    "funder": "funds it",
    "other": "another tie",
}
"""The same as others read it."""


def words_of(expertise: str | None) -> frozenset[str]:
    """The words of an expertise, in small letters.

    >>> sorted(words_of("High, charter,, "))
    ['charter', 'high']
    """
    return frozenset(word.strip().casefold() for word in (expertise or "").split(",") if word.strip())


def tidy(expertise: str | None, *more: str | None) -> str:
    """Expertise as it is kept: words with commas, each once, as they were written first.

    >>> tidy(" high , charter,", "Charter, math")
    'high, charter, math'
    """
    found: dict[str, str] = {}
    for part in (expertise, *more):
        for word in (part or "").split(","):
            if text := " ".join(word.split()):
                found.setdefault(text.casefold(), text)
    return ", ".join(found.values())


def bands_in_order(bands: Iterable[str]) -> list[str]:
    """Grade bands as they are kept: those that there are, from the youngest pupils on.

    >>> bands_in_order(["high", "elementary", "high"])
    ['elementary', 'high']
    """
    given = set(bands)
    return [band for band in GRADE_BANDS if band in given]


def most_of(agreed: int | None, own: int | None, program: int | None) -> int | None:
    """The most submissions somebody reads on one panel: as agreed for it, else the less of what they take on and what
    the program allows; None for no limit.

    >>> most_of(None, 6, 10), most_of(12, 6, 10), most_of(None, None, None)
    (6, 12, None)
    """
    if agreed is not None:
        return agreed
    return min((limit for limit in (own, program) if limit is not None), default=None)


def is_away_throughout(away_from: date | None, away_until: date | None, first: date, last: date) -> bool:
    """Whether somebody reads nothing from the first day to the last.

    >>> is_away_throughout(None, date(2016, 5, 9), date(2016, 5, 2), date(2016, 5, 9))
    True
    >>> is_away_throughout(date(2016, 5, 3), None, date(2016, 5, 2), date(2016, 5, 9))
    False
    """
    return is_away(away_from, away_until, first) and is_away(away_from, away_until, last)


def is_away(away_from: date | None, away_until: date | None, day: date) -> bool:
    """Whether somebody reads nothing on a day; without either end they are never away.

    >>> is_away(date(2016, 4, 1), None, date(2016, 5, 1)), is_away(None, None, date(2016, 5, 1))
    (True, False)
    """
    if away_from is None and away_until is None:
        return False
    return (away_from is None or away_from <= day) and (away_until is None or day <= away_until)
