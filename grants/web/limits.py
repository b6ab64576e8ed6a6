"""How often a visitor may try what could be guessed: a password, a code. Counted in the database for all processes.

    @bp.post("/sign-in")
    @public
    @limited("10 per 5 minutes")
    def …

Only failed tries count unless a view says otherwise, so that a school behind one address is not locked out by its own
success. The window begins with the first try.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from grants.persistence import tries

View = TypeVar("View", bound=Callable[..., Any])


class DatabaseStorage(Storage):
    """The limiter's counters, in the table of tries; the library finds it by its scheme."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012 - as the library declares it

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return tries.count_try(key, expiry, amount)

    def get(self, key: str) -> int:
        return tries.tries(key)[0]

    def get_expiry(self, key: str) -> float:
        return tries.tries(key)[1]

    def check(self) -> bool:
        return True

    def reset(self) -> None:
        tries.forget_tries()

    def clear(self, key: str) -> None:
        tries.forget_tries(key)


limiter = Limiter(get_remote_address, storage_uri="database://", strategy="fixed-window")


def limited(
    limit: str,
    key: Callable[[], str] = get_remote_address,
    *,
    methods: tuple[str, ...] = ("POST",),
    every: bool = False,
) -> Callable[[View], View]:
    """Answer 429 after so many tries; placed under the access mark.

    limit   such as "10 per 5 minutes"
    key     whose tries they are; the address they come from by default
    methods which requests are tries
    every   count those that went well too
    """
    counted = limiter.limit(limit, key_func=key, methods=list(methods), deduct_when=None if every else _failed)
    return cast(Callable[[View], View], counted)


def _failed(response: Response) -> bool:
    return response.status_code >= 400


def init_limits(app: Flask) -> None:
    """Start counting."""
    limiter.init_app(app)
