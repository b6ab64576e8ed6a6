"""The one clock. Everything that needs "now" or "today" asks here, so that tests and replays can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)
_offset = timedelta()


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC) + _offset


def today(zone: str | ZoneInfo) -> date:
    """The present date in a time zone; `zone` is an IANA name or a ZoneInfo."""
    return now().astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


@contextmanager
def clock_at(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` for the length of the block. Blocks may be nested.

    raises   ValueError when `instant` names no time zone
    """
    if instant.tzinfo is None:
        raise ValueError("The clock needs an instant with a time zone.")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def set_offset(offset: timedelta) -> None:
    """Let the clock run `offset` away from real time, for a whole process: a demonstration in another year."""
    global _offset
    _offset = offset
