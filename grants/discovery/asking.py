"""Questions about a cycle: until when they are taken, when one is overdue, which words tell what it is about. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final


def overdue_since(now: datetime, days: int) -> datetime:
    """The instant before which an open question is overdue, where an answer is promised within so many days."""
    return now - timedelta(days=days)


def closed_because(now: datetime, until: datetime | None, closed_at: datetime | None) -> str | None:
    """Why nobody can ask any more, in a sentence; None while one can.

    until      the last moment for questions, where the cycle has one
    closed_at  when the cycle was closed
    """
    if closed_at is not None and closed_at <= now:
        return "This cycle is closed, so questions about it are no longer taken."
    if until is not None and now > until:
        return "The time for questions is over. Those that were answered for everyone are still here to read."
    return None


_COMMON: Final = """
    about after again also and any anyone apply applying because been before being between both can could does
    doing down during each either ever every for from further grant grants had has have here how into its just may
    might more most must need other our ours out over own please question same school schools shall should some
    such than that the their them then there these they this those through too under until very was were what when
    where which while who whom whose why will with within without would you your yours
"""
MOST_WORDS: Final = 8


def telling_words(text: str) -> list[str]:
    """The words that say what a question is about, the longest first, at most eight: others are everywhere.

    Endings are left off, so that `budgets` finds `budget`.

    >>> telling_words("Can we pay teachers' stipends from the planning budget?")
    ['planning', 'stipend', 'teacher', 'budget']
    """
    found = {word.removesuffix("s") for word in re.findall(r"[^\W\d_]{4,}", text.lower())}
    common = set(_COMMON.split())
    found = {word for word in found if len(word) > 3 and common.isdisjoint({word, f"{word}s"})}
    return sorted(found, key=lambda word: (-len(word), word))[:MOST_WORDS]
