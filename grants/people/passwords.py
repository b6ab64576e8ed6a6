"""Passwords: hashed with Argon2id, slow on purpose, and so never hashed or compared inside a transaction."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST: Final = 12
LONGEST: Final = 200
_hasher = PasswordHasher()


@dataclass(frozen=True)
class Check:
    """Whether a password was right, and the hash to keep from now on where the old one is of an earlier strength."""

    right: bool
    better_hash: str | None = None


def hash_password(password: str) -> str:
    """The hash to keep; takes tens of milliseconds."""
    return _hasher.hash(password)


def check_password(kept: str | None, password: str) -> Check:
    """Compare a password with the hash that was kept.

    kept   None for a person without password, or for nobody: it takes the same time and is never right, so that
           nobody learns by the clock which addresses have an account
    """
    try:
        _hasher.verify(kept or _nobodys_hash(), password)
    except (VerifyMismatchError, InvalidHashError):
        return Check(False)
    if kept is None:
        return Check(False)
    return Check(True, hash_password(password) if _hasher.check_needs_rehash(kept) else None)


def password_problem(password: str, *known: str) -> str | None:
    """Why a password will not do, in a sentence, or None when it will.

    known   what an attacker tries first: the person's name and address
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; three or four words that belong to no sentence do well."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(password)) < 5:
        return "Use more than a few different characters."
    plain = password.casefold()
    parts = [part for text in known for part in {text.casefold(), text.casefold().partition("@")[0]} if part]
    if any(len(plain.replace(part, "")) < SHORTEST // 2 for part in parts):
        return "It is too close to your name or address."
    return None


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody has this password, and nobody ever will")
