"""How often a visitor may try what could be guessed: a password, a code. Counted in this process's memory.

    @bp.post("/sign-in")
    @public
    @limited("10 per 5 minutes")
    def …

Only failed tries count unless a view says otherwise, so that a school behind one address is not locked out by its own
success.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

View = TypeVar("View", bound=Callable[..., Any])

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


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
