"""What a pitch rests on beside its agenda: when slides are due, and how many may be on its shortlist. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from grants.programs.dates import closing
from grants.programs.schema import Pitch

MOST_PRESENTERS: Final = 8
LONGEST_NAME: Final = 80


def slides_due(pitch: Pitch, starts_at: datetime, zone: str) -> datetime:
    """The last instant at which slides for a slot count; it is itself in time.

    starts_at   when the slot begins, an aware instant
    returns     the program's `slides_due` before the slot's day in the zone, at the hour at which a date alone ends
                (programs.dates.CLOSING); never later than the slot, which it is where the program says nothing

    >>> from datetime import UTC
    >>> pitch = Pitch.model_validate({"rubric": "pitch", "slides_due": "3 days before"})
    >>> slides_due(pitch, datetime(2016, 4, 20, 16, 30, tzinfo=UTC), "America/Los_Angeles").isoformat()
    '2016-04-18T00:00:00+00:00'
    """
    if pitch.slides_due is None:
        return starts_at
    here = ZoneInfo(zone)
    return min(closing(pitch.slides_due.before(starts_at.astimezone(here).date()), here), starts_at)


def over_shortlist(most: int | None, pitching: int) -> str | None:
    """Why so many cannot pitch, in a sentence; None while they can.

    most       the program's shortlist; None for no limit
    pitching   how many would pitch in the stage, those of its other days included

    >>> over_shortlist(6, 6), over_shortlist(None, 40)
    (None, None)
    >>> over_shortlist(6, 8)
    'The program’s shortlist has 6 places, and 8 would pitch. Leave 2 out, or say why there are more.'
    """
    if most is None or pitching <= most:
        return None
    places = "1 place" if most == 1 else f"{most} places"
    return (
        f"The program’s shortlist has {places}, and {pitching} would pitch. "
        f"Leave {pitching - most} out, or say why there are more."
    )


def names_in(written: str) -> tuple[str, ...]:
    """The names somebody wrote, one a line or between commas; each once, in their order.

    >>> names_in("Ms. Ortiz\\n Sam Lee, Ms. Ortiz\\n")
    ('Ms. Ortiz', 'Sam Lee')
    """
    return tuple(
        dict.fromkeys(name for part in written.replace(",", "\n").split("\n") if (name := " ".join(part.split())))
    )


def faults_of_names(names: Iterable[str]) -> str | None:
    """Why these cannot be the presenters, in a sentence; None when they can."""
    given = list(names)
    if len(given) > MOST_PRESENTERS:
        return f"Name at most {MOST_PRESENTERS} people."
    if any(len(one) > LONGEST_NAME for one in given):
        return f"A name has at most {LONGEST_NAME} characters. Write one name a line."
    return None
