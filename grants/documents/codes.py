"""Verification codes: what is printed on a document and typed from paper."""

import re
import secrets

# No letter or digit that is mistaken for another.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 16


def new_code() -> str:
    """A fresh code: 16 of 31 signs, so 79 random bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(LENGTH))


def plain_code(typed: str) -> str:
    """A code as people type it, spaces, hyphens and capitals aside."""
    return re.sub(r"[\s\-–]+", "", typed).lower()


def spelled(code: str) -> str:
    """A code in groups of four, as it is printed.

    >>> spelled("k7m3x9q24tzahw8p")
    'K7M3-X9Q2-4TZA-HW8P'
    """
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4)).upper()
