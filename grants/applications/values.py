"""Single values as people type them: text, numbers, amounts, days. Each is read, or refused in a sentence."""

import re
from calendar import month_name
from datetime import date
from decimal import Decimal
from typing import Any, Final

from grants.kernel.money import parse_dollars

MOST_CHARACTERS: Final = 50_000
_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,10})?")
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        r"(?P<day>\d{1,2})(st|nd|rd|th)?\s+(?P<month>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})",
        r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def storable(text: str) -> str:
    """A text without the characters that no database keeps."""
    return _CONTROL.sub("", text)


def read_text(typed: Any) -> str | None:
    """Text with plain line ends, without control characters and without space around it.

    raises   ValueError with a sentence when it is no text, or too long
    """
    if typed is None:
        return None
    if not isinstance(typed, str):
        raise ValueError("This is not text.")  # noqa: TRY004 - a sentence for a person
    text = storable(typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"This text is too long: at most {MOST_CHARACTERS:,} characters.")
    return text or None


def read_number(typed: Any, decimals: int = 6) -> int | str | None:
    """A whole number, or a decimal as text when `decimals` is above 0 and it has any.

    raises   ValueError with a sentence

    >>> read_number("1,250"), read_number("2.50", 2)
    (1250, '2.5')
    """
    if isinstance(typed, int) and not isinstance(typed, bool):
        return typed
    text = read_text(typed)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"“{_short(text)}” is not a number. Write digits, such as 1,250.")
    value = Decimal(text.replace(",", ""))
    if value == value.to_integral_value():
        return int(value)
    if not decimals:
        raise ValueError(f"“{text}” is not a whole number.")
    if value != round(value, decimals):
        raise ValueError(f"Write at most {decimals} decimal places." if decimals > 1 else "Write one decimal place.")
    return format(value.normalize(), "f")


def read_money(typed: Any) -> int | None:
    """Whole cents, 0 or more. A whole number is cents already; text is dollars.

    raises   ValueError with a sentence
    """
    if isinstance(typed, int) and not isinstance(typed, bool):
        if typed < 0:
            raise ValueError("An amount cannot be below zero.")
        return typed
    text = read_text(typed)
    return None if text is None else parse_dollars(_short(text))


def read_date(typed: Any) -> str | None:
    """A date of the calendar as text, 2016-09-01. It is typed so, with the month as a word, or as schools of the
    United States write it, the month first: 9/1/2016. The page says below in words which day was read.

    raises   ValueError with a sentence

    >>> read_date("1 September 2016"), read_date("Sept 1, 2016"), read_date("9/1/2016")
    ('2016-09-01', '2016-09-01', '2016-09-01')
    """
    text = typed.isoformat() if isinstance(typed, date) else read_text(typed)
    if text is None:
        return None
    parts = next((found.groupdict() for one in _DATES if (found := one.fullmatch(text))), None)
    month = _month(parts["month"]) if parts else 0
    if parts is None or not month:
        raise ValueError(f"“{_short(text)}” is not a date. Write it such as 1 September 2016 or 9/1/2016.")
    try:
        return date(int(parts["year"]), month, int(parts["day"])).isoformat()
    except ValueError:
        raise ValueError(f"There is no day {text} in the calendar.") from None


def _month(text: str) -> int:
    """The month that a number or a word of three letters or more names; 0 for none."""
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else 0
    return next((number for number, name in enumerate(month_name) if name and name.lower().startswith(text.lower())), 0)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
